/** Whoever shares the best score; nobody when the best score is zero. */
export function winnersOf<T extends { score: number }>(players: readonly T[]): T[] {
  const best = Math.max(0, ...players.map((player) => player.score));
  return best === 0 ? [] : players.filter((player) => player.score === best);
}
