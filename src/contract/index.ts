/**
 * What every engine promises, as tests that any engine can be put to: `engineContract(runner, subject)` in a test file of
 * one's own, with the globals of Jest, Vitest or `node:test` for a runner.
 */
import { historyContract } from './history-contract.js';
import { lifeContract } from './life-contract.js';
import { readingContract } from './reading-contract.js';
import type { Runner } from './runner.js';
import { stageOf } from './stage.js';
import type { ContractSubject } from './subject.js';
import { updatingContract } from './updating-contract.js';
import { valuesContract } from './values-contract.js';
import { writingContract } from './writing-contract.js';

export type { Runner } from './runner.js';
export type { AskedOptions, ContractSubject, Storage } from './subject.js';

/** Describes the tests; each opens engines on a storage of its own. @publicApi */
export function engineContract(runner: Runner, subject: ContractSubject): void {
  runner.describe(`the ${subject.name} engine`, () => {
    const stage = stageOf(runner, subject);
    const parts = [writingContract, readingContract, valuesContract, updatingContract, historyContract, lifeContract];
    for (const part of parts) part(stage);
  });
}
