/** The seasons of a server: their shape and rules, and which one a moment belongs to. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsNumber, IsString, Min, ValidateNested } from 'class-validator';
import { LogEntity } from '../../storage/index.js';
import { EVER, type Span } from './periods.js';

/** A stretch of time for which a server has a leaderboard of its own. */
export interface Season {
  serverId: string;
  name: string;
  /** Games that finished at this moment or later count; milliseconds since 1970. */
  startedAt: number;
  /** Counted from 1. */
  number: number;
}

export class EarlierSeason {
  @IsInt()
  @Min(1)
  number!: number;

  @IsString()
  name!: string;

  @IsNumber()
  startedAt!: number;
}

/** The running season of a server, in the log `seasons` under the serverId. There is none while the first one runs. */
@LogEntity({ log: 'seasons' })
export class SeasonRecord extends EarlierSeason {
  /** A userId. */
  @IsString()
  startedBy!: string;

  /** Oldest first, so that the board of a season that is over can still be asked for. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => EarlierSeason)
  earlier!: EarlierSeason[];
}

/** The season that begins before anybody has started one. */
export function firstSeason(startedAt: number): EarlierSeason {
  return { number: 1, name: nameOfSeason(1), startedAt };
}

export function nameOfSeason(number: number): string {
  return `Season ${number}`;
}

/** The season after the running one. It begins later than that, even if the clock was set back. */
export function nextSeason(
  running: SeasonRecord | undefined,
  next: { name: string | undefined; startedAt: number; startedBy: string; firstAt: number },
): SeasonRecord {
  const earlier = running ? [...running.earlier, seasonOnly(running)] : [firstSeason(next.firstAt)];
  const number = (running?.number ?? 1) + 1;
  return {
    number,
    name: next.name ?? nameOfSeason(number),
    startedAt: Math.max(next.startedAt, (running?.startedAt ?? Number.NEGATIVE_INFINITY) + 1),
    startedBy: next.startedBy,
    earlier,
  };
}

/** From when to when the season lasted, or lasts, that ran at a moment; the first one has no beginning. */
export function spanOfSeason(running: SeasonRecord | undefined, at: number): Span {
  if (!running) return EVER;
  const starts = [...running.earlier.slice(1), running].map(({ startedAt }) => startedAt);
  const next = starts.findIndex((startedAt) => startedAt > at);
  const last = next < 0 ? starts.length : next;
  return { from: starts[last - 1] ?? EVER.from, until: starts[last] ?? EVER.until };
}

function seasonOnly({ number, name, startedAt }: EarlierSeason): EarlierSeason {
  return { number, name, startedAt };
}
