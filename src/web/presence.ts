import type { GamePlayer } from '../game/index.js';
import type { Person } from './web.types.js';

interface Visitor {
  username: string;
  /** One person may have the room open in several tabs. */
  tabs: number;
  /** Of them, those that only look on. */
  watching: number;
}

/** Who has which room open right now. Kept in memory only: after a restart the pages come back by themselves. */
export class Presence {
  private readonly rooms = new Map<string, Map<string, Visitor>>();

  /** Somebody opened the room; returns what is to be called when they close it. */
  enter(room: string, player: GamePlayer, isWatching = false): () => void {
    const visitors = this.rooms.get(room) ?? new Map<string, Visitor>();
    this.rooms.set(room, visitors);
    const visitor = visitors.get(player.userId) ?? { username: '', tabs: 0, watching: 0 };
    visitor.username = player.username;
    visitor.tabs += 1;
    if (isWatching) visitor.watching += 1;
    visitors.set(player.userId, visitor);
    return () => {
      if (isWatching) visitor.watching -= 1;
      this.leave(room, player.userId, visitor);
    };
  }

  /** The people of a room in the order of their coming. */
  peopleIn(room: string): Person[] {
    return [...(this.rooms.get(room) ?? [])].map(([userId, { username, tabs, watching }]) =>
      watching === tabs ? { userId, username, isWatching: true } : { userId, username },
    );
  }

  private leave(room: string, userId: string, visitor: Visitor): void {
    visitor.tabs -= 1;
    if (visitor.tabs > 0) return;
    const visitors = this.rooms.get(room);
    visitors?.delete(userId);
    if (visitors?.size === 0) this.rooms.delete(room);
  }
}
