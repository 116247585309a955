import type { LeaderboardField, PlayerStats } from '../storage/index.js';

/** What a leaderboard can be sorted by. */
export {
  LEADERBOARD_FIELDS as LEADERBOARD_SORTS,
  type LeaderboardField as LeaderboardSortBy,
} from '../storage/index.js';

/** A player's all-time figures with the place on the board asked for: 1 for the best, equal figures share a place. */
export interface RankedPlayer extends PlayerStats {
  rank: number;
}

/**
 * Adds their places to the best players of all.
 * @param best from the first place on, in order
 */
export function ranked<T extends Pick<PlayerStats, LeaderboardField>>(
  best: readonly T[],
  sortBy: LeaderboardField,
): (T & { rank: number })[] {
  let rank = 0;
  return best.map((player, place) => {
    if (best[place - 1]?.[sortBy] !== player[sortBy]) rank = place + 1;
    return { ...player, rank };
  });
}
