import { randomUUID } from 'node:crypto';
import type { GamePlayer } from './game.types.js';

/** What stands where the name of a person stood who asked to be forgotten. */
const NAME = 'Somebody who left';

/** A player of no person. Another one each time: one id in several games would still tell that they were the same. */
export function somebodyWhoLeft(): GamePlayer {
  return { userId: `forgotten-${randomUUID()}`, username: NAME };
}
