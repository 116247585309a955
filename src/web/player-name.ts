/** Longest name shown on a score board, in characters as people count them. */
export const MAX_NAME_LENGTH = 24;

/** A single character may be made of many code units. */
const MAX_CODE_UNITS = 8 * MAX_NAME_LENGTH;

const VISIBLE = /[\p{L}\p{N}\p{S}\p{P}]/u;
/** Invisible or direction-changing characters would let one name pass for another, or mirror the text after it. */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** A skin tone or a family is one picture of several characters, joined by this one; it is kept. */
const JOINER = '\u200d';
/** More marks than any script stacks on one letter, so that no name grows over its neighbours. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** The name as it is kept and shown: composed, trimmed, with single spaces and nothing invisible. */
export function tidyName(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(DECEPTIVE, (character) => (character === JOINER ? JOINER : ''))
    .replace(STACKED_MARKS, '$1')
    .trim();
}

/** Whether a tidied name has something to see and is not too long. */
export function isPlayerName(name: string): boolean {
  // First, because telling characters apart takes memory many times the size of the text.
  if (name.length > MAX_CODE_UNITS || !VISIBLE.test(name)) return false;
  return [...new Intl.Segmenter().segment(name)].length <= MAX_NAME_LENGTH;
}
