import { CronExpression } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { DEFAULT_THRESHOLD_BYTES } from '../storage/index.js';

/** When logs are compacted, and what is kept of the former ones. @publicApi */
export interface CompactionOptions {
  /** Logs up to this size are left alone, in bytes. @default 1048576 (1 MiB) */
  thresholdBytes?: number;
  /** When to look, as a cron expression of five or six fields in local time. @default CronExpression.EVERY_HOUR */
  cron?: string;
  /** Look every so many milliseconds, instead of by cron: where both are given, the interval counts. */
  intervalMs?: number;
  /** Former logs kept beside each log, the newest ones. Bounds how far back history and restores reach. @default 3 */
  keepBackups?: number;
  /** False: nothing runs by itself; `CompactionService` compacts when called. @default true */
  enabled?: boolean;
}

/** @internal */
export interface ResolvedCompactionOptions {
  readonly thresholdBytes: number;
  readonly schedule: { readonly cron: string } | { readonly intervalMs: number };
  readonly keepBackups: number;
  readonly enabled: boolean;
}

/** The options as given, in the injector. @publicApi */
export const COMPACTION_OPTIONS = Symbol('COMPACTION_OPTIONS');

export const COMPACTION_DEFAULTS = Object.freeze({
  thresholdBytes: DEFAULT_THRESHOLD_BYTES,
  cron: CronExpression.EVERY_HOUR as string,
  keepBackups: 3,
  enabled: true,
} satisfies CompactionOptions);

/** A longer delay would overflow Node's timer and fire at once. */
const INTERVAL_MS_MAX = 2 ** 31 - 1;
/** A week of a schedule that looks every day. */
const TICKS_AHEAD = 7;

/**
 * Checks the options once and fills in the defaults.
 * @throws TypeError naming the option, what was expected and what was got.
 * @internal
 */
export function resolveCompactionOptions(options: CompactionOptions = {}): ResolvedCompactionOptions {
  const { intervalMs } = options;
  const enabled = options.enabled ?? COMPACTION_DEFAULTS.enabled;
  if (typeof enabled !== 'boolean') throw mistake('enabled', 'a boolean', enabled);
  if (intervalMs !== undefined && !(Number.isInteger(intervalMs) && intervalMs >= 1 && intervalMs <= INTERVAL_MS_MAX)) {
    throw mistake('intervalMs', `whole milliseconds from 1 to ${INTERVAL_MS_MAX}`, intervalMs);
  }
  const cron = cronOf(options.cron ?? COMPACTION_DEFAULTS.cron);
  return Object.freeze({
    thresholdBytes: countOf('thresholdBytes', options.thresholdBytes ?? COMPACTION_DEFAULTS.thresholdBytes),
    schedule: Object.freeze(intervalMs === undefined ? { cron } : { intervalMs }),
    keepBackups: countOf('keepBackups', options.keepBackups ?? COMPACTION_DEFAULTS.keepBackups),
    enabled,
  });
}

/**
 * How far the next few ticks lie apart at most: a schedule for weekdays rests over a weekend.
 * @internal
 */
export function longestGapMs(schedule: ResolvedCompactionOptions['schedule']): number {
  if ('intervalMs' in schedule) return schedule.intervalMs;
  const time = new CronTime(schedule.cron);
  let tick = time.sendAt();
  let longestMs = 0;
  for (let ahead = 0; ahead < TICKS_AHEAD; ahead += 1) {
    const next = time.getNextDateFrom(tick);
    longestMs = Math.max(longestMs, next.toMillis() - tick.toMillis());
    tick = next;
  }
  return longestMs;
}

/** Asks for the next tick too: an expression like `0 0 30 2 *` reads well and never comes. */
function cronOf(cron: string): string {
  const expected = "a cron expression such as '0 * * * *'";
  if (typeof cron !== 'string') throw mistake('cron', expected, cron);
  try {
    new CronTime(cron).sendAt();
    return cron;
  } catch (error) {
    throw mistake('cron', expected, cron, error);
  }
}

function countOf(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw mistake(option, 'a whole number ≥ 0', value);
  return value;
}

function mistake(option: string, expected: string, got: unknown, cause?: unknown): TypeError {
  const shown = typeof got === 'string' ? `'${got}'` : String(got);
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new TypeError(`Expected \`${option}\` to be ${expected}, got ${shown}${reason}`, { cause });
}
