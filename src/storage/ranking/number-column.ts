/**
 * One number for each slot, in chunks outside the heap that are as narrow as their numbers allow. Most figures of
 * players are small whole numbers, so a column takes two bytes a slot and not eight; any finite number is kept exactly.
 */

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;

type Numbers = Int16Array | Int32Array | Float64Array;

export class NumberColumn {
  readonly #chunks: Numbers[] = [];

  /** Only for slots that were set, or that share a chunk with one. */
  get(slot: number): number {
    return (this.#chunks[slot >>> CHUNK_BITS] as Numbers)[slot & CHUNK_MASK] as number;
  }

  /**
   * A chunk that cannot hold the number as it is, is widened: a bounded step, whatever the number of slots.
   * @param value finite
   */
  set(slot: number, value: number): void {
    const at = slot >>> CHUNK_BITS;
    const place = slot & CHUNK_MASK;
    this.#chunks[at] ??= new Int16Array(CHUNK);
    let chunk = this.#chunks[at] as Numbers;
    chunk[place] = value;
    while (chunk[place] !== value) {
      chunk = widened(chunk);
      chunk[place] = value;
      this.#chunks[at] = chunk;
    }
  }
}

function widened(chunk: Numbers): Numbers {
  if (chunk instanceof Int16Array) return new Int32Array(chunk);
  if (chunk instanceof Int32Array) return new Float64Array(chunk);
  throw new RangeError('not a number');
}
