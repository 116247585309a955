import type { NumberColumn } from './number-column.js';
import type { PlayerRoster } from './player-roster.js';
import { SlotBlocks } from './slot-blocks.js';

/**
 * The slots of players, best first by one figure; ties go to the higher total score and then to names. The order is
 * complete, ties included, so the best are read off its beginning however many share their figure. Whoever changes a
 * player takes it out before, because it is found by its figures and names.
 */
export class PlayerOrder {
  readonly #totals: NumberColumn;
  readonly #blocks: SlotBlocks;

  constructor(
    private readonly roster: PlayerRoster,
    private readonly figures: NumberColumn,
  ) {
    this.#totals = roster.figures.totalScore;
    this.#blocks = new SlotBlocks(figures, this.#totals);
  }

  insert(slot: number): void {
    const block = this.#blockOf(slot, true);
    this.#blocks.insert(block, this.#placeOf(slot, block), slot);
  }

  /** Only for a slot that is in the order, under the figures and names that it was inserted with. */
  remove(slot: number): void {
    if (this.#removeBySlot(slot)) return;
    const block = this.#blockOf(slot, true);
    const place = this.#placeOf(slot, block);
    if (this.#blocks.slotAt(block, place) !== slot) throw new Error('a player is not where it belongs');
    this.#blocks.remove(block, place);
  }

  /** The best slots, at most `limit`, best first. */
  top(limit: number): number[] {
    const best: number[] = [];
    for (let block = 0; block < this.#blocks.length && best.length < limit; block += 1) {
      const start = this.#blocks.startOf(block);
      const end = start + Math.min(this.#blocks.count(block), limit - best.length);
      for (const slot of this.#blocks.chunkOf(block).subarray(start, end)) best.push(slot);
    }
    return best;
  }

  /** How many players have a greater figure than this. */
  countAbove(value: number): number {
    const blocks = this.#blocks;
    // The last block that begins with a greater figure holds the last of them.
    const block = lowerBound(0, blocks.length, (i) => blocks.firstFigure(i) > value) - 1;
    if (block < 0) return 0;
    const chunk = blocks.chunkOf(block);
    const start = blocks.startOf(block);
    const isAbove = (i: number): boolean => this.figures.get(chunk[i] as number) > value;
    return blocks.countBefore(block) + lowerBound(start, start + blocks.count(block), isAbove) - start;
  }

  /**
   * Looks for the slot itself in the first blocks where its figures may stand: their slots lie side by side in memory,
   * what a search compares lies far apart. False where so many have equal figures that it is in none of those.
   */
  #removeBySlot(slot: number): boolean {
    const blocks = this.#blocks;
    const first = this.#blockOf(slot, false);
    for (let block = first; block < blocks.length && block <= first + 1; block += 1) {
      const place = blocks.indexOf(slot, block);
      if (place < 0) continue;
      blocks.remove(block, place);
      return true;
    }
    return false;
  }

  /**
   * The last block that does not begin behind the slot; 0 where there is none.
   * @param byName false takes the slot to be ahead of all that have equal figures
   */
  #blockOf(slot: number, byName: boolean): number {
    const blocks = this.#blocks;
    const figure = this.figures.get(slot);
    const total = this.#totals.get(slot);
    let low = 1;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      let difference = figure - blocks.firstFigure(middle) || total - blocks.firstTotal(middle);
      if (difference === 0) difference = byName ? this.roster.compareNames(blocks.first(middle), slot) : 1;
      if (difference > 0) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  /** How many slots of the block are ahead of this one. */
  #placeOf(slot: number, block: number): number {
    if (this.#blocks.length === 0) return 0;
    const figure = this.figures.get(slot);
    const total = this.#totals.get(slot);
    // Where all of a block have one figure, as many may, to read it of each would only wait for memory.
    const isEven = this.#blocks.isEven(block) && figure === this.#blocks.firstFigure(block);
    const decisive = isEven ? this.#totals : this.figures;
    const own = isEven ? total : figure;
    const chunk = this.#blocks.chunkOf(block);
    const start = this.#blocks.startOf(block);
    let low = start;
    let high = start + this.#blocks.count(block);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = chunk[middle] as number;
      const difference = own - decisive.get(other) || total - this.#totals.get(other);
      if ((difference || this.roster.compareNames(other, slot)) >= 0) high = middle;
      else low = middle + 1;
    }
    return low - start;
  }
}

/** The first place of a sorted range where the predicate no longer holds. */
function lowerBound(from: number, to: number, holds: (place: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
