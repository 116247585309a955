/** Decoded values, the least recently used dropped first, bounded by the bytes that they took in the log. */

interface Held {
  value: unknown;
  bytes: number;
}

/** What a key and the bookkeeping cost beside the value, roughly. */
const OVERHEAD_BYTES = 128;

export class ValueCache {
  readonly #held = new Map<string, Held>();
  #bytes = 0;
  hits = 0;
  misses = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** The value itself, not a copy; `undefined` where it is not held. */
  get(key: string): unknown {
    const held = this.#held.get(key);
    if (held === undefined) {
      this.misses += 1;
      return undefined;
    }
    this.hits += 1;
    // A Map iterates in insertion order, so moving a key to the end makes its head the oldest.
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.value;
  }

  set(key: string, value: unknown, valueBytes: number): void {
    const bytes = valueBytes + key.length + OVERHEAD_BYTES;
    this.delete(key);
    // One huge value must not push everything else out.
    if (bytes * 4 > this.maxBytes) return;
    this.#held.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    this.#bytes -= held.bytes;
  }

  clear(): void {
    this.#held.clear();
    this.#bytes = 0;
  }
}
