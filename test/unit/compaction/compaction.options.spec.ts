import { describe, expect, test } from '@jest/globals';
import { CronExpression } from '@nestjs/schedule';
import { type CompactionOptions, resolveCompactionOptions } from '../../../src/compaction/compaction.options.js';

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
