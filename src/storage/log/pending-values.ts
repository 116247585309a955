/**
 * Values accepted but not yet durable, so that a read-modify-write can build on the one before it without waiting for
 * its fsync. Readers never see them: what they are given is durable.
 */

interface Pending {
  /** JSON text, `undefined` for a tombstone. */
  json: string | undefined;
  /** Entries about this key under way; the last of them decides. */
  count: number;
}

export class PendingValues {
  readonly #values = new Map<string, Pending>();

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
