/**
 * Key → where its newest value lies. Keys themselves stay on the disk: a key is known by 64 bits of a hash
 * seeded anew for each index, and whoever reads a value compares the key written beside it. Everything lies in
 * typed arrays outside the heap, about 29 bytes a key, so no collection pause grows with the number of keys. Nor does
 * any single step: the hash table is many small ones that grow one by one, and a snapshot copies a chunk only when
 * it changes.
 */
import { randomFillSync } from 'node:crypto';
import {
  CHUNK,
  CHUNK_BITS,
  CHUNK_MASK,
  type Columns,
  DEAD,
  lengthColumn,
  Move,
  moveChanged,
  offsetColumn,
  Places,
} from './places.js';

/** Hash tables, chosen by the hash's upper bits, and the slots that each begins with. */
const TABLES = 256;
const FIRST_SLOTS = 16;
const EMPTY = -1;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Beside them, two halves of the keys' hashes. */
export interface Chunk extends Columns {
  hash: Uint32Array;
  check: Uint32Array;
  /** A snapshot holds the columns of places: they are copied before they change. */
  held: boolean;
}

/** All that an index is made of. */
export interface KeyIndexParts {
  seeds: [number, number];
  keys: number;
  /** Ids run from 0 up to this; some are free. */
  ids: number;
  liveBytes: number;
  chunks: Chunk[];
  tables: Int32Array[];
  counts: Uint32Array;
}

export class KeyIndex {
  /** Set by `hashKey`: two halves of the key's hash, and the index behind the key's closing quote. */
  hash = 0;
  check = 0;
  keyEnd = 0;
  /** Whether the key hashed last was spelled with escapes. */
  escaped = false;

  readonly #seeds: Uint32Array;
  #tables: Int32Array[];
  #counts: Uint32Array;
  #chunks: Chunk[];
  #free: number[];
  #nextId: number;
  #size: number;
  #liveBytes: number;
  #move: Move | undefined;
  #scratch = Buffer.allocUnsafe(1024);

  constructor(parts: KeyIndexParts = emptyParts()) {
    this.#seeds = Uint32Array.from(parts.seeds);
    this.#tables = parts.tables;
    this.#counts = parts.counts;
    this.#chunks = parts.chunks;
    this.#nextId = parts.ids;
    this.#size = parts.keys;
    this.#liveBytes = parts.liveBytes;
    this.#free = this.#size < this.#nextId ? freeIds(parts) : [];
  }

  /** As they are, not a copy: to be looked at while nothing is set. */
  parts(): KeyIndexParts {
    return {
      seeds: [this.#seeds[0] as number, this.#seeds[1] as number],
      keys: this.#size,
      ids: this.#nextId,
      liveBytes: this.#liveBytes,
      chunks: this.#chunks,
      tables: this.#tables,
      counts: this.#counts,
    };
  }

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
    const table = this.#table();
    return table[this.#slotIn(table)] as number;
  }

  offsetOf(id: number): number {
    return (this.#chunks[id >>> CHUNK_BITS] as Chunk).offset[id & CHUNK_MASK] as number;
  }

  lengthOf(id: number): number {
    return (this.#chunks[id >>> CHUNK_BITS] as Chunk).length[id & CHUNK_MASK] as number;
  }

  /** Gives the key hashed last a new place. */
  set(offset: number, length: number): void {
    const table = this.#table();
    const slot = this.#slotIn(table);
    let id = table[slot] as number;
    if (id === EMPTY) {
      id = this.#free.pop() ?? this.#nextId++;
      table[slot] = id;
      this.#size += 1;
      const chunk = this.#chunkFor(id);
      chunk.hash[id & CHUNK_MASK] = this.hash;
      chunk.check[id & CHUNK_MASK] = this.check;
      this.#place(id, offset, length);
      this.#count(1);
    } else {
      this.#liveBytes -= this.lengthOf(id);
      this.#place(id, offset, length);
    }
    this.#liveBytes += length;
  }

  /** Forgets the key hashed last. */
  delete(): boolean {
    const table = this.#table();
    const slot = this.#slotIn(table);
    const id = table[slot] as number;
    if (id === EMPTY) return false;
    this.#liveBytes -= this.lengthOf(id);
    this.#place(id, DEAD, 0);
    this.#free.push(id);
    this.#size -= 1;
    this.#closeGap(table, slot);
    this.#count(-1);
    return true;
  }

  clear(): void {
    this.#tables = emptyTables();
    this.#counts = new Uint32Array(TABLES);
    this.#chunks = [];
    this.#free = [];
    this.#nextId = 0;
    this.#size = 0;
    this.#liveBytes = 0;
    if (this.#move) this.#move.cleared = true;
  }

  /** All places of this moment. What it costs is paid by later writes, a chunk at a time. */
  snapshot(): Places {
    for (const chunk of this.#chunks) chunk.held = true;
    const offsets = this.#chunks.map((chunk) => chunk.offset);
    const lengths = this.#chunks.map((chunk) => chunk.length);
    return new Places(this.#size, this.#nextId, offsets, lengths);
  }

  /** A snapshot whose members are about to be copied into another file; one at a time. */
  beginMove(): Move {
    this.#move = new Move(this.snapshot());
    return this.#move;
  }

  /**
   * All places are those in the new file from now on.
   * @param shift how far entries behind the snapshot moved, in bytes
   */
  finishMove(move: Move, shift: number): void {
    this.#move = undefined;
    if (!move.cleared) this.#liveBytes = move.bytes;
    for (const [at, chunk] of this.#chunks.entries()) {
      const { offset, length } = chunk;
      const before = move.cleared ? undefined : move.places.offsets[at];
      // Still the snapshot's columns: nothing of them changed meanwhile.
      const changed = offset !== before;
      chunk.offset = (move.cleared ? undefined : move.offsets[at]) ?? offsetColumn();
      chunk.length = (move.cleared ? undefined : move.lengths[at]) ?? lengthColumn();
      chunk.held = false;
      if (!changed) continue;
      const bytes = moveChanged({ offset, length }, before, chunk, shift);
      if (!move.cleared) this.#liveBytes += bytes;
    }
  }

  abandonMove(): void {
    this.#move = undefined;
  }

  #place(id: number, offset: number, length: number): void {
    const chunk = this.#chunks[id >>> CHUNK_BITS] as Chunk;
    if (chunk.held) {
      chunk.offset = offsetColumn(chunk.offset);
      chunk.length = lengthColumn(chunk.length);
      chunk.held = false;
    }
    chunk.offset[id & CHUNK_MASK] = offset;
    chunk.length[id & CHUNK_MASK] = length;
  }

  #chunkFor(id: number): Chunk {
    const at = id >>> CHUNK_BITS;
    this.#chunks[at] ??= {
      hash: new Uint32Array(CHUNK),
      check: new Uint32Array(CHUNK),
      offset: offsetColumn(),
      length: lengthColumn(),
      held: false,
    };
    return this.#chunks[at] as Chunk;
  }

  #table(): Int32Array {
    return this.#tables[this.hash >>> 24] as Int32Array;
  }

  /** The slot that holds the key hashed last, or the empty one where it belongs. Linear probing. */
  #slotIn(table: Int32Array): number {
    const { hash, check } = this;
    const mask = table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = table[slot] as number;
      if (id === EMPTY) return slot;
      const chunk = this.#chunks[id >>> CHUNK_BITS] as Chunk;
      if (chunk.hash[id & CHUNK_MASK] === hash && chunk.check[id & CHUNK_MASK] === check) return slot;
    }
  }

  #hashOf(id: number): number {
    return (this.#chunks[id >>> CHUNK_BITS] as Chunk).hash[id & CHUNK_MASK] as number;
  }

  /**
   * Counts a key in or out of its table. Hashes spread evenly, so tables with one limit would all grow at the same
   * moment: each has a limit of its own, from half full to seven eighths.
   */
  #count(by: number): void {
    const at = this.hash >>> 24;
    const count = (this.#counts[at] as number) + by;
    this.#counts[at] = count;
    const table = this.#tables[at] as Int32Array;
    if (count <= table.length * (0.5 + (0.375 * at) / TABLES)) return;
    const larger = new Int32Array(table.length * 2).fill(EMPTY);
    const mask = larger.length - 1;
    for (const id of table) {
      if (id === EMPTY) continue;
      let slot = this.#hashOf(id) & mask;
      while (larger[slot] !== EMPTY) slot = (slot + 1) & mask;
      larger[slot] = id;
    }
    this.#tables[at] = larger;
  }

  /** Empties a slot and moves later ones of its run back, so that no probe stops too early. */
  #closeGap(table: Int32Array, slot: number): void {
    const mask = table.length - 1;
    let gap = slot;
    table[gap] = EMPTY;
    for (let next = (gap + 1) & mask; table[next] !== EMPTY; next = (next + 1) & mask) {
      const id = table[next] as number;
      const home = this.#hashOf(id) & mask;
      const reachable = gap <= next ? gap < home && home <= next : gap < home || home <= next;
      if (reachable) continue;
      table[gap] = id;
      table[next] = EMPTY;
      gap = next;
    }
  }
}

function emptyParts(): KeyIndexParts {
  const [a, b] = randomFillSync(new Uint32Array(2)) as Uint32Array & [number, number];
  return {
    seeds: [a, b],
    keys: 0,
    ids: 0,
    liveBytes: 0,
    chunks: [],
    tables: emptyTables(),
    counts: new Uint32Array(TABLES),
  };
}

function freeIds({ ids, chunks }: KeyIndexParts): number[] {
  const free: number[] = [];
  for (let id = 0; id < ids; id += 1) {
    if ((chunks[id >>> CHUNK_BITS]?.offset[id & CHUNK_MASK] as number) < 0) free.push(id);
  }
  return free;
}

function emptyTables(): Int32Array[] {
  return Array.from({ length: TABLES }, () => new Int32Array(FIRST_SLOTS).fill(EMPTY));
}
