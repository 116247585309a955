/** Everything that is stored about one person, as plain JSON; other people's parts in it are left out. Pure. */
import type { PlayerStats } from '../../storage/index.js';
import type { DailyAttempt } from '../daily-challenge.js';
import type { GameState, RecordedAnswer } from '../session/state.js';
import type { GameRecord, RecordedPlayer } from './game-record.js';
import { namesPerson } from './person.js';
import type { Season } from './season-record.js';

/** Times are milliseconds since 1970. */
export interface PlayerExport {
  userId: string;
  exportedAt: number;
  /** The person's own record, null where there is none. */
  stats: PlayerStats | null;
  /** Every finished game that names the person, oldest first. */
  games: ExportedGame[];
  /** The person's part in games that are not over yet. */
  running: ExportedRunningGame[];
  /** Running seasons that the person started. */
  seasons: Season[];
  /** Attempts at daily challenges, oldest first. */
  daily: Omit<DailyAttempt, 'userId'>[];
}

interface GameHeading {
  gameId: string;
  channelId: string;
  serverId?: string;
  mode?: string;
  rounds: number;
  /** The name under which the person started the game; absent where somebody else did. */
  hostedAs?: string;
}

export interface ExportedGame extends GameHeading {
  startedAt: number;
  finishedAt: number;
  /** Absent where the person did not answer. */
  played?: Omit<RecordedPlayer, 'userId' | 'isForgotten'>;
  /** Set where the game was taken back, and whether this person did it. */
  undone?: { at: number; reason?: string; byThisPerson: boolean };
}

export interface ExportedRunningGame extends GameHeading {
  phase: GameState['phase'];
  round: number;
  played?: { username: string; score: number; correctAnswers: number; incorrectAnswers: number };
  /** The answers to the running round and the one before; earlier ones are not kept. */
  answers: (Omit<RecordedAnswer, 'userId'> & { round: number })[];
}

export function exportedGame(record: GameRecord, userId: string): ExportedGame {
  const { startedAt, finishedAt, undone } = record;
  const part = record.players.find((player) => player.userId === userId);
  const game: ExportedGame = { ...headingOf(record, record.rounds, userId), startedAt, finishedAt };
  if (part) {
    const { username, score, isWinner, correctAnswers, incorrectAnswers } = part;
    game.played = { username, score, isWinner, correctAnswers, incorrectAnswers };
  }
  if (undone) {
    const { at, reason, by } = undone;
    game.undone = { at, ...(reason === undefined ? {} : { reason }), byThisPerson: by === userId };
  }
  return game;
}

/** A person's part in a running game; undefined where the game does not name them. */
export function exportedRunningGame(state: GameState, userId: string): ExportedRunningGame | undefined {
  const part = state.players.find((player) => player.userId === userId);
  if (!part && state.host.userId !== userId) return undefined;
  const { phase, round } = state;
  const answers = answersOf(state, userId);
  const game: ExportedRunningGame = { ...headingOf(state, state.times.rounds, userId), phase, round, answers };
  if (part) {
    const { username, score, correctAnswers, incorrectAnswers } = part;
    game.played = { username, score, correctAnswers, incorrectAnswers };
  }
  return game;
}

/** Oldest first. */
export function gamesOf(records: Iterable<GameRecord>, userId: string): ExportedGame[] {
  return [...records]
    .filter((record) => namesPerson(record, userId))
    .sort((a, b) => a.finishedAt - b.finishedAt)
    .map((record) => exportedGame(record, userId));
}

function headingOf(game: GameRecord | GameState, rounds: number, userId: string): GameHeading {
  const { gameId, channelId, serverId, mode, host } = game;
  return {
    gameId,
    channelId,
    ...(serverId === undefined ? {} : { serverId }),
    ...(mode === undefined ? {} : { mode }),
    rounds,
    ...(host.userId === userId ? { hostedAs: host.username } : {}),
  };
}

function answersOf({ round, current, lastResult }: GameState, userId: string): ExportedRunningGame['answers'] {
  const before = lastResult && lastResult.round !== round ? lastResult.answers : [];
  const own = (answers: readonly RecordedAnswer[], of: number) =>
    answers
      .filter((answer) => answer.userId === userId)
      .map(({ choice, correct, points, afterMs }) => ({ round: of, choice, correct, points, afterMs }));
  return [...own(before, lastResult?.round ?? 0), ...own(current?.answers ?? [], round)];
}
