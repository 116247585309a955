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
      compressBackups: false,
      periodOf: undefined,
      retention: undefined,
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
    [{ compressBackups: true }],
    [{ rotation: 'daily' }],
    [{ rotation: 'weekly' }],
    [{ rotation: '0 */6 * * *' }],
    [{ rotation: false }],
    [{ retention: {} }],
    [{ retention: { maxAgeDays: 0.5, maxCount: 1, maxBytes: 0 } }],
  ])('accept %j', (options) => {
    expect(() => resolveCompactionOptions(options)).not.toThrow();
  });

  test.each([
    [{ cron: 'every hour' }, /Expected `cron` to be a cron expression.*got 'every hour': /],
    [{ cron: '61 * * * *' }, /Expected `cron`/],
    [{ cron: '0 0 30 2 *' }, /Expected `cron`/],
    [{ cron: '' }, /Expected `cron`/],
    [{ cron: 5 }, /Expected `cron`/],
    [{ compressBackups: 1 }, /Expected `compressBackups` to be a boolean, got 1/],
    [{ rotation: 'hourly' }, /Expected `rotation` to be 'daily', 'weekly', a cron expression or false, got 'hourly'/],
    [{ rotation: true }, /Expected `rotation`/],
    [{ rotation: '0 0 30 2 *' }, /Expected `rotation`/],
    [{ retention: 30 }, /Expected `retention` to be an object/],
    [{ retention: { maxAgeDays: 0 } }, /Expected `retention.maxAgeDays` to be a number of days > 0, got 0/],
    [{ retention: { maxCount: 0 } }, /Expected `retention.maxCount` to be a whole number ≥ 1, got 0/],
    [{ retention: { maxBytes: -1 } }, /Expected `retention.maxBytes` to be a whole number ≥ 0, got -1/],
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
