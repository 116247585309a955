import { describe, expect, test } from '@jest/globals';
import { CronExpression } from '@nestjs/schedule';
import {
  type CompactionOptions,
  longestGapMs,
  resolveCompactionOptions,
} from '../../../src/compaction/compaction.options.js';

describe('the options of compaction', () => {
  test('have the documented defaults', () => {
    expect(resolveCompactionOptions()).toEqual({
      thresholdBytes: 1_048_576,
      schedule: { cron: CronExpression.EVERY_HOUR },
      keepBackups: 3,
      enabled: true,
    });
  });

  test('prefer an interval to a cron expression', () => {
    expect(resolveCompactionOptions({ cron: '* * * * *', intervalMs: 500 }).schedule).toEqual({ intervalMs: 500 });
  });

  test.each<[CompactionOptions]>([
    [{ thresholdBytes: 0 }],
    [{ keepBackups: 0 }],
    [{ cron: '*/5 * * * * *' }],
    [{ cron: '0 3 * * 1' }],
    [{ intervalMs: 1 }],
    [{ enabled: false }],
  ])('accept %j', (options) => {
    expect(() => resolveCompactionOptions(options)).not.toThrow();
  });

  test.each([
    [{ cron: 'every hour' }, /Expected `cron` to be a cron expression.*got 'every hour': /],
    [{ cron: '61 * * * *' }, /Expected `cron`/],
    [{ cron: '0 0 30 2 *' }, /Expected `cron`/],
    [{ cron: '' }, /Expected `cron`/],
    [{ cron: 5 }, /Expected `cron`/],
    [{ intervalMs: 0 }, /Expected `intervalMs` to be whole milliseconds from 1/],
    [{ intervalMs: 2 ** 31 }, /Expected `intervalMs`/],
    [{ intervalMs: '500' }, /Expected `intervalMs`/],
    [{ thresholdBytes: -1 }, /Expected `thresholdBytes` to be a whole number ≥ 0, got -1/],
    [{ thresholdBytes: '1mb' }, /Expected `thresholdBytes`.*got '1mb'/],
    [{ keepBackups: 1.5 }, /Expected `keepBackups`/],
    [{ enabled: 'no' }, /Expected `enabled` to be a boolean, got 'no'/],
  ])('refuse %j', (options, message) => {
    expect(() => resolveCompactionOptions(options as CompactionOptions)).toThrow(message);
    expect(() => resolveCompactionOptions(options as CompactionOptions)).toThrow(TypeError);
  });
});

const HOUR_MS = 3_600_000;

test.each([
  [{ intervalMs: 500 }, 500],
  [{ cron: '0 * * * *' }, HOUR_MS],
  [{ cron: '*/5 * * * * *' }, 5_000],
  [{ cron: '0 3 * * 1' }, 7 * 24 * HOUR_MS],
  [{ cron: '30 1 * * 1-5' }, 3 * 24 * HOUR_MS],
])('the looks of %j lie apart %i ms at most', (schedule, ms) => {
  // Where clocks are set forward or back, a day has an hour less or more.
  expect(Math.abs(longestGapMs(schedule) - ms)).toBeLessThanOrEqual(ms > HOUR_MS ? HOUR_MS : 0);
});

test('a schedule of once a year is a year apart', () => {
  expect(longestGapMs({ cron: '0 0 1 1 *' })).toBeGreaterThan(364 * 24 * HOUR_MS);
});
