/** What is kept of daily challenges: the rounds of a day, and each player's one attempt at it. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsISO8601, IsOptional, IsString, Matches, Max, Min, ValidateNested } from 'class-validator';
import { LogEntity } from '../storage/index.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export class DailyChoice {
  @IsString()
  address!: string;

  @IsString()
  artist!: string;
}

export class DailyRound {
  @IsString()
  pieceKey!: string;

  @IsString()
  title!: string;

  @IsString()
  description!: string;

  @IsString()
  imageUrl!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => DailyChoice)
  choices!: DailyChoice[];

  /** Index in the choices. */
  @IsInt()
  @Min(0)
  @Max(3)
  correctChoice!: number;
}

/** The rounds of one day under that day, drawn by the first game of the day and the same for everybody after it. */
@LogEntity({ log: 'daily_challenges' })
export class DailyChallenge {
  @Matches(DAY)
  day!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => DailyRound)
  rounds!: DailyRound[];
}

/** A player's attempt under `day/userId`: made with the first answer, scored when its game is over. */
@LogEntity({ log: 'daily_attempts' })
export class DailyAttempt {
  @Matches(DAY)
  day!: string;

  @IsString()
  userId!: string;

  @IsString()
  username!: string;

  /** The one game of the day that counts for this player. */
  @IsString()
  gameId!: string;

  /** Absent until the game is over, and for ever where it was stopped. */
  @IsOptional()
  @IsInt()
  @Min(0)
  score?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  correctAnswers?: number;

  /** Rounds that the challenge had. */
  @IsOptional()
  @IsInt()
  @Min(1)
  rounds?: number;

  /** ISO 8601 UTC. */
  @IsOptional()
  @IsISO8601()
  finishedAt?: string;
}

/** The day of a moment, in UTC: a challenge is the same everywhere on earth. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The day before. */
export function dayBefore(day: string): string {
  return dayOf(Date.parse(`${day}T00:00:00.000Z`) - 86_400_000);
}
