/** Rounds of many experiments one after the other: each once, or until the time is over, sharing it fairly. */
import { type Experiment, Round } from './experiment.js';

/** What has become of one experiment so far. */
export interface Tally {
  readonly experiment: Experiment;
  rounds: number;
  ms: number;
  readonly tried: Map<string, number>;
  readonly violations: { seed: number; text: string }[];
}

export interface Running {
  tally: Tally;
  round: Round;
  since: number;
}

export class Campaign {
  readonly tallies: readonly Tally[];
  readonly began = performance.now();
  running: Running | undefined;
  #stopped = false;

  /**
   * @param firstSeed of the first round of each experiment; later rounds count on from it
   * @param minutes how long to go on; undefined for one round of each
   */
  constructor(
    experiments: readonly Experiment[],
    readonly firstSeed: number,
    readonly minutes: number | undefined,
  ) {
    this.tallies = experiments.map((experiment) => ({
      experiment,
      rounds: 0,
      ms: 0,
      tried: new Map(),
      violations: [],
    }));
  }

  get ms(): number {
    return performance.now() - this.began;
  }

  /** @param changed called when a round begins, and when it has ended */
  async run(changed: () => void): Promise<void> {
    for (let tally = this.#next(); tally; tally = this.#next()) {
      const seed = (this.firstSeed + tally.rounds) >>> 0;
      const round = new Round(seed);
      round.enough = () => this.#stopped || this.#left <= 0;
      this.running = { tally, round, since: performance.now() };
      changed();
      try {
        await tally.experiment.run(round);
      } catch (error) {
        round.violations.push(`the experiment itself failed: ${(error as Error)?.stack ?? error}`);
      }
      if (this.#stopped) return;
      this.#settle();
      changed();
    }
  }

  /** Ends here and now: what the running round has found until now counts, what comes of the stopping does not. */
  stop(): void {
    this.#stopped = true;
    this.#settle();
  }

  #settle(): void {
    if (!this.running) return;
    const { tally, round, since } = this.running;
    this.running = undefined;
    tally.rounds += 1;
    tally.ms += performance.now() - since;
    for (const [what, times] of round.tried) tally.tried.set(what, (tally.tried.get(what) ?? 0) + times);
    tally.violations.push(...round.violations.map((text) => ({ seed: round.seed, text })));
  }

  get #left(): number {
    return this.minutes === undefined ? Number.POSITIVE_INFINITY : this.minutes * 60_000 - this.ms;
  }

  /** The one that has had the least time, of those for whose next round there seems to be time left. */
  #next(): Tally | undefined {
    if (this.minutes === undefined) return this.tallies.find(({ rounds }) => rounds === 0);
    const left = this.#left;
    const fitting = this.tallies.filter(({ rounds, ms }) => left > 0 && (rounds === 0 || ms / rounds <= left));
    return fitting.toSorted((a, b) => a.ms - b.ms)[0];
  }
}
