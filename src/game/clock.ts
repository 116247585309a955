/** A source of time, so that tests can hold it. */
export interface GameClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  setTimeout(callback: () => void, delayMs: number): () => void;
}

/** A number in [0, 1), as `Math.random` gives it. */
export type GameRandom = () => number;

/** Injection token of the {@link GameClock}. */
export const GAME_CLOCK = Symbol('GAME_CLOCK');

/** Injection token of the {@link GameRandom} source. */
export const GAME_RANDOM = Symbol('GAME_RANDOM');

/** The clock of the machine. */
export const systemClock: GameClock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
