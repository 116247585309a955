import { randomInt } from 'node:crypto';
import { LEADERBOARD_FIELDS, type LeaderboardField, type PlayerSummary } from '../leaderboard.js';
import { NumberColumn } from './number-column.js';
import { PlayerNames } from './player-names.js';
import { SlotTable } from './slot-table.js';

/** Ends the list of free slots, which runs through the column of addresses: a free slot holds -1 - the next one. */
const NO_SLOT = 0x3fffffff;

/**
 * Every player has a slot, a small number under which names and figures lie in columns. Nothing here is an object of
 * its own, so the collector's pauses do not grow with the number of players.
 */
export class PlayerRoster {
  readonly figures = Object.fromEntries(LEADERBOARD_FIELDS.map((field) => [field, new NumberColumn()])) as Readonly<
    Record<LeaderboardField, NumberColumn>
  >;
  readonly #columns = LEADERBOARD_FIELDS.map((field) => this.figures[field]);
  readonly #names = new PlayerNames();
  readonly #addresses = new NumberColumn();
  readonly #table = new SlotTable();
  /** Nobody outside can choose ids that all share a hash. */
  readonly #seed = randomInt(2 ** 32);
  #slots = 0;
  #size = 0;
  #firstFree = NO_SLOT;

  /** Slots run from 0 up to this; some are free. */
  get slots(): number {
    return this.#slots;
  }

  get size(): number {
    return this.#size;
  }

  /** -1 for a key without a player. */
  find(key: string): number {
    return this.#table.find(this.#hash(key), (slot) => this.#names.hasKey(this.#addresses.get(slot), key));
  }

  /** Only for a key that has no player. */
  add(key: string, player: PlayerSummary): number {
    const slot = this.#takeSlot();
    this.#addresses.set(slot, this.#names.add(key, player));
    this.#table.add(this.#hash(key), slot);
    this.#setFigures(slot, player);
    this.#size += 1;
    return slot;
  }

  change(slot: number, key: string, player: PlayerSummary): void {
    this.#addresses.set(slot, this.#names.change(this.#addresses.get(slot), key, player));
    this.#setFigures(slot, player);
  }

  remove(slot: number): void {
    this.#table.remove(slot);
    this.#names.remove(this.#addresses.get(slot));
    this.#addresses.set(slot, -1 - this.#firstFree);
    this.#firstFree = slot;
    this.#size -= 1;
  }

  isTaken(slot: number): boolean {
    return this.#addresses.get(slot) >= 0;
  }

  keyOf(slot: number): string {
    return this.#names.keyAt(this.#addresses.get(slot));
  }

  /** Below 0 where the first player's names come first; never 0 for two players. */
  compareNames(slot: number, other: number): number {
    return this.#names.compare(this.#addresses.get(slot), this.#addresses.get(other)) || slot - other;
  }

  #takeSlot(): number {
    if (this.#firstFree === NO_SLOT) return this.#slots++;
    const slot = this.#firstFree;
    this.#firstFree = -1 - this.#addresses.get(slot);
    return slot;
  }

  #setFigures(slot: number, player: PlayerSummary): void {
    for (let i = 0; i < LEADERBOARD_FIELDS.length; i += 1) {
      const field = LEADERBOARD_FIELDS[i] as LeaderboardField;
      (this.#columns[i] as NumberColumn).set(slot, player[field]);
    }
  }

  #hash(key: string): number {
    let hash = this.#seed;
    for (let i = 0; i < key.length; i += 1) {
      hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
    return hash ^ (hash >>> 16);
  }
}
