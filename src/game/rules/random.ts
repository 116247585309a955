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

/**
 * A source that gives the same numbers for the same text, everywhere and for ever (FNV-1a, then mulberry32): a daily
 * challenge is drawn from its date.
 */
export function seededRandom(text: string): Random {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) seed = Math.imul(seed ^ byte, 0x01000193);
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
