/** Work that goes on for so long lets timers and sockets have a turn. */
const TURN_MS = 4;

/** Shares the event loop during a long pass over records, which are mostly read without ever waiting. */
export class Turns {
  private began = performance.now();

  /** Resolves at once, or after everybody else's turn when this one has lasted long enough. */
  async next(): Promise<void> {
    if (performance.now() - this.began < TURN_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.began = performance.now();
  }
}
