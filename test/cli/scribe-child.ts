/** Writes numbered values as an application would, compacting now and then, until it is told to leave. */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { argument, silent, tell } from '../support/parent.js';

export interface ScribeArgument {
  dataDir: string;
  spaceAheadBytes: number;
  /** Entries between two compactions; 0 for none. */
  compactEvery: number;
  /** Written at once, between two pauses. */
  batch: number;
  pauseMs: number;
}

const given = argument<ScribeArgument>();
let leaving = false;
createInterface({ input: process.stdin })
  .on('line', () => {
    leaving = true;
  })
  .on('close', () => process.exit(1));

const { dataDir, spaceAheadBytes } = given;
const options = resolveLogOptions({ dataDir, spaceAheadBytes, mainFiles: { maxStaleMs: 50 } });
const engine = fileEngine(options, silent);
await engine.open();
await engine.openLog('players');
let n = engine.stats('players').seq;
let compacting: Promise<unknown> = Promise.resolve();
tell('writing', process.pid);
while (!leaving) {
  const batch = Array.from({ length: given.batch }, () => {
    n += 1;
    const value = { n, text: 'x'.repeat(n % 300) };
    return engine.append('players', { op: 'SET', key: `user${n % 50}`, value }, { actor: 'scribe' });
  });
  await Promise.all(batch);
  if (given.compactEvery > 0 && n % given.compactEvery < given.batch) compacting = engine.compact('players');
  await delay(given.pauseMs);
}
await compacting;
await engine.close();
tell('left', n);
process.exit(0);
