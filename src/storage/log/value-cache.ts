/**
 * Decoded values, bounded by the bytes that they took in the log. Two generations instead of a list in order of use:
 * what is used moves into the young one, and when that is half the bound the old one is dropped whole. So a value is
 * kept at least as long as half the bound of others, and nothing is ever searched for what to drop (taking the first
 * key of a Map after many deletions walks over every one of them).
 */

interface Held {
  value: unknown;
  bytes: number;
}

/** What a key and the bookkeeping cost beside the value, roughly. */
const OVERHEAD_BYTES = 128;
/** A larger value, as a share of the bound, is not kept: one must not push everything else out. */
const LARGEST_SHARE = 1 / 4;

export class ValueCache {
  #young = new Map<string, Held>();
  #old = new Map<string, Held>();
  #youngBytes = 0;
  #oldBytes = 0;
  hits = 0;
  misses = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  /** The value itself, not a copy; `undefined` where it is not held. */
  get(key: string): unknown {
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.hits += 1;
      return young.value;
    }
    const old = this.#old.get(key);
    if (old === undefined) {
      this.misses += 1;
      return undefined;
    }
    this.hits += 1;
    this.#old.delete(key);
    this.#oldBytes -= old.bytes;
    this.#keep(key, old);
    return old.value;
  }

  set(key: string, value: unknown, valueBytes: number): void {
    this.delete(key);
    const bytes = valueBytes + key.length + OVERHEAD_BYTES;
    if (bytes <= this.maxBytes * LARGEST_SHARE) this.#keep(key, { value, bytes });
  }

  delete(key: string): void {
    if (this.#young.size + this.#old.size === 0) return;
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.#young.delete(key);
      this.#youngBytes -= young.bytes;
      return;
    }
    const old = this.#old.get(key);
    if (old === undefined) return;
    this.#old.delete(key);
    this.#oldBytes -= old.bytes;
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#youngBytes = 0;
    this.#oldBytes = 0;
  }

  #keep(key: string, held: Held): void {
    if (this.#youngBytes + held.bytes > this.maxBytes / 2) {
      this.#old = this.#young;
      this.#oldBytes = this.#youngBytes;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, held);
    this.#youngBytes += held.bytes;
  }
}
