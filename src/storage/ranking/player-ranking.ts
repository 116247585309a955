import type { LeaderboardField, PlayerSummary } from '../leaderboard.js';
import { PlayerOrder } from './player-order.js';
import { PlayerRoster } from './player-roster.js';

/** An order on its way: it holds the players of all slots below `reached`, and of all slots once it is whole. */
interface Board {
  order: PlayerOrder;
  reached: number;
}

/**
 * The figures of all players, and their order by each figure that somebody asked for. Orders are made a few players at
 * a time, so that nobody waits for a million at once; players may change and go in between.
 */
export class PlayerRanking {
  #roster = new PlayerRoster();
  readonly #boards = new Map<LeaderboardField, Board>();

  /** Number of players. */
  get size(): number {
    return this.#roster.size;
  }

  /** The slot that the player of this key has until it is deleted, -1 for none. */
  slotOf(key: string): number {
    return this.#roster.find(key);
  }

  /** Gives the player's slot. */
  set(key: string, player: PlayerSummary): number {
    const known = this.#roster.find(key);
    if (known >= 0) {
      for (const { order, reached } of this.#boards.values()) if (known < reached) order.remove(known);
      this.#roster.change(known, key, player);
    }
    const slot = known >= 0 ? known : this.#roster.add(key, player);
    for (const { order, reached } of this.#boards.values()) if (slot < reached) order.insert(slot);
    return slot;
  }

  delete(key: string): void {
    const slot = this.#roster.find(key);
    if (slot < 0) return;
    for (const { order, reached } of this.#boards.values()) if (slot < reached) order.remove(slot);
    this.#roster.remove(slot);
  }

  /** Forgets all players and all orders. */
  clear(): void {
    this.#roster = new PlayerRoster();
    this.#boards.clear();
  }

  isOrderedBy(field: LeaderboardField): boolean {
    return this.#boards.get(field)?.reached === Number.POSITIVE_INFINITY;
  }

  /** Puts up to `players` more into the order by this field; true once it is whole, and kept up to date from then on. */
  orderMore(field: LeaderboardField, players: number): boolean {
    const roster = this.#roster;
    const board = this.#boardOf(field);
    if (board.reached > roster.slots) return true;
    const end = Math.min(roster.slots, board.reached + players);
    for (; board.reached < end; board.reached += 1)
      if (roster.isTaken(board.reached)) board.order.insert(board.reached);
    if (end === roster.slots) board.reached = Number.POSITIVE_INFINITY;
    return this.isOrderedBy(field);
  }

  /** Keys of the best players, at most `limit`, best first. Only for a field that is ordered by. */
  top(field: LeaderboardField, limit: number): string[] {
    return this.#boardOf(field)
      .order.top(limit)
      .map((slot) => this.#roster.keyOf(slot));
  }

  /** 1 for the best; players with equal values share a rank, and the next one's counts all before it. */
  rank(field: LeaderboardField, value: number): number {
    return this.#boardOf(field).order.countAbove(value) + 1;
  }

  #boardOf(field: LeaderboardField): Board {
    let board = this.#boards.get(field);
    if (!board) {
      board = { order: new PlayerOrder(this.#roster, this.#roster.figures[field]), reached: 0 };
      this.#boards.set(field, board);
    }
    return board;
  }
}
