/** Days, weeks, months and seasons. Pure; all of them begin at midnight UTC, weeks on Monday. */

export const BOARD_PERIODS = Object.freeze(['day', 'week', 'month', 'season', 'all'] as const);

/** For which games a leaderboard counts. UTC; weeks begin on Monday. */
export type BoardPeriod = (typeof BOARD_PERIODS)[number];

/** The periods of the calendar, which are the same for every server. */
export type CalendarPeriod = 'day' | 'week' | 'month';

/** A stretch of time in milliseconds since 1970, without its end. */
export interface Span {
  from: number;
  until: number;
}

export const EVER: Span = Object.freeze({ from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY });

const DAY_MS = 86_400_000;
/** 1970 began on a Thursday, three days after a Monday. */
const DAYS_AFTER_MONDAY = 3;

/** The day, week or month that holds a moment. */
export function calendarSpan(period: CalendarPeriod, at: number): Span {
  if (period === 'month') return monthOf(at);
  const day = Math.floor(at / DAY_MS);
  if (period === 'day') return { from: day * DAY_MS, until: (day + 1) * DAY_MS };
  const weekday = (((day + DAYS_AFTER_MONDAY) % 7) + 7) % 7;
  const monday = day - weekday;
  return { from: monday * DAY_MS, until: (monday + 7) * DAY_MS };
}

export function isWithin({ from, until }: Span, at: number): boolean {
  return from <= at && at < until;
}

function monthOf(at: number): Span {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: firstOf(year, month), until: firstOf(year, month + 1) };
}

/** `Date.UTC` takes the years 0–99 for 1900–1999. */
function firstOf(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1);
}
