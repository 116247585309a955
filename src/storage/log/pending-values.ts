/**
 * Values accepted but not yet durable, so that a read-modify-write can build on the one before it without waiting for
 * its fsync. Readers never see them: what they are given is durable. Who only appends pays nothing for them: they are
 * gathered at the first update.
 */
import type { PendingAppend } from './pending-append.js';

interface Pending {
  /** JSON text, `undefined` for a tombstone. */
  json: string | undefined;
  /** Entries about this key under way; the last of them decides. */
  count: number;
}

export class PendingValues {
  readonly #values = new Map<string, Pending>();

  constructor(entries: Iterable<PendingAppend>) {
    for (const { change } of entries) if (change.key !== undefined) this.add(change.key, change.json);
  }

  add(key: string, json: string | undefined): void {
    const pending = this.#values.get(key);
    if (pending) {
      pending.json = json;
      pending.count += 1;
    } else {
      this.#values.set(key, { json, count: 1 });
    }
  }

  /** One entry about `key` became durable, or never will. */
  settle(key: string): void {
    const pending = this.#values.get(key);
    if (!pending) return;
    pending.count -= 1;
    if (pending.count === 0) this.#values.delete(key);
  }

  get(key: string): Pending | undefined {
    return this.#values.get(key);
  }
}
