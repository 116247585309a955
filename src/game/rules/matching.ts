/**
 * Whether a typed text names an artist. Forgiving where people differ in how they write a name (case, accents,
 * punctuation, spaces, `the`, `@`, `.tez`) and where fingers slip, but never where the text could mean somebody else.
 */
import { nameKey } from './artists.js';

/** Longest text that is looked at; longer ones name nobody. */
export const MAX_TYPED_LENGTH = 100;

/** Slips that are forgiven: none in a short name, where one letter makes another name of it. */
const FORGIVEN = [
  { fromLength: 9, slips: 2 },
  { fromLength: 5, slips: 1 },
] as const;

/** What stays of a name when everything is gone that people leave out. */
export function plainName(name: string): string {
  const spoken = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\.tez$/u, '')
    .replace(/&/gu, ' and ')
    .trim()
    .replace(/^the\s+(?=\S)/u, '');
  const letters = spoken.replace(/[^\p{L}\p{N}]+/gu, '');
  // A name may be nothing but signs; then it has to be written as it is.
  return letters === '' ? nameKey(name) : letters;
}

/**
 * @param names what the artist goes by; any of them is right
 * @param others what everybody else is called: where one of them is as near, the text is theirs
 */
export function namesArtist(typed: string, names: readonly string[], others: readonly string[] = []): boolean {
  if (typed.length > MAX_TYPED_LENGTH) return false;
  const text = plainName(typed);
  if (text === '') return false;
  const right = nearest(text, names);
  if (right === undefined) return false;
  if (right === 0) return true;
  const theirs = nearest(text, others);
  return theirs === undefined || right < theirs;
}

/** The other names that a text may be taken for when it is meant for one of `names`. */
export function confusableWith(names: readonly string[], others: readonly string[]): string[] {
  const plain = names.map(plainName);
  return others.filter((other) => {
    const name = plainName(other);
    // Twice the slips: the text may lie between the two.
    return plain.some((one) => one !== name && slipsBetween(one, name, 2 * forgiven(one)) !== undefined);
  });
}

/** The fewest slips between a text and one of the names; undefined where there are more than are forgiven. */
function nearest(text: string, names: readonly string[]): number | undefined {
  let fewest: number | undefined;
  for (const name of names) {
    const plain = plainName(name);
    const slips = slipsBetween(plain, text, forgiven(plain));
    if (slips !== undefined && (fewest === undefined || slips < fewest)) fewest = slips;
  }
  return fewest;
}

function forgiven(plain: string): number {
  return FORGIVEN.find(({ fromLength }) => [...plain].length >= fromLength)?.slips ?? 0;
}

/**
 * Letters left out, added, changed, or two neighbours in the wrong order (the distance of Damerau and Levenshtein, each
 * pair of neighbours swapped once). Digits must be right: they tell `artist1` from `artist2`.
 * @returns undefined where there are more than `most`
 */
function slipsBetween(a: string, b: string, most: number): number | undefined {
  if (a === b) return 0;
  const [from, to] = [[...a], [...b]];
  if (most === 0 || Math.abs(from.length - to.length) > most || digitsOf(a) !== digitsOf(b)) return undefined;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) slips = Math.min(slips, at(before, j - 2) + 1);
      row.push(slips);
    }
    before = last;
    last = row;
  }
  const slips = at(last, to.length);
  return slips <= most ? slips : undefined;
}

function at(row: readonly number[], j: number): number {
  return row[j] as number;
}

function digitsOf(text: string): string {
  return text.replace(/\P{N}/gu, '');
}
