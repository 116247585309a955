/** Who is ahead of whom: the order of players by any of seven figures. Pure. */
import { mistake } from './arguments.js';
import type { PlayerStats } from './player-stats.js';

/** The figures that a leaderboard can be sorted by, always the greatest first. @publicApi */
export const LEADERBOARD_FIELDS = Object.freeze([
  'totalScore',
  'totalWins',
  'averageScore',
  'bestScore',
  'accuracyRate',
  'totalGames',
  'totalCorrectAnswers',
] as const);

/** @publicApi */
export type LeaderboardField = (typeof LEADERBOARD_FIELDS)[number];

/** What the order needs to know of a player: the history of games stays on disk. @internal */
export type PlayerSummary = Pick<PlayerStats, 'userId' | 'username' | LeaderboardField>;

/** @internal */
export function summaryOf(stats: PlayerStats): PlayerSummary {
  const { userId, username, totalScore, totalWins, averageScore } = stats;
  const { bestScore, accuracyRate, totalGames, totalCorrectAnswers } = stats;
  return {
    userId,
    username,
    totalScore,
    totalWins,
    averageScore,
    bestScore,
    accuracyRate,
    totalGames,
    totalCorrectAnswers,
  };
}

/** @internal */
export function assertLeaderboardField(field: unknown): asserts field is LeaderboardField {
  if (!LEADERBOARD_FIELDS.includes(field as LeaderboardField)) {
    throw mistake('sortBy', `one of ${LEADERBOARD_FIELDS.join(', ')}`, field);
  }
}

/**
 * Best first. Ties go to the higher total score, then to names in the order of their code units, so that the
 * order is total and does not depend on the machine's language.
 * @internal
 */
export function compareBy(field: LeaderboardField): (a: PlayerSummary, b: PlayerSummary) => number {
  return (a, b) =>
    b[field] - a[field] ||
    b.totalScore - a.totalScore ||
    compareText(a.username, b.username) ||
    compareText(a.userId, b.userId);
}

/**
 * The keys of the best `limit` players, best first, in one pass that keeps no more than `limit` of them.
 * @internal
 */
export function topOf(players: Iterable<[string, PlayerSummary]>, field: LeaderboardField, limit: number): string[] {
  const compare = compareBy(field);
  const best: [string, PlayerSummary][] = [];
  for (const entry of players) {
    const last = best[best.length - 1];
    if (best.length >= limit && last && compare(entry[1], last[1]) >= 0) continue;
    best.splice(placeOf(entry[1], best, compare), 0, entry);
    if (best.length > limit) best.pop();
  }
  return best.map(([key]) => key);
}

/** 1 for the best; players with equal values share a rank, and the next one's counts all before it. @internal */
export function rankOf(value: number, players: Iterable<PlayerSummary>, field: LeaderboardField): number {
  let ahead = 0;
  for (const player of players) if (player[field] > value) ahead += 1;
  return ahead + 1;
}

function placeOf(
  player: PlayerSummary,
  sorted: readonly [string, PlayerSummary][],
  compare: (a: PlayerSummary, b: PlayerSummary) => number,
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [, other] = sorted[middle] as [string, PlayerSummary];
    if (compare(player, other) < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
