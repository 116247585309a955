/**
 * Chance that can be repeated: each random test takes its numbers from one seed, names it when it fails, and takes it
 * from the environment variable CRASH_SEED when it is to run again as it did.
 */

export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** Runs a random test; a failure says which seed repeats it. */
export async function withSeed(run: (random: Random) => Promise<void>): Promise<void> {
  const given = process.env.CRASH_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  try {
    await run(new Random(seed));
  } catch (error) {
    if (error instanceof Error) error.message = `CRASH_SEED=${seed} repeats this run.\n${error.message}`;
    throw error;
  }
}
