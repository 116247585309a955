import { NumberColumn } from './number-column.js';

/** Tables, chosen by the hash's upper bits, and the places that each begins with. */
const TABLES = 256;
const FIRST_PLACES = 16;
const EMPTY = -1;

/**
 * Finds slots by a hash of 32 bits. Many small tables that grow one by one, so that no single step grows with the
 * number of slots. Linear probing; what a slot stands for is known to whoever asks.
 */
export class SlotTable {
  readonly #tables = Array.from({ length: TABLES }, () => new Int32Array(FIRST_PLACES).fill(EMPTY));
  readonly #counts = new Uint32Array(TABLES);
  readonly #hashes = new NumberColumn();

  /** The slot under this hash that is wanted, -1 where there is none. */
  find(hash: number, isWanted: (slot: number) => boolean): number {
    const table = this.#tables[hash >>> 24] as Int32Array;
    const mask = table.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = table[place] as number;
      if (slot === EMPTY || (this.#hashes.get(slot) === hash && isWanted(slot))) return slot;
    }
  }

  add(hash: number, slot: number): void {
    this.#hashes.set(slot, hash);
    const at = hash >>> 24;
    const table = this.#tables[at] as Int32Array;
    place(table, hash, slot);
    const count = this.#count(hash, 1);
    // Hashes spread evenly, so tables with one limit would all grow at the same moment.
    if (count <= table.length * (0.5 + (0.375 * at) / TABLES)) return;
    const larger = new Int32Array(table.length * 2).fill(EMPTY);
    for (const other of table) if (other !== EMPTY) place(larger, this.#hashes.get(other), other);
    this.#tables[at] = larger;
  }

  /** Only for a slot that was added. */
  remove(slot: number): void {
    const hash = this.#hashes.get(slot);
    const table = this.#tables[hash >>> 24] as Int32Array;
    const mask = table.length - 1;
    let gap = hash & mask;
    while (table[gap] !== slot) gap = (gap + 1) & mask;
    this.#count(hash, -1);
    table[gap] = EMPTY;
    // Later slots of the run move back, so that no probe stops too early.
    for (let next = (gap + 1) & mask; table[next] !== EMPTY; next = (next + 1) & mask) {
      const other = table[next] as number;
      const home = this.#hashes.get(other) & mask;
      const isReachable = gap <= next ? gap < home && home <= next : gap < home || home <= next;
      if (isReachable) continue;
      table[gap] = other;
      table[next] = EMPTY;
      gap = next;
    }
  }

  #count(hash: number, by: number): number {
    const count = (this.#counts[hash >>> 24] as number) + by;
    this.#counts[hash >>> 24] = count;
    return count;
  }
}

function place(table: Int32Array, hash: number, slot: number): void {
  const mask = table.length - 1;
  let at = hash & mask;
  while (table[at] !== EMPTY) at = (at + 1) & mask;
  table[at] = slot;
}
