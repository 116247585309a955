import { expect, test } from '@jest/globals';
import { decide } from '../../../src/compaction/compaction-policy.js';
import { periodsOf } from '../../../src/compaction/rotation.js';

test.each([
  ['daily', '2026-11-22T00:00:00.000Z', '2026-11-22', '2026-11-23T00:00:00.000Z'],
  ['daily', '2026-11-22T23:59:59.999Z', '2026-11-22', '2026-11-23T00:00:00.000Z'],
  ['daily', '2024-02-29T12:00:00.000Z', '2024-02-29', '2024-03-01T00:00:00.000Z'],
  ['weekly', '2026-11-22T23:59:59.999Z', '2026-W47', '2026-11-23T00:00:00.000Z'],
  ['weekly', '2026-11-23T00:00:00.000Z', '2026-W48', '2026-11-30T00:00:00.000Z'],
  // A year of 53 weeks, whose last one reaches into the next year.
  ['weekly', '2026-12-31T12:00:00.000Z', '2026-W53', '2027-01-04T00:00:00.000Z'],
  ['weekly', '2027-01-03T23:59:59.999Z', '2026-W53', '2027-01-04T00:00:00.000Z'],
  ['weekly', '2027-01-04T00:00:00.000Z', '2027-W01', '2027-01-11T00:00:00.000Z'],
  // The last days of December in the first week of the next year.
  ['weekly', '2024-12-30T00:00:00.000Z', '2025-W01', '2025-01-06T00:00:00.000Z'],
  ['weekly', '2021-01-01T00:00:00.000Z', '2020-W53', '2021-01-04T00:00:00.000Z'],
  ['0 */6 * * *', '2026-11-22T18:00:00.000Z', '2026-11-22T1800', '2026-11-23T00:00:00.000Z'],
  ['0 */6 * * *', '2026-11-22T17:59:59.999Z', '2026-11-22T1200', '2026-11-22T18:00:00.000Z'],
  ['0 0 1 * *', '2026-11-22T18:00:00.000Z', '2026-11-01T0000', '2026-12-01T00:00:00.000Z'],
  ['0 0 29 2 *', '2026-11-22T18:00:00.000Z', '2024-02-29T0000', '2028-02-29T00:00:00.000Z'],
  ['*/30 * * * * *', '2026-11-22T18:00:31.000Z', '2026-11-22T180030', '2026-11-22T18:01:00.000Z'],
])('%s: %s lies in %s, which ends at %s', (rotation, time, name, end) => {
  const period = periodsOf(rotation)(Date.parse(time));
  expect({ ...period, endMs: new Date(period.endMs).toISOString() }).toEqual({ name, endMs: end });
});

test('a small log is due once its oldest entry is of a period that is over', () => {
  const stats = { log: 'a', sizeBytes: 300, checkpointBytes: 0, firstTimestamp: '2026-11-22T23:00:00.000Z' };
  const daily = periodsOf('daily');
  const dueAt = (time: string) => decide(stats, 1_000_000, daily, Date.parse(time)).compact;
  expect(dueAt('2026-11-22T23:59:59.999Z')).toBe(false);
  expect(dueAt('2026-11-23T00:00:00.000Z')).toBe(true);
  expect(decide(stats, 1_000_000, undefined, Date.parse('2027-01-01')).compact).toBe(false);
  expect(decide({ ...stats, firstTimestamp: undefined }, 1_000_000, daily, Date.parse('2027-01-01')).compact).toBe(
    false,
  );
});
