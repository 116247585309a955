import type { NumberColumn } from './number-column.js';

/**
 * A long row of slots in blocks, as the leaves of a tree with counts: a slot comes in or goes out by moving part of one
 * block, and how many stand before a block is known from the sums of whole groups of blocks. All of it lies in typed
 * arrays; the list of blocks, one entry for some two hundred slots, is flat.
 */

const BLOCK = 256;
/** What a block that runs low may be merged into: there must be room left, lest it splits again at once. */
const MERGED = (BLOCK * 3) / 4;
const CHUNK_BITS = 6;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
const GROUP_BITS = 6;

export class SlotBlocks {
  /** Number of blocks. None is empty. */
  length = 0;
  /** By place in the row: the block's number in the pool, and how many slots it holds. */
  #numbers = new Uint32Array(64);
  #counts = new Uint16Array(64);
  /** Figure and total score of its first slot: a search among blocks stays within these few. */
  #firstFigures = new Float64Array(64);
  #firstTotals = new Float64Array(64);
  /** Slots in each group of blocks. */
  #sums = new Uint32Array(1);
  readonly #pool: Uint32Array[] = [];
  readonly #freeNumbers: number[] = [];
  #nextNumber = 0;

  constructor(
    private readonly figures: NumberColumn,
    private readonly totals: NumberColumn,
  ) {}

  count(block: number): number {
    return this.#counts[block] as number;
  }

  /** The chunk that holds a block's slots, from `startOf` on. */
  chunkOf(block: number): Uint32Array {
    return this.#pool[(this.#numbers[block] as number) >>> CHUNK_BITS] as Uint32Array;
  }

  startOf(block: number): number {
    return ((this.#numbers[block] as number) & CHUNK_MASK) * BLOCK;
  }

  first(block: number): number {
    return this.chunkOf(block)[this.startOf(block)] as number;
  }

  /** Undefined behind the last slot of the block. */
  slotAt(block: number, place: number): number | undefined {
    return place < this.count(block) ? this.chunkOf(block)[this.startOf(block) + place] : undefined;
  }

  /** The slot's place in the block, -1 where it is not there. */
  indexOf(slot: number, block: number): number {
    const chunk = this.chunkOf(block);
    const start = this.startOf(block);
    const end = start + this.count(block);
    for (let i = start; i < end; i += 1) if (chunk[i] === slot) return i - start;
    return -1;
  }

  firstFigure(block: number): number {
    return this.#firstFigures[block] as number;
  }

  firstTotal(block: number): number {
    return this.#firstTotals[block] as number;
  }

  /** Whether the next block begins with the same figure, so that all slots of this one have it. */
  isEven(block: number): boolean {
    return block + 1 < this.length && this.#firstFigures[block] === this.#firstFigures[block + 1];
  }

  /** Slots in all the blocks before this one. */
  countBefore(block: number): number {
    const group = block >>> GROUP_BITS;
    let before = 0;
    for (let i = 0; i < group; i += 1) before += this.#sums[i] as number;
    for (let i = group << GROUP_BITS; i < block; i += 1) before += this.#counts[i] as number;
    return before;
  }

  /** Puts a slot before the one at `place`, or at the end of the block where `place` is its count. */
  insert(block: number, place: number, slot: number): void {
    if (this.length === 0) this.#addBlock(0);
    if (this.count(block) < BLOCK) this.#put(block, place, slot);
    else this.#insertIntoFull(block, place, slot);
  }

  remove(block: number, place: number): void {
    const chunk = this.chunkOf(block);
    const at = this.startOf(block) + place;
    const count = this.count(block);
    chunk.copyWithin(at, at + 1, this.startOf(block) + count);
    this.#count(block, -1);
    if (count === 1) {
      this.#removeBlock(block);
      return;
    }
    if (place === 0) this.#noteFirst(block);
    if (count <= BLOCK / 4) this.#merge(block);
  }

  /** Players come in order where a whole log is read: then full blocks are left behind, and no half-empty ones. */
  #insertIntoFull(block: number, place: number, slot: number): void {
    if (place === BLOCK) {
      if (block + 1 === this.length || this.count(block + 1) === BLOCK) this.#addBlock(block + 1);
      this.#put(block + 1, 0, slot);
    } else if (place === 0) {
      this.#addBlock(block);
      this.#put(block, 0, slot);
    } else {
      this.#addBlock(block + 1);
      this.#move(block, BLOCK / 2, block + 1);
      this.#noteFirst(block + 1);
      if (place <= BLOCK / 2) this.#put(block, place, slot);
      else this.#put(block + 1, place - BLOCK / 2, slot);
    }
  }

  #put(block: number, place: number, slot: number): void {
    const chunk = this.chunkOf(block);
    const start = this.startOf(block);
    chunk.copyWithin(start + place + 1, start + place, start + this.count(block));
    chunk[start + place] = slot;
    this.#count(block, 1);
    if (place === 0) this.#noteFirst(block);
  }

  #noteFirst(block: number): void {
    const slot = this.first(block);
    this.#firstFigures[block] = this.figures.get(slot);
    this.#firstTotals[block] = this.totals.get(slot);
  }

  #count(block: number, by: number): void {
    this.#counts[block] = this.count(block) + by;
    this.#sums[block >>> GROUP_BITS] = (this.#sums[block >>> GROUP_BITS] as number) + by;
  }

  /** Moves a block's slots from `place` on to the end of another. */
  #move(block: number, place: number, to: number): void {
    const start = this.startOf(block);
    const moved = this.chunkOf(block).subarray(start + place, start + this.count(block));
    this.chunkOf(to).set(moved, this.startOf(to) + this.count(to));
    this.#count(to, moved.length);
    this.#count(block, -moved.length);
  }

  #merge(block: number): void {
    const next = block + 1;
    if (next < this.length && this.count(block) + this.count(next) <= MERGED) this.#append(next, block);
    else if (block > 0 && this.count(block - 1) + this.count(block) <= MERGED) this.#append(block, block - 1);
  }

  #append(block: number, to: number): void {
    this.#move(block, 0, to);
    this.#removeBlock(block);
  }

  #addBlock(at: number): void {
    if (this.length === this.#numbers.length) this.#grow();
    const number = this.#freeNumbers.pop() ?? this.#nextNumber++;
    this.#pool[number >>> CHUNK_BITS] ??= new Uint32Array(BLOCK << CHUNK_BITS);
    for (const column of this.#columns()) column.copyWithin(at + 1, at, this.length);
    this.#numbers[at] = number;
    this.#counts[at] = 0;
    this.length += 1;
    this.#sumUpFrom(at);
  }

  #removeBlock(at: number): void {
    this.#freeNumbers.push(this.#numbers[at] as number);
    for (const column of this.#columns()) column.copyWithin(at, at + 1, this.length);
    this.length -= 1;
    this.#sumUpFrom(at);
  }

  /** Blocks moved by one place, so the sums of all groups from here on are others. */
  #sumUpFrom(block: number): void {
    for (let group = block >>> GROUP_BITS; group << GROUP_BITS <= this.length; group += 1) {
      const end = Math.min((group + 1) << GROUP_BITS, this.length);
      let sum = 0;
      for (let i = group << GROUP_BITS; i < end; i += 1) sum += this.#counts[i] as number;
      this.#sums[group] = sum;
    }
  }

  #columns(): (Uint32Array | Uint16Array | Float64Array)[] {
    return [this.#numbers, this.#counts, this.#firstFigures, this.#firstTotals];
  }

  #grow(): void {
    const length = this.length * 2;
    this.#numbers = grown(this.#numbers, new Uint32Array(length));
    this.#counts = grown(this.#counts, new Uint16Array(length));
    this.#firstFigures = grown(this.#firstFigures, new Float64Array(length));
    this.#firstTotals = grown(this.#firstTotals, new Float64Array(length));
    this.#sums = grown(this.#sums, new Uint32Array((length >>> GROUP_BITS) + 1));
  }
}

function grown<Numbers extends Uint16Array | Uint32Array | Float64Array>(numbers: Numbers, larger: Numbers): Numbers {
  larger.set(numbers);
  return larger;
}
