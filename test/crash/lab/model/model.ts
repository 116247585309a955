/** Random programs on several logs, with crashes in their middle, held against a Map. */
import fc from 'fast-check';
import { inTime } from '../../../support/patience.js';
import type { Experiment, Round } from '../experiment.js';
import { program, type Step } from './program.js';
import { ModelRun } from './run.js';

const PROGRAMS_PER_ROUND = 250;
/** Far beyond what a program takes: it hangs. */
const HANGS_MS = 20_000;
const SHRINKS_MS = 60_000;

export const model: Experiment = {
  name: 'model',
  summary: 'Random programs of writes, reads, compactions, crashes and reopenings on several logs, against a Map.',
  run: runPrograms,
};

async function runPrograms(round: Round): Promise<void> {
  const property = fc.asyncProperty(program, (steps) => inTime('The program', HANGS_MS, perform(round, steps)));
  const details = await fc.check(property, {
    seed: round.random.below(2 ** 31),
    numRuns: PROGRAMS_PER_ROUND,
    interruptAfterTimeLimit: SHRINKS_MS,
  });
  if (!details.failed) return;
  const error = details.errorInstance as Error | undefined;
  round.violations.push(
    `a program (fast-check seed ${details.seed}, path ${details.counterexamplePath}): ` +
      `${error?.message ?? 'interrupted'}\n${JSON.stringify(details.counterexample, shortened)}\n${error?.stack}`,
  );
}

const shortened = (_: string, value: unknown) =>
  typeof value === 'string' && value.length > 80 ? `${value.slice(0, 20)}… (${value.length})` : value;

async function perform(round: Round, steps: readonly Step[]): Promise<void> {
  round.count('programs');
  round.count('steps', steps.length);
  const run = new ModelRun(round.engineOn, (what) => round.count(what));
  for (const step of steps) await run.take(step);
  await run.finish();
}
