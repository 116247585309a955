/**
 * What the crash lab is made of: experiments that try to break the engine, each in rounds. A round draws everything
 * that chance decides from one seed, which repeats it: `npm run crash-lab -- --only <experiment> --seed <seed>`.
 */
import { type FileSystem, fileEngineOn, type LogEngineFactory } from '../../../src/storage/log/index.js';
import { Random } from '../../support/random.js';

/** Makes an engine over a disk: the real one, or one in which a bug was planted to see whether the lab finds it. */
export type EngineUnderTest = (disk: FileSystem) => LogEngineFactory;

/** What one round has to work with, and where it writes down what it finds. */
export class Round {
  readonly random: Random;
  /** How often each thing was tried, by its name in the plural: `'power-loss states'`. */
  readonly tried = new Map<string, number>();
  /** One text for each promise that was found broken. Empty is what everybody hopes for. */
  readonly violations: string[] = [];
  /** Asked between two trials: whether to look no further, because enough was found, or the time is over. */
  enough: () => boolean = () => false;

  constructor(
    readonly seed: number,
    readonly engineOn: EngineUnderTest = fileEngineOn,
  ) {
    this.random = new Random(seed);
  }

  count(what: string, times = 1): void {
    this.tried.set(what, (this.tried.get(what) ?? 0) + times);
  }

  /** Runs one trial; what it throws is a broken promise. @param where names the trial for the one who looks into it */
  async trial(what: string, where: string, run: () => Promise<void>): Promise<void> {
    this.count(what);
    try {
      await run();
    } catch (error) {
      this.violations.push(`${where}: ${(error as Error)?.message ?? error}`);
    }
  }
}

export interface Experiment {
  /** As it is called on the command line: `power-loss`. */
  readonly name: string;
  /** What is tried, for the report, in one sentence. */
  readonly summary: string;
  /** Some seconds of trying. Never throws for what it finds: that goes into the round. */
  run(round: Round): Promise<void>;
}

/** A seed that nobody has tried yet, for runs that explore; CRASH_SEED repeats one. */
export function freshSeed(): number {
  return process.env.CRASH_SEED === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(process.env.CRASH_SEED);
}

/** Where the tests begin: they hold what is known to hold, the command line looks for more. CRASH_SEED replaces it. */
export function knownSeed(): number {
  return process.env.CRASH_SEED === undefined ? 2000 : Number(process.env.CRASH_SEED);
}

/** Runs an experiment for `rounds` rounds; what was tried is added up, violations name the seed that repeats them. */
export async function runRounds(
  experiment: Experiment,
  rounds: number,
  engineOn?: EngineUnderTest,
  first = knownSeed(),
): Promise<{ tried: Map<string, number>; violations: string[] }> {
  const tried = new Map<string, number>();
  const violations: string[] = [];
  for (let i = 0; i < rounds; i += 1) {
    const round = new Round((first + i) >>> 0, engineOn);
    await experiment.run(round);
    for (const [what, times] of round.tried) tried.set(what, (tried.get(what) ?? 0) + times);
    violations.push(...round.violations.map((text) => `[${experiment.name}, CRASH_SEED=${round.seed}] ${text}`));
  }
  return { tried, violations };
}
