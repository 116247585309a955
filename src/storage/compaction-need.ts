/** When a log is worth compacting: one pure rule, shared by `needsCompaction` and by the schedule. */
import type { LogStats } from './log/index.js';

/** 1 MiB: below it a log opens in no time and compaction frees nothing worth having. @publicApi */
export const DEFAULT_THRESHOLD_BYTES = 1_048_576;

/**
 * True where the log is larger than the threshold and what was appended since its CHECKPOINT is at least half
 * the size of that CHECKPOINT. So a state that is itself above the threshold is not rewritten for every entry,
 * and each compaction is paid for by the bytes appended before it: total work stays linear.
 * @publicApi
 */
export function isWorthCompacting(
  stats: Pick<LogStats, 'sizeBytes' | 'checkpointBytes'>,
  thresholdBytes: number = DEFAULT_THRESHOLD_BYTES,
): boolean {
  const appendedBytes = stats.sizeBytes - stats.checkpointBytes;
  return stats.sizeBytes > thresholdBytes && appendedBytes > 0 && appendedBytes >= stats.checkpointBytes / 2;
}
