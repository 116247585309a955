import { CronExpression } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { DEFAULT_THRESHOLD_BYTES, type RetentionOptions } from '../storage/index.js';
import { type Period, periodsOf, type Rotation } from './rotation.js';

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
  /** Whether those former logs are kept as gzip files. @default false */
  compressBackups?: boolean;
  /**
   * Whether what is folded away is archived for good, in `logs/archive/<log>/`, and how often a new file is begun:
   * `'daily'`, `'weekly'` (ISO weeks) or at each time of a cron expression, all in UTC. History and restores then reach
   * back as far as `retention` says, whatever `keepBackups` is. @default false
   */
  rotation?: Rotation | false;
  /** How much of the archive is kept, for each log. @default all of it */
  retention?: ArchiveRetention;
  /** False: nothing runs by itself; `CompactionService` compacts when called. @default true */
  enabled?: boolean;
}

/** What one of these asks to go is removed after a compaction, the oldest first; the newest file always stays. @publicApi */
export interface ArchiveRetention {
  /** Files go whose last entry is older, in days of 24 hours (may be a fraction). */
  maxAgeDays?: number;
  /** Files kept at most. */
  maxCount?: number;
  /** Bytes that the files may take on the disk (compressed). */
  maxBytes?: number;
}

/** @internal */
export interface ResolvedCompactionOptions {
  readonly thresholdBytes: number;
  readonly schedule: { readonly cron: string } | { readonly intervalMs: number };
  readonly keepBackups: number;
  readonly compressBackups: boolean;
  /** Undefined: nothing is archived. */
  readonly periodOf: ((timeMs: number) => Period) | undefined;
  readonly retention: RetentionOptions | undefined;
  readonly enabled: boolean;
}

/** The options as given, in the injector. @publicApi */
export const COMPACTION_OPTIONS = Symbol('COMPACTION_OPTIONS');

export const COMPACTION_DEFAULTS = Object.freeze({
  thresholdBytes: DEFAULT_THRESHOLD_BYTES,
  cron: CronExpression.EVERY_HOUR as string,
  keepBackups: 3,
  compressBackups: false,
  rotation: false,
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
  const compressBackups = options.compressBackups ?? COMPACTION_DEFAULTS.compressBackups;
  if (typeof compressBackups !== 'boolean') throw mistake('compressBackups', 'a boolean', compressBackups);
  if (intervalMs !== undefined && !(Number.isInteger(intervalMs) && intervalMs >= 1 && intervalMs <= INTERVAL_MS_MAX)) {
    throw mistake('intervalMs', `whole milliseconds from 1 to ${INTERVAL_MS_MAX}`, intervalMs);
  }
  const cron = cronOf(options.cron ?? COMPACTION_DEFAULTS.cron);
  return Object.freeze({
    thresholdBytes: countOf('thresholdBytes', options.thresholdBytes ?? COMPACTION_DEFAULTS.thresholdBytes),
    schedule: Object.freeze(intervalMs === undefined ? { cron } : { intervalMs }),
    keepBackups: countOf('keepBackups', options.keepBackups ?? COMPACTION_DEFAULTS.keepBackups),
    compressBackups,
    periodOf: rotationOf(options.rotation ?? COMPACTION_DEFAULTS.rotation),
    retention: retentionOf(options.retention),
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

function rotationOf(rotation: Rotation | false): ResolvedCompactionOptions['periodOf'] {
  if (rotation === false) return undefined;
  const expected = "'daily', 'weekly', a cron expression or false";
  if (typeof rotation !== 'string') throw mistake('rotation', expected, rotation);
  try {
    const periodOf = periodsOf(rotation);
    periodOf(Date.now());
    return periodOf;
  } catch (error) {
    throw mistake('rotation', expected, rotation, error);
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

function retentionOf(retention: ArchiveRetention | undefined): RetentionOptions | undefined {
  if (retention === undefined) return undefined;
  if (typeof retention !== 'object' || retention === null) {
    throw mistake('retention', 'an object such as { maxAgeDays: 90 }', retention);
  }
  const { maxAgeDays, maxCount, maxBytes } = retention;
  const resolved: RetentionOptions = {};
  if (maxAgeDays !== undefined) {
    if (!(Number.isFinite(maxAgeDays) && maxAgeDays > 0)) {
      throw mistake('retention.maxAgeDays', 'a number of days > 0', maxAgeDays);
    }
    resolved.maxAgeMs = maxAgeDays * DAY_MS;
  }
  if (maxCount !== undefined) {
    if (!(Number.isSafeInteger(maxCount) && maxCount >= 1)) {
      throw mistake('retention.maxCount', 'a whole number ≥ 1', maxCount);
    }
    resolved.maxCount = maxCount;
  }
  if (maxBytes !== undefined) resolved.maxBytes = countOf('retention.maxBytes', maxBytes);
  return Object.freeze(resolved);
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
