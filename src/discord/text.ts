/** Text of other people's making, such as names and titles, put so that Discord shows it and does nothing else. Pure. */

/** Discord takes a backslash before anything but letters, digits and white space as "this very character". */
const SPECIAL = /[!-/:-@[-`{-~]/g;

/** The text as it is, on one line: no bold, no link, no mention, no timestamp. */
export function plain(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().replace(SPECIAL, '\\$&');
}

/** At most so many UTF-16 code units, as Discord counts, without half a character at the end. */
export function clipped(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
}

/** `1,234` */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 point`, `2 points` */
export function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Each reader's own clock counts down to this moment. @param at milliseconds since 1970 */
export function countdown(at: number): string {
  return `<t:${Math.round(at / 1000)}:R>`;
}

/** Whether Discord can show a picture from this address. */
export function isWebAddress(address: string | undefined): address is string {
  return address !== undefined && /^https?:\/\/[^\s]+$/.test(address) && address.length <= 2048;
}
