/**
 * What a button or a form carries. It names the game and the round, so that an old one never answers a new round. Pure.
 */
import { CHOICE_COUNT } from '../game/index.js';

export type CustomId =
  /** One of the four names. */
  | { kind: 'choice'; gameId: string; round: number; choice: number }
  /** Opens the form in which a name is typed; the form carries the same. */
  | { kind: 'type'; gameId: string; round: number }
  /** Confirms that everything about the person who presses it is removed. */
  | { kind: 'forget' };

/** Discord takes no longer ones. */
const MAX_LENGTH = 100;
const GAME_ID = /^[\w-]{1,64}$/;
const COUNT = /^(0|[1-9]\d{0,3})$/;

/** @throws TypeError for a game id that would not come back as it is */
export function encodeCustomId(id: CustomId): string {
  if (id.kind === 'forget') return id.kind;
  const { kind, gameId, round } = id;
  if (!GAME_ID.test(gameId)) throw new TypeError(`gameId does not fit into a button: ${JSON.stringify(gameId)}.`);
  return kind === 'choice' ? `${kind}:${gameId}:${round}:${id.choice}` : `${kind}:${gameId}:${round}`;
}

/** Undefined for anything that {@link encodeCustomId} has not made. */
export function decodeCustomId(text: string): CustomId | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [kind, gameId = '', roundText = '', choiceText, ...rest] = text.split(':');
  if (text === 'forget') return { kind: 'forget' };
  if (rest.length > 0 || !GAME_ID.test(gameId) || !COUNT.test(roundText)) return undefined;
  const round = Number(roundText);
  if (kind === 'type') return choiceText === undefined ? { kind, gameId, round } : undefined;
  if (kind !== 'choice' || choiceText === undefined || !COUNT.test(choiceText)) return undefined;
  const choice = Number(choiceText);
  return choice < CHOICE_COUNT ? { kind, gameId, round, choice } : undefined;
}
