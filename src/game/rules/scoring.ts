/** What a correct answer brings when it comes at once. */
export const BASE_POINTS = 100;

/**
 * The points of a correct answer: the share of the round that was left, measured on the game's own round time.
 * An answer in the very last moment may bring 0 points and still counts as correct.
 */
export function scorePoints(remainingMs: number, roundMs: number): number {
  const points = Math.round((BASE_POINTS * remainingMs) / roundMs);
  return Math.min(BASE_POINTS, Math.max(0, points || 0));
}
