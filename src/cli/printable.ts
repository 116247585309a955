/**
 * Texts as a terminal may show them. Keys and values are written by strangers: what a terminal would act on, escape
 * sequences, other control characters and marks that turn the reading direction, is shown escaped.
 */

/** Controls (C0, DEL, C1), line separators, halves of pairs, marks of direction, the byte order mark. */
const UNSHOWN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
/** Shown without quotes. */
const PLAIN_KEY = /^[\p{L}\p{N}_][\p{L}\p{N}_.:@/-]*$/u;

/** JSON on one line, still JSON, and with nothing in it that a terminal acts on. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  // Outside of its strings JSON has no such character but the line breaks of its indentation.
  return text.replace(UNSHOWN, (character) => (character === '\n' ? '\n' : escaped(character)));
}

/** A text of any origin, on one line. */
export function plainText(text: string): string {
  return text.replace(UNSHOWN, escaped);
}

/** A key: as it is where it is plain, else as JSON. */
export function keyText(key: string): string {
  return PLAIN_KEY.test(key) ? key : jsonText(key);
}

/** A value as JSON, cut to `length` characters. */
export function shortValue(value: unknown, length = 60): string {
  const text = jsonText(value);
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  // Half of a pair shows as nothing.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** `1 entry`, `2 entries`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
