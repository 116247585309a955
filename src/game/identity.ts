import type { GameAnswer, GamePlayer } from './game.types.js';
import { CHOICE_COUNT, MAX_TYPED_LENGTH } from './rules/index.js';

/** Longest name kept, in characters as people count them. */
export const MAX_NAME_LENGTH = 32;
const MAX_ID_LENGTH = 256;

/** Control characters, direction marks and halves of characters: they break lines, mirror text or cannot be stored. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
/** More marks than any script stacks on one letter, so that no name grows over its neighbours. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** One visible character may be made of many; a text of them is held to so many for each of its characters. */
const MAX_CODE_UNITS_EACH = 8;

/** The name as it is kept: one line, see {@link cleanLine}, of at most {@link MAX_NAME_LENGTH} characters. */
export function cleanName(name: unknown): string {
  return cleanLine('username', name, MAX_NAME_LENGTH);
}

/**
 * A text as it is kept: one line, trimmed, cut after `maxLength` characters.
 * @throws TypeError naming the field when nothing is left of it.
 */
export function cleanLine(field: string, text: unknown, maxLength: number): string {
  if (typeof text !== 'string') throw new TypeError(`${field} must be a text, got ${typeof text}.`);
  const maxCodeUnits = maxLength * MAX_CODE_UNITS_EACH;
  // The cut comes first, so that a text of a megabyte is not segmented.
  const line = text
    .slice(0, 16 * maxCodeUnits)
    .replace(/\s+/gu, ' ')
    .replace(UNPRINTABLE, '')
    .replace(STACKED_MARKS, '$1')
    .trim();
  const characters = [...new Intl.Segmenter().segment(line)].slice(0, maxLength);
  let clean = '';
  for (const { segment } of characters) {
    if (clean.length + segment.length > maxCodeUnits) break;
    clean += segment;
  }
  clean = clean.trim();
  if (clean === '') throw new TypeError(`${field} must have at least one visible character.`);
  return clean;
}

/**
 * Checks an id of a user or a channel. Ids are kept as they are, so anything that could not be a log key is refused.
 * @throws TypeError naming the field.
 */
export function checkedId(field: string, id: unknown): string {
  if (typeof id !== 'string' || id === '') throw new TypeError(`${field} must be a text that is not empty.`);
  if (id.length > MAX_ID_LENGTH) throw new TypeError(`${field} must have at most ${MAX_ID_LENGTH} characters.`);
  if (/[\p{Cc}\p{Cs}]/u.test(id)) throw new TypeError(`${field} must not hold control characters or half characters.`);
  return id;
}

/** How many are asked for. @throws TypeError for anything but a whole number ≥ 1. */
export function checkedLimit(limit: unknown): number {
  if (Number.isSafeInteger(limit) && (limit as number) >= 1) return limit as number;
  throw new TypeError(`limit must be a whole number ≥ 1, got ${String(limit)}.`);
}

/** A player whose id and name may be stored and shown. */
export function checkedPlayer(player: GamePlayer): GamePlayer {
  return { userId: checkedId('userId', player?.userId), username: cleanName(player?.username) };
}

/** An answer that is well formed; whether it comes in time is for the game to say. */
export function checkedAnswer(answer: GameAnswer): GameAnswer {
  const player = checkedPlayer(answer);
  const { gameId, round } = answer;
  if ('text' in answer) {
    if ('choice' in answer) throw new TypeError('An answer has either a choice or a text, not both.');
    return { ...player, gameId, round, text: checkedText(answer.text) };
  }
  const { choice } = answer;
  if (!Number.isInteger(choice) || choice < 0 || choice >= CHOICE_COUNT) {
    throw new TypeError(`choice must be a whole number from 0 to ${CHOICE_COUNT - 1}, got ${String(choice)}.`);
  }
  return { ...player, gameId, round, choice };
}

/** What a player typed: any text that is not empty; whether it names anybody is for the game to say. */
function checkedText(text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') throw new TypeError('text must have at least one character.');
  return text.slice(0, MAX_TYPED_LENGTH + 1);
}
