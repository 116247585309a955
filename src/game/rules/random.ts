/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

/** A whole number in [0, below); a source that strays from [0, 1) cannot lead out of the range. */
export function randomIndex(below: number, random: Random): number {
  return Math.min(below - 1, Math.max(0, Math.floor(random() * below)));
}

/** A new array with the same members in random order (Fisher and Yates). */
export function shuffled<T>(members: readonly T[], random: Random): T[] {
  const result = [...members];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomIndex(last + 1, random);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
