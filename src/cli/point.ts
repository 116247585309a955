/** A moment as people write it: a seq, a time, or how long ago. Pure: the present is given. */
import { UsageError } from './exit.js';

export type Moment = { kind: 'seq'; seq: number } | { kind: 'time'; date: Date };

export const POINT_HELP = `A point is one of
  42                      a seq: the state behind entry 42
  2026-11-27T18:00        a time, ISO 8601; without a zone it is local time (2026-11-27T18:00Z is UTC)
  2026-11-27              the beginning of that day, local time
  now, 10m, 2h, 3d, 1w    now, or so long ago (also 90s)
  18:00, yesterday 18:00, friday 18:00
                          the newest such moment in the past, local time`;

const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(z|[+-]\d\d:?\d\d)?)?$/i;
const CLOCK = /^([a-z]+ )?(\d{1,2}):(\d\d)(?::(\d\d))?$/;

/** @throws UsageError for a text that is no point */
export function parsePoint(text: string, now: Date, option = 'point'): Moment {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const moment = /^\d+$/.test(words) ? seqOf(words) : timeOf(words, now);
  if (moment) return moment;
  throw new UsageError(
    `Expected ${option} to be a point, got "${text}".`,
    'A seq (42), a time (2026-11-27T18:00), "now", "2h", "18:00", "yesterday 18:00" or "friday 18:00".',
  );
}

/** As it was understood, to be printed back. */
export function describePoint(moment: Moment): string {
  if (moment.kind === 'seq') return `seq ${moment.seq}`;
  const { date } = moment;
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${(WEEKDAYS[date.getDay()] as string).slice(0, 3)} ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${date.toISOString()} (${day[0]?.toUpperCase()}${day.slice(1)}, ${clock} local time)`;
}

/** What the engine takes. */
export function engineTime(moment: Moment): Date | number {
  return moment.kind === 'seq' ? moment.seq : moment.date;
}

function seqOf(digits: string): Moment | undefined {
  const seq = Number(digits);
  return Number.isSafeInteger(seq) ? { kind: 'seq', seq } : undefined;
}

function timeOf(words: string, now: Date): Moment | undefined {
  const date =
    words === 'now' ? new Date(now) : (ago(words, now) ?? isoDate(words) ?? byClock(words, now) ?? byDay(words, now));
  return date && !Number.isNaN(date.getTime()) ? { kind: 'time', date } : undefined;
}

function ago(words: string, now: Date): Date | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(s|m|h|d|w)(?: ago)?$/.exec(words);
  return match ? new Date(now.getTime() - Number(match[1]) * (UNITS_MS[match[2] as string] as number)) : undefined;
}

function isoDate(words: string): Date | undefined {
  const match = ISO.exec(words);
  if (!match) return undefined;
  const [year, month, day, hours, minutes, seconds] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  // The date of that name must be there: no 30th of February, no hour 24.
  const named = new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds, ms));
  const isThere =
    named.getUTCMonth() === month - 1 && named.getUTCDate() === day && hours < 24 && minutes < 60 && seconds < 60;
  if (!isThere) return undefined;
  const zone = match[8];
  if (zone === undefined) return new Date(year, month - 1, day, hours, minutes, seconds, ms);
  if (zone === 'z') return named;
  const sign = zone.startsWith('-') ? -1 : 1;
  const offsetMinutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return new Date(named.getTime() - sign * offsetMinutes * 60_000);
}

/** `18:00`, `today 18:00`, `yesterday 18:00`, `friday 18:00`. */
function byClock(words: string, now: Date): Date | undefined {
  const match = CLOCK.exec(words);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return onDay(match[1]?.trim(), now, [hours, minutes, seconds]);
}

/** `today`, `yesterday`, `friday`: its beginning. */
function byDay(words: string, now: Date): Date | undefined {
  return /^[a-z]+$/.test(words) ? onDay(words, now, [0, 0, 0]) : undefined;
}

function onDay(
  name: string | undefined,
  now: Date,
  [hours, minutes, seconds]: [number, number, number],
): Date | undefined {
  const daysAgo = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - days, hours, minutes, seconds);
  const newest = (days: number, step: number) => (daysAgo(days) > now ? daysAgo(days + step) : daysAgo(days));
  if (name === undefined) return newest(0, 1);
  if (name === 'today') return daysAgo(0);
  if (name === 'yesterday') return daysAgo(1);
  const weekday = WEEKDAYS.findIndex((day) => day === name || (name.length >= 3 && day.startsWith(name)));
  return weekday < 0 ? undefined : newest((now.getDay() - weekday + 7) % 7, 7);
}
