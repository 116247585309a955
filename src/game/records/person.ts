/** Where a record of a game names a person, and what it is without them. Pure. */
import type { GamePlayer } from '../game.types.js';
import type { GameRecord } from './game-record.js';

export function namesPerson(record: GameRecord, userId: string): boolean {
  const { host, players, undone } = record;
  return host.userId === userId || undone?.by === userId || players.some((player) => player.userId === userId);
}

/** The record with its scores, a person's name and id replaced everywhere in it. */
export function withoutPerson(record: GameRecord, userId: string, nobody: GamePlayer): GameRecord {
  const { host, players, undone } = record;
  return {
    ...record,
    host: host.userId === userId ? { ...nobody } : host,
    players: players.map((player) => (player.userId === userId ? { ...player, ...nobody, isForgotten: true } : player)),
    ...(undone?.by === userId ? { undone: { ...undone, by: nobody.userId } } : {}),
  };
}
