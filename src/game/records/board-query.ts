import { checkedId, checkedLimit } from '../identity.js';
import { LEADERBOARD_SORTS, type LeaderboardSortBy } from '../leaderboard.js';
import { BOARD_PERIODS, type BoardPeriod } from './periods.js';

/** Which leaderboard is asked for. */
export interface BoardQuery {
  /** Games of this Discord guild only. @default the games of everybody */
  serverId?: string;
  /** Without a server, `season` is all time: only servers start seasons. @default 'all' */
  period?: BoardPeriod;
  /** Ties go to the higher total score, then by name. @default 'totalScore' */
  sortBy?: LeaderboardSortBy;
  /** How many players at most, from the first place on. @default 10 */
  limit?: number;
  /**
   * The period that holds this moment, in milliseconds since 1970; one that is over is counted from the records, which
   * takes a pass over all of them. `all` holds every moment. @default now
   */
  at?: number;
}

export interface CheckedQuery {
  serverId: string | undefined;
  period: BoardPeriod;
  sortBy: LeaderboardSortBy;
  limit: number;
  at: number;
}

/** The farthest that a `Date` reaches. */
const MAX_TIME_MS = 8.64e15;

/** @throws TypeError naming the member that is wrong */
export function checkedQuery(query: BoardQuery, now: number): CheckedQuery {
  if (typeof query !== 'object' || query === null)
    throw new TypeError(`query must be an object, got ${String(query)}.`);
  const { serverId, period = 'all', sortBy = 'totalScore', limit = 10, at = now } = query;
  if (serverId !== undefined) checkedId('serverId', serverId);
  if (typeof at !== 'number' || !(Math.abs(at) <= MAX_TIME_MS)) {
    throw new TypeError(`at must be a time in milliseconds since 1970, got ${String(at)}.`);
  }
  return {
    serverId,
    period: oneOf('period', period, BOARD_PERIODS),
    sortBy: oneOf('sortBy', sortBy, LEADERBOARD_SORTS),
    limit: checkedLimit(limit),
    at,
  };
}

function oneOf<T extends string>(field: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`${field} must be one of ${allowed.join(', ')}, got ${String(value)}.`);
}
