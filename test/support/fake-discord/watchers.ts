/** Waiting for something to become true, looked at again whenever something changed. */

export class Watchers {
  readonly #looks = new Set<() => void>();
  readonly #endings = new Set<(reason: Error) => void>();

  /** To be called after every change. */
  lookAgain(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Resolves with the first answer of `find` that is not undefined; rejects after `timeoutMs`, saying `what` is missing. */
  until<T>(what: string, find: () => T | undefined, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (reason?: Error) => {
        clearTimeout(timer);
        this.#looks.delete(look);
        this.#endings.delete(end);
        if (reason) reject(reason);
      };
      const look = () => {
        try {
          const found = find();
          if (found === undefined) return;
          end();
          resolve(found);
        } catch (error) {
          end(error as Error);
        }
      };
      const timer = setTimeout(() => end(new Error(`${what} did not come within ${timeoutMs} ms.`)), timeoutMs);
      this.#looks.add(look);
      this.#endings.add(end);
      look();
    });
  }

  /** Whoever still waits is told that it is over. */
  close(): void {
    for (const end of [...this.#endings]) end(new Error('The fake Discord was closed.'));
  }
}
