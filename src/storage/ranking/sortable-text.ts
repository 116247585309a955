/**
 * Text as bytes that compare like the text's code units and end with a zero, so that texts written one after the other
 * compare as one. Each code unit is spelled by itself as UTF-8 would: unpaired surrogates survive, and surrogates sort
 * before U+E000, as they do in JavaScript and do not in UTF-8. Zero is spelled 1 1, and one 1 2. Pure.
 */

export const END = 0;
const ESCAPE = 1;

/** The most bytes that a text takes, its end included. */
export function spellingLimit(text: string): number {
  return 3 * text.length + 1;
}

/** Writes a text and its end; gives the place behind it. */
export function spell(text: string, bytes: Uint8Array, at: number): number {
  let next = at;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > ESCAPE && unit < 0x80) {
      bytes[next++] = unit;
    } else if (unit <= ESCAPE) {
      bytes[next++] = ESCAPE;
      bytes[next++] = unit + 1;
    } else {
      if (unit < 0x800) {
        bytes[next++] = 0xc0 | (unit >>> 6);
      } else {
        bytes[next++] = 0xe0 | (unit >>> 12);
        bytes[next++] = 0x80 | ((unit >>> 6) & 0x3f);
      }
      bytes[next++] = 0x80 | (unit & 0x3f);
    }
  }
  bytes[next] = END;
  return next + 1;
}

/** The place behind the text that begins at `at`. */
export function endOf(bytes: Uint8Array, at: number): number {
  let next = at;
  while (bytes[next] !== END) next += 1;
  return next + 1;
}

export function readText(bytes: Buffer, at: number): string {
  let end = at;
  while ((bytes[end] as number) > ESCAPE && (bytes[end] as number) < 0x80) end += 1;
  let text = bytes.latin1Slice(at, end);
  for (let next = end; bytes[next] !== END; ) {
    const lead = bytes[next++] as number;
    let unit = lead;
    if (lead === ESCAPE) {
      unit = (bytes[next++] as number) - 1;
    } else if (lead >= 0x80) {
      unit = lead < 0xe0 ? lead & 0x1f : ((lead & 0x0f) << 6) | ((bytes[next++] as number) & 0x3f);
      unit = (unit << 6) | ((bytes[next++] as number) & 0x3f);
    }
    text += String.fromCharCode(unit);
  }
  return text;
}
