/**
 * Key → where its newest value lies. Keys themselves stay on the disk: a key is known by 64 bits of a hash
 * seeded anew for each index, and whoever reads a value compares the key written beside it. Everything lies in
 * typed arrays outside the heap, about 28 bytes a key, so no collection pause grows with the number of keys.
 */
import { randomFillSync } from 'node:crypto';

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;
const EMPTY = -1;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Columns of one run of ids: two hash halves, byte offset and byte length of the member. */
interface Chunk {
  hash: Uint32Array;
  check: Uint32Array;
  offset: Float64Array;
  length: Uint32Array;
}

/** The places of all live members at one moment, by rising id of the index that they came from. */
export interface Places {
  count: number;
  ids: Uint32Array;
  offsets: Float64Array;
  lengths: Uint32Array;
}

export class KeyIndex {
  /** Set by `hashKey`: two halves of the key's hash, and the index behind the key's closing quote. */
  hash = 0;
  check = 0;
  keyEnd = 0;
  /** Whether the key hashed last was spelled with escapes. */
  escaped = false;

  readonly #seeds = randomFillSync(new Uint32Array(2));
  #table = new Int32Array(64).fill(EMPTY);
  #chunks: Chunk[] = [];
  #free: number[] = [];
  #nextId = 0;
  #size = 0;
  #liveBytes = 0;
  #scratch = Buffer.allocUnsafe(1024);

  /** Number of live keys. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that the newest values take. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** Hashes the JSON string that opens at `at`, in the spelling that `JSON.stringify` gives it. */
  hashKey(buffer: Uint8Array, at: number): void {
    let a = this.#seeds[0] as number;
    let b = this.#seeds[1] as number;
    let i = at + 1;
    this.escaped = false;
    for (let byte = buffer[i] as number; byte !== QUOTE; byte = buffer[i] as number) {
      if (byte === undefined) throw new RangeError('a key without a closing quote');
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(((b << 7) | (b >>> 25)) ^ byte, 0x85ebca6b);
      if (byte === BACKSLASH) {
        this.escaped = true;
        i += 1;
        const escaped = buffer[i] as number;
        a = Math.imul(a ^ escaped, 0x01000193);
        b = Math.imul(((b << 7) | (b >>> 25)) ^ escaped, 0x85ebca6b);
      }
      i += 1;
    }
    this.keyEnd = i + 1;
    a ^= a >>> 16;
    a = Math.imul(a, 0x7feb352d);
    b ^= b >>> 15;
    b = Math.imul(b, 0x846ca68b);
    this.hash = (a ^ (a >>> 15)) >>> 0;
    this.check = (b ^ (b >>> 16)) >>> 0;
  }

  /** As `hashKey`, for a key that another program may have spelled otherwise (`\\u0041` for `A`). */
  hashForeignKey(buffer: Buffer, at: number): void {
    this.hashKey(buffer, at);
    if (!this.escaped) return;
    const { keyEnd } = this;
    this.hashText(JSON.parse(buffer.toString('utf8', at, keyEnd)) as string);
    this.keyEnd = keyEnd;
  }

  /** As `hashKey`, for a key in hand. */
  hashText(key: string): void {
    const json = JSON.stringify(key);
    if (json.length * 3 > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(json.length * 3);
    this.#scratch.write(json, 0, 'utf8');
    this.hashKey(this.#scratch, 0);
  }

  /** Id of the key hashed last, -1 where it has no live value. */
  find(): number {
    const slot = this.#slotOf(this.hash, this.check);
    return this.#table[slot] as number;
  }

  offsetOf(id: number): number {
    return (this.#chunks[id >>> CHUNK_BITS] as Chunk).offset[id & CHUNK_MASK] as number;
  }

  lengthOf(id: number): number {
    return (this.#chunks[id >>> CHUNK_BITS] as Chunk).length[id & CHUNK_MASK] as number;
  }

  /** Gives the key hashed last a new place. */
  set(offset: number, length: number): void {
    const slot = this.#slotOf(this.hash, this.check);
    let id = this.#table[slot] as number;
    if (id === EMPTY) {
      id = this.#free.pop() ?? this.#nextId++;
      this.#table[slot] = id;
      this.#size += 1;
      const chunk = this.#chunkFor(id);
      chunk.hash[id & CHUNK_MASK] = this.hash;
      chunk.check[id & CHUNK_MASK] = this.check;
    } else {
      this.#liveBytes -= this.lengthOf(id);
    }
    this.#place(id, offset, length);
    this.#liveBytes += length;
    if (this.#size * 4 > this.#table.length * 3) this.#grow();
  }

  /** Forgets the key hashed last. */
  delete(): boolean {
    const slot = this.#slotOf(this.hash, this.check);
    const id = this.#table[slot] as number;
    if (id === EMPTY) return false;
    this.#liveBytes -= this.lengthOf(id);
    (this.#chunks[id >>> CHUNK_BITS] as Chunk).offset[id & CHUNK_MASK] = -1;
    this.#free.push(id);
    this.#size -= 1;
    this.#closeGap(slot);
    return true;
  }

  clear(): void {
    this.#table = new Int32Array(64).fill(EMPTY);
    this.#chunks = [];
    this.#free = [];
    this.#nextId = 0;
    this.#size = 0;
    this.#liveBytes = 0;
  }

  /** A copy of all places, unaffected by later writes: 16 bytes a key. */
  snapshot(): Places {
    const places: Places = {
      count: this.#size,
      ids: new Uint32Array(this.#size),
      offsets: new Float64Array(this.#size),
      lengths: new Uint32Array(this.#size),
    };
    let at = 0;
    for (let id = 0; id < this.#nextId; id += 1) {
      const offset = this.offsetOf(id);
      if (offset < 0) continue;
      places.ids[at] = id;
      places.offsets[at] = offset;
      places.lengths[at] = this.lengthOf(id);
      at += 1;
    }
    return places;
  }

  /**
   * Moves every place into the file that compaction wrote, in one step.
   * @param before the snapshot that compaction worked from
   * @param moved where the snapshot's members lie now, in the snapshot's order
   * @param boundary first byte behind what the snapshot covers; what lies there moved by `shift` bytes
   */
  move(before: Places, moved: Pick<Places, 'offsets' | 'lengths'>, boundary: number, shift: number): void {
    let at = 0;
    this.#liveBytes = 0;
    for (let id = 0; id < this.#nextId; id += 1) {
      const offset = this.offsetOf(id);
      if (offset < 0) continue;
      if (offset >= boundary) {
        this.#place(id, offset + shift, this.lengthOf(id));
      } else {
        while (before.ids[at] !== id) at += 1;
        this.#place(id, moved.offsets[at] as number, moved.lengths[at] as number);
      }
      this.#liveBytes += this.lengthOf(id);
    }
  }

  #place(id: number, offset: number, length: number): void {
    const chunk = this.#chunks[id >>> CHUNK_BITS] as Chunk;
    chunk.offset[id & CHUNK_MASK] = offset;
    chunk.length[id & CHUNK_MASK] = length;
  }

  #chunkFor(id: number): Chunk {
    const at = id >>> CHUNK_BITS;
    let chunk = this.#chunks[at];
    if (chunk === undefined) {
      chunk = {
        hash: new Uint32Array(CHUNK),
        check: new Uint32Array(CHUNK),
        offset: new Float64Array(CHUNK),
        length: new Uint32Array(CHUNK),
      };
      this.#chunks[at] = chunk;
    }
    return chunk;
  }

  /** The slot that holds the key, or the empty one where it belongs. Linear probing. */
  #slotOf(hash: number, check: number): number {
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#table[slot] as number;
      if (id === EMPTY) return slot;
      const chunk = this.#chunks[id >>> CHUNK_BITS] as Chunk;
      if (chunk.hash[id & CHUNK_MASK] === hash && chunk.check[id & CHUNK_MASK] === check) return slot;
    }
  }

  #hashOf(id: number): number {
    return (this.#chunks[id >>> CHUNK_BITS] as Chunk).hash[id & CHUNK_MASK] as number;
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2).fill(EMPTY);
    const mask = table.length - 1;
    for (const id of this.#table) {
      if (id === EMPTY) continue;
      let slot = this.#hashOf(id) & mask;
      while (table[slot] !== EMPTY) slot = (slot + 1) & mask;
      table[slot] = id;
    }
    this.#table = table;
  }

  /** Empties a slot and moves later ones of its run back, so that no probe stops too early. */
  #closeGap(slot: number): void {
    const mask = this.#table.length - 1;
    let gap = slot;
    this.#table[gap] = EMPTY;
    for (let next = (gap + 1) & mask; this.#table[next] !== EMPTY; next = (next + 1) & mask) {
      const id = this.#table[next] as number;
      const home = this.#hashOf(id) & mask;
      const reachable = gap <= next ? gap < home && home <= next : gap < home || home <= next;
      if (reachable) continue;
      this.#table[gap] = id;
      this.#table[next] = EMPTY;
      gap = next;
    }
  }
}
