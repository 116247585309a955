/**
 * Runs of bytes in a few large chunks outside the heap: a million names as strings would be a million objects for
 * the collector to look at. Freed space is used again for runs of the same size.
 */

/** Addresses count words of four bytes, so that 31 bits reach 8 GiB. */
const WORD_BYTES = 4;
const CHUNK_BITS = 16;
const CHUNK_WORDS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_WORDS - 1;
const NOTHING = Buffer.alloc(0);

export class ByteArena {
  readonly #chunks: Buffer[] = [];
  /** Where the next new run begins, and where its chunk ends. */
  #next = 0;
  #end = 0;
  /** Size of a run in words → the newest free one, which holds the address of the one before plus 1, or 0. */
  readonly #free = new Map<number, number>();
  /** Numbers of chunks that held a single huge run. */
  readonly #spareChunks: number[] = [];

  /** The chunk that holds a run. It begins there at `offsetOf`, and never reaches into another chunk. */
  chunkOf(address: number): Buffer {
    return this.#chunks[address >>> CHUNK_BITS] as Buffer;
  }

  offsetOf(address: number): number {
    return (address & CHUNK_MASK) * WORD_BYTES;
  }

  allocate(bytes: number): number {
    const words = sizeInWords(bytes);
    if (words > CHUNK_WORDS) return this.#addChunk(this.#spareChunks.pop() ?? this.#chunks.length, words);
    const free = this.#free.get(words);
    if (free !== undefined) {
      const before = this.chunkOf(free).readUInt32LE(this.offsetOf(free));
      if (before === 0) this.#free.delete(words);
      else this.#free.set(words, before - 1);
      return free;
    }
    if (this.#next + words > this.#end) {
      this.#next = this.#addChunk(this.#chunks.length, CHUNK_WORDS);
      this.#end = this.#next + CHUNK_WORDS;
    }
    const address = this.#next;
    this.#next += words;
    return address;
  }

  /** @param bytes as given to `allocate` */
  free(address: number, bytes: number): void {
    const words = sizeInWords(bytes);
    if (words > CHUNK_WORDS) {
      this.#chunks[address >>> CHUNK_BITS] = NOTHING;
      this.#spareChunks.push(address >>> CHUNK_BITS);
      return;
    }
    const before = this.#free.get(words);
    this.chunkOf(address).writeUInt32LE(before === undefined ? 0 : before + 1, this.offsetOf(address));
    this.#free.set(words, address);
  }

  #addChunk(at: number, words: number): number {
    this.#chunks[at] = Buffer.alloc(words * WORD_BYTES);
    return at * CHUNK_WORDS;
  }
}

/** Sixteen sizes for each doubling: a run takes at most 6 % too much, and few sizes share all the free space. */
function sizeInWords(bytes: number): number {
  const words = Math.ceil(bytes / WORD_BYTES);
  const step = 2 ** Math.max(0, 27 - Math.clz32(words));
  return Math.ceil(words / step) * step;
}
