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

/** What the order needs to know of a player: the history of games stays on disk. @publicApi */
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
 * @publicApi
 */
export function compareBy(field: LeaderboardField): (a: PlayerSummary, b: PlayerSummary) => number {
  return (a, b) =>
    b[field] - a[field] ||
    b.totalScore - a.totalScore ||
    compareText(a.username, b.username) ||
    compareText(a.userId, b.userId);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
