/** What the page and this room say to each other; the page's `state.js` is the other side. */

import type { GamePlayer, GameView } from '../game/index.js';

/** All that everybody in a room may see. Sent whole every time, so that a page that missed a message misses nothing. */
export interface RoomState {
  /** Milliseconds since 1970 on the server's clock, by which `view.endsAt` is to be read. */
  now: number;
  /** Who has the room open, in the order of their coming. */
  people: Person[];
  view: GameView | null;
  /** Set once, in the message that ends a game before its time. */
  stoppedBy?: GamePlayer | undefined;
}

/** Somebody who has a room open. */
export interface Person extends GamePlayer {
  /** Only looks on, in every tab. */
  isWatching?: true;
}

export interface JoinAnswer extends RoomState {
  you: GamePlayer;
}
