/** What is kept of a finished game for good: the shape of a record, its rules, and how it is made of a game's state. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Min,
  ValidateNested,
} from 'class-validator';
import { LogEntity } from '../../storage/index.js';
import type { GameState } from '../session/state.js';

/** The mode of games that were saved before there was a choice. */
const FIRST_MODE = 'choices';

export class RecordedPerson {
  @IsString()
  @IsNotEmpty()
  userId!: string;

  @IsString()
  username!: string;
}

/** One player's part in a game. */
export class RecordedPlayer extends RecordedPerson {
  @IsInt()
  @Min(0)
  score!: number;

  @IsBoolean()
  isWinner!: boolean;

  @IsInt()
  @Min(0)
  correctAnswers!: number;

  @IsInt()
  @Min(0)
  incorrectAnswers!: number;

  /** Set where the person asked to be forgotten: the figures are nobody's and stand on no board. */
  @IsOptional()
  @IsBoolean()
  isForgotten?: boolean;
}

/** Who took a game back, and why. */
export class GameUndo {
  /** A userId. */
  @IsString()
  by!: string;

  /** Milliseconds since 1970. */
  @IsNumber()
  at!: number;

  @IsOptional()
  @IsString()
  reason?: string;

  /** Set once the game is taken back from each player's own record, too; until then the next start goes on with it. */
  @IsOptional()
  @IsBoolean()
  isWithdrawn?: boolean;
}

/** A finished game, in the log `games` under its gameId. Times are milliseconds since 1970. */
@LogEntity({ log: 'games' })
export class GameRecord {
  @IsString()
  @IsNotEmpty()
  gameId!: string;

  @IsString()
  @IsNotEmpty()
  channelId!: string;

  /** A Discord guild; absent for a game of the play page. */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  serverId?: string;

  @IsString()
  @IsNotEmpty()
  mode!: string;

  @ValidateNested()
  @Type(() => RecordedPerson)
  host!: RecordedPerson;

  @IsNumber()
  startedAt!: number;

  /** What decides the day, week, month and season that the game counts for. */
  @IsNumber()
  finishedAt!: number;

  @IsInt()
  @Min(0)
  rounds!: number;

  /** Everybody who answered at least once, in the order of their first answers. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RecordedPlayer)
  players!: RecordedPlayer[];

  /** Set where the game was taken back: it is kept and counts for nobody. */
  @IsOptional()
  @ValidateNested()
  @Type(() => GameUndo)
  undone?: GameUndo;
}

/** The record of a game that is over. */
export function recordOf(state: GameState): GameRecord {
  const winners = new Set(state.outcome?.winners);
  return {
    gameId: state.gameId,
    channelId: state.channelId,
    ...(state.serverId === undefined ? {} : { serverId: state.serverId }),
    mode: state.mode ?? FIRST_MODE,
    host: { ...state.host },
    startedAt: state.createdAt,
    finishedAt: state.outcome?.finishedAt ?? state.endsAt,
    rounds: state.times.rounds,
    players: state.players.map(({ userId, username, score, correctAnswers, incorrectAnswers }) => {
      return { userId, username, score, isWinner: winners.has(userId), correctAnswers, incorrectAnswers };
    }),
  };
}

/** Whether a stored value can be counted. Whoever edits the log by hand must not keep the boards from being built. */
export function isGameRecord(stored: GameRecord | null, key: string): stored is GameRecord {
  const { gameId, finishedAt, host, players } = stored ?? ({} as Partial<GameRecord>);
  const isWhole = gameId === key && isFigure(finishedAt) && typeof host?.userId === 'string';
  return isWhole && Array.isArray(players) && players.every(isPart);
}

function isPart(part: RecordedPlayer | null): boolean {
  const { userId, username, score, correctAnswers, incorrectAnswers } = part ?? ({} as Partial<RecordedPlayer>);
  const figures = [score, correctAnswers, incorrectAnswers];
  return typeof userId === 'string' && typeof username === 'string' && figures.every(isFigure);
}

function isFigure(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
