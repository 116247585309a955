/**
 * The experiment `faults`: every call of the file door fails, each in its turn and in every way, while the engine lives
 * and opens. Afterwards the disk is well again, and the log has to be as well; then the power goes, and all must be there.
 */
import type { EngineUnderTest, Experiment, Round } from '../experiment.js';
import type { PlannedFault } from './injection.js';
import { AILMENTS, drawnFault } from './plans.js';
import { drawnProgram, PROGRAMS, type Program } from './programs.js';
import { faultTrial, type TrialOutcome } from './trial.js';

const DRAWN_PROGRAMS = 12;
const FAULTS_PER_PROGRAM = 25;

/** The written programs are tried once with each engine: their trials do not depend on chance, but for the power cut. */
const tried = new WeakSet<EngineUnderTest>();

export const faults: Experiment = {
  name: 'faults',
  summary:
    'Every call of the file door fails, for every k, once and until the disk is well, with short writes; in drawn ' +
    'programs in any other way. Later the power goes.',
  async run(round) {
    await whileNobodyIsLeft(round, async () => {
      // First what is drawn: its seed repeats it whether or not the written programs were tried before.
      for (let n = 0; n < DRAWN_PROGRAMS; n += 1) await tryDrawn(round);
      if (tried.has(round.engineOn)) return;
      tried.add(round.engineOn);
      for (const program of PROGRAMS) await tryEvery(round, program);
    });
  },
};

/** For long runs: all of a program in a round, which takes up to a minute. */
export const thoroughFaults: Experiment = {
  name: 'thorough-faults',
  summary: 'As faults, with every code of every call, for a written program and a drawn one in each round.',
  async run(round) {
    await whileNobodyIsLeft(round, async () => {
      await tryEvery(round, round.random.pick(PROGRAMS), 'all');
      await tryEvery(round, drawnProgram(round.random), 'all');
    });
  },
};

/** A rejection that nobody hears would end the process of an application. */
async function whileNobodyIsLeft(round: Round, run: () => Promise<void>): Promise<void> {
  const heard = (reason: unknown) => round.violations.push(`an unhandled rejection: ${reason}`);
  process.on('unhandledRejection', heard);
  try {
    await run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', heard);
  }
}

/** @param which all ailments, those that are tried everywhere, or those whose name begins so; each for every k */
export async function tryEvery(
  round: Round,
  program: Program,
  which: 'all' | 'everywhere' | readonly string[] = 'everywhere',
): Promise<void> {
  for (const ailment of AILMENTS) {
    const named = typeof which !== 'string' && which.some((name) => ailment.name.startsWith(name));
    const isTried = ailment.everywhere && (program.ailments?.some((name) => ailment.name.startsWith(name)) ?? true);
    if (which !== 'all' && !named && !(which === 'everywhere' && isTried)) continue;
    for (let k = 1; !round.enough(); k += 1) {
      const outcome = await attempt(round, program, { ...ailment, k }, `${ailment.name}, k=${k}`);
      if (!outcome.hit) break;
      count(round, ailment.kinds.length === 1 ? `faults of ${ailment.kinds[0]}` : 'faults of many kinds', outcome);
    }
  }
}

async function tryDrawn(round: Round): Promise<void> {
  const program = drawnProgram(round.random);
  for (let n = 0; n < FAULTS_PER_PROGRAM && !round.enough(); n += 1) {
    const fault = drawnFault(round.random);
    const outcome = await attempt(round, program, fault, `${fault.name}, k=${fault.k}`);
    if (outcome.hit) count(round, 'faults in drawn programs', outcome);
  }
}

function count(round: Round, what: string, { powerCuts, poisoned }: TrialOutcome): void {
  round.count(what);
  round.count('faults');
  round.count('power cuts after a fault', powerCuts);
  if (poisoned) round.count('logs poisoned');
}

async function attempt(round: Round, program: Program, fault: PlannedFault, name: string): Promise<TrialOutcome> {
  const outcome = await faultTrial(program, fault, round.engineOn, round.random);
  // The first says what is wrong, the others mostly what comes of it.
  for (const complaint of outcome.complaints.slice(0, 3))
    round.violations.push(`${program.name}, ${name}: ${complaint}`);
  return outcome;
}
