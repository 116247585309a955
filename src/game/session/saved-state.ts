import { GAME_MODES } from '../rules/index.js';
import { type GameState, STATE_VERSION, TYPED } from './state.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTime: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const isChoice: Check = (value) => value === TYPED || isCount(value);
const isFlag: Check = (value) => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const shape =
  (fields: Record<string, Check>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const isPlayer = { userId: isText, username: isText };
const isAnswer = { userId: isText, choice: isChoice, correct: isFlag, points: isCount, afterMs: isTime };
const isPicture = { title: isText, description: isText, imageUrl: isText, correctChoice: isChoice };

const FIELDS: Required<Record<keyof GameState, Check>> = {
  version: (value) => value === STATE_VERSION,
  gameId: isText,
  channelId: isText,
  serverId: orAbsent(isText),
  mode: orAbsent((value) => (GAME_MODES as readonly unknown[]).includes(value)),
  day: orAbsent(isText),
  host: shape(isPlayer),
  times: shape({ rounds: isCount, roundMs: isTime, pauseMs: isTime }),
  createdAt: isTime,
  phase: (value) => ['starting', 'round', 'pause', 'finished'].includes(value as string),
  round: isCount,
  endsAt: isTime,
  suspendedAt: orNull(isTime),
  upcoming: listOf(isText),
  current: orNull(
    shape({
      ...isPicture,
      pieceKey: isText,
      choices: listOf(shape({ address: isText, artist: isText })),
      answers: listOf(shape(isAnswer)),
      naming: orAbsent(shape({ right: listOf(isText), confusable: listOf(isText) })),
      guesses: orAbsent(listOf(shape({ ...isPlayer, count: isCount }))),
    }),
  ),
  players: listOf(shape({ ...isPlayer, score: isCount, correctAnswers: isCount, incorrectAnswers: isCount })),
  lastResult: orNull(
    shape({
      ...isPicture,
      round: isCount,
      pieceKey: orAbsent(isText),
      artist: isText,
      answers: listOf(shape({ ...isAnswer, username: isText })),
    }),
  ),
  outcome: orNull(shape({ finishedAt: isTime, winners: listOf(isText) })),
};

const isState = shape(FIELDS);

/**
 * A saved state as this version writes it, without the members that the store adds.
 * Anything else, such as a game of the reference bot, is not ours to judge: undefined.
 */
export function readSavedState(saved: unknown): GameState | undefined {
  if (!isState(saved)) return undefined;
  const state = saved as GameState;
  const needsPicture = state.phase === 'round' || state.phase === 'pause';
  if (needsPicture && state.current === null) return undefined;
  if ((state.phase === 'finished') !== (state.outcome !== null)) return undefined;
  const known = Object.keys(FIELDS) as (keyof GameState)[];
  const present = known.filter((name) => state[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, state[name]])) as unknown as GameState;
}
