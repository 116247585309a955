/** A player's record: its shape, the rules for its fields, and how a record of any age is read. Pure. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsISO8601,
  IsNumber,
  IsOptional,
  IsString,
  Min,
  ValidateNested,
} from 'class-validator';
import { isPlainObject } from './arguments.js';

/** One finished game of one player. @publicApi */
export class PlayedGame {
  /** ISO 8601 UTC. */
  @IsISO8601()
  date!: string;

  @IsNumber()
  score!: number;

  @IsBoolean()
  isWinner!: boolean;

  @IsInt()
  @Min(0)
  correctAnswers!: number;

  @IsInt()
  @Min(0)
  incorrectAnswers!: number;

  /** Names the game, so that it is never credited twice. Absent in records of the reference bot. */
  @IsOptional()
  @IsString()
  gameId?: string;
}

/** What is known about a player; averages and rates are whole numbers. @publicApi */
export class PlayerStats {
  @IsString()
  userId!: string;

  @IsString()
  username!: string;

  @IsInt()
  @Min(0)
  totalGames!: number;

  @IsInt()
  @Min(0)
  totalWins!: number;

  @IsNumber()
  totalScore!: number;

  @IsNumber()
  averageScore!: number;

  @IsNumber()
  bestScore!: number;

  @IsInt()
  @Min(0)
  totalCorrectAnswers!: number;

  @IsInt()
  @Min(0)
  totalIncorrectAnswers!: number;

  @IsInt()
  @Min(0)
  totalAnswers!: number;

  /** Correct answers in percent, 0 when there were no answers. */
  @IsNumber()
  accuracyRate!: number;

  /** The newest games, oldest first, at most {@link GAMES_KEPT}. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PlayedGame)
  gamesHistory!: PlayedGame[];

  /** Ids of the newest games that were taken back, oldest first, at most {@link GAMES_KEPT}; absent without any. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  withdrawnGames?: string[];
}

/** Games kept in a player's record. @publicApi */
export const GAMES_KEPT = 50;

/**
 * A stored record of any age as today's shape: missing numbers read as 0, a missing history as [].
 * Members that this version does not know are kept.
 * @internal
 */
export function readPlayerStats(stored: unknown, userId: string): PlayerStats {
  const record: Partial<PlayerStats> = isPlainObject(stored) ? stored : {};
  return {
    ...record,
    userId: textOf(record.userId, userId),
    username: textOf(record.username, userId),
    totalGames: numberOf(record.totalGames),
    totalWins: numberOf(record.totalWins),
    totalScore: numberOf(record.totalScore),
    averageScore: numberOf(record.averageScore),
    bestScore: numberOf(record.bestScore),
    totalCorrectAnswers: numberOf(record.totalCorrectAnswers),
    totalIncorrectAnswers: numberOf(record.totalIncorrectAnswers),
    totalAnswers: numberOf(record.totalAnswers),
    accuracyRate: numberOf(record.accuracyRate),
    gamesHistory: Array.isArray(record.gamesHistory) ? record.gamesHistory : [],
  };
}

/** The record after one more game; `before` is not changed. @internal */
export function withGame(before: PlayerStats, username: string, game: PlayedGame): PlayerStats {
  return {
    ...before,
    username,
    ...withRates({
      totalGames: before.totalGames + 1,
      totalWins: before.totalWins + (game.isWinner ? 1 : 0),
      totalScore: before.totalScore + game.score,
      totalCorrectAnswers: before.totalCorrectAnswers + game.correctAnswers,
      totalIncorrectAnswers: before.totalIncorrectAnswers + game.incorrectAnswers,
      totalAnswers: before.totalAnswers + game.correctAnswers + game.incorrectAnswers,
    }),
    bestScore: Math.max(before.bestScore, game.score),
    gamesHistory: [...before.gamesHistory, game].slice(-GAMES_KEPT),
  };
}

/**
 * The record without one of its games; `before` is not changed. A game that the record was never credited with, as far
 * as its history can prove that, takes nothing away and is noted all the same.
 *
 * The best score stays where another game made it. Where this game did, it becomes the best of the history and of
 * `bestElsewhere`: what is proven, which for games older than both may be less than was once reached.
 * @internal
 */
export function withoutGame(
  before: PlayerStats,
  game: PlayedGame & { gameId: string },
  bestElsewhere: number,
): PlayerStats {
  const gamesHistory = before.gamesHistory.filter(({ gameId }) => gameId !== game.gameId);
  const withdrawn = withdrawnGamesOf(before);
  const withdrawnGames = [...withdrawn, game.gameId].slice(-GAMES_KEPT);
  // A game leaves the history for newer ones when it is full, and it is short only by those that were taken back.
  const isKnown = gamesHistory.length < before.gamesHistory.length;
  const mayHaveLeft = before.gamesHistory.length + withdrawn.length >= GAMES_KEPT;
  if (!isKnown && !mayHaveLeft) return { ...before, withdrawnGames };
  const best = Math.max(0, bestElsewhere, ...gamesHistory.map(({ score }) => numberOf(score)));
  return {
    ...before,
    ...withRates({
      totalGames: Math.max(0, before.totalGames - 1),
      totalWins: Math.max(0, before.totalWins - (game.isWinner ? 1 : 0)),
      totalScore: before.totalScore - game.score,
      totalCorrectAnswers: Math.max(0, before.totalCorrectAnswers - game.correctAnswers),
      totalIncorrectAnswers: Math.max(0, before.totalIncorrectAnswers - game.incorrectAnswers),
      totalAnswers: Math.max(0, before.totalAnswers - game.correctAnswers - game.incorrectAnswers),
    }),
    bestScore: game.score < before.bestScore ? before.bestScore : best,
    gamesHistory,
    withdrawnGames,
  };
}

/** Ids of the games that were taken back; whatever else stands there, by somebody's hand, is none. @internal */
export function withdrawnGamesOf({ withdrawnGames }: PlayerStats): string[] {
  return Array.isArray(withdrawnGames) ? withdrawnGames : [];
}

type Totals = Pick<
  PlayerStats,
  'totalGames' | 'totalWins' | 'totalScore' | 'totalCorrectAnswers' | 'totalIncorrectAnswers' | 'totalAnswers'
>;

function withRates(totals: Totals): Totals & Pick<PlayerStats, 'averageScore' | 'accuracyRate'> {
  const { totalGames, totalScore, totalCorrectAnswers, totalAnswers } = totals;
  return {
    ...totals,
    averageScore: totalGames === 0 ? 0 : Math.round(totalScore / totalGames),
    accuracyRate: totalAnswers === 0 ? 0 : Math.round((100 * totalCorrectAnswers) / totalAnswers),
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function textOf(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
