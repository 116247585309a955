/** A `LogRepository` in memory, as far as the game uses one; what is stored goes through JSON as on disk. */
import type { LogRepository } from '../../../src/storage/index.js';

export class FakeRepository<T> {
  readonly stored = new Map<string, string>();

  constructor(private readonly beforeWrite: () => Promise<void> | void = () => {}) {}

  async get(key: string): Promise<T | undefined> {
    const text = this.stored.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  async update(key: string, fn: (current: T | undefined) => T | undefined): Promise<T | undefined> {
    await this.beforeWrite();
    const text = this.stored.get(key);
    const next = fn(text === undefined ? undefined : (JSON.parse(text) as T));
    if (next === undefined) this.stored.delete(key);
    else this.stored.set(key, JSON.stringify(next));
    return this.get(key);
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.stored.keys();
  }

  asRepository(): LogRepository<T> {
    return this as unknown as LogRepository<T>;
  }
}
