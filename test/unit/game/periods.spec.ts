import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CalendarPeriod, calendarSpan, isWithin } from '../../../src/game/records/periods.js';

const spanAt = (period: CalendarPeriod, at: string) => {
  const { from, until } = calendarSpan(period, Date.parse(at));
  return [new Date(from).toISOString(), new Date(until).toISOString()];
};

describe('the calendar of leaderboards', () => {
  it.each<[CalendarPeriod, string, string, string]>([
    ['day', '2026-11-27T23:59:59.999Z', '2026-11-27', '2026-11-28'],
    ['day', '2026-11-28T00:00:00.000Z', '2026-11-28', '2026-11-29'],
    // A Sunday, and the Monday after it.
    ['week', '2026-11-29T23:59:59.999Z', '2026-11-23', '2026-11-30'],
    ['week', '2026-11-30T00:00:00.000Z', '2026-11-30', '2026-12-07'],
    ['week', '1970-01-01T00:00:00.000Z', '1969-12-29', '1970-01-05'],
    ['week', '1969-12-28T12:00:00.000Z', '1969-12-22', '1969-12-29'],
    ['month', '2024-02-29T12:00:00.000Z', '2024-02-01', '2024-03-01'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01'],
    ['month', '0050-12-31T00:00:00.000Z', '0050-12-01', '0051-01-01'],
  ])('has the %s of %s begin on %s and end before %s', (period, at, from, until) => {
    expect(spanAt(period, at)).toEqual([`${from}T00:00:00.000Z`, `${until}T00:00:00.000Z`]);
  });

  it('has every moment in one period, and the end of one is the beginning of the next', () => {
    const moment = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom<CalendarPeriod>('day', 'week', 'month'), moment, (period, at) => {
        const span = calendarSpan(period, at);
        expect(isWithin(span, at)).toBe(true);
        expect(calendarSpan(period, span.from)).toEqual(span);
        expect(calendarSpan(period, span.until).from).toBe(span.until);
        if (period === 'week') expect(new Date(span.from).getUTCDay()).toBe(1);
      }),
    );
  });
});
