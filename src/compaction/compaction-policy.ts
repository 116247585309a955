/** Whether a log should be compacted now, and why or why not. The how is the engine's. Pure. */
import { isWorthCompacting, type LogStats } from '../storage/index.js';
import type { Period } from './rotation.js';

/** @internal */
export interface CompactionDecision {
  compact: boolean;
  /** For the operator, in a debug line. */
  why: string;
}

/**
 * @param periodOf of rotation, where that is on
 * @internal
 */
export function decide(
  stats: Pick<LogStats, 'log' | 'sizeBytes' | 'checkpointBytes'> & Partial<Pick<LogStats, 'firstTimestamp'>>,
  thresholdBytes: number,
  periodOf?: (timeMs: number) => Period,
  nowMs = Date.now(),
): CompactionDecision {
  const { log, sizeBytes, checkpointBytes } = stats;
  if (isWorthCompacting(stats, thresholdBytes)) {
    return { compact: true, why: `${log}: ${sizeBytes - checkpointBytes} of ${sizeBytes} bytes can be folded` };
  }
  const { firstTimestamp } = stats;
  // So that a small log gets a file in its archive for each period, too.
  if (periodOf && firstTimestamp !== undefined && periodOf(Date.parse(firstTimestamp)).endMs <= nowMs) {
    return { compact: true, why: `${log}: entries since ${firstTimestamp} are of a period that is over` };
  }
  if (sizeBytes <= thresholdBytes) {
    return { compact: false, why: `${log}: ${sizeBytes} bytes are within the threshold of ${thresholdBytes}` };
  }
  return {
    compact: false,
    why: `${log}: ${sizeBytes - checkpointBytes} bytes after a checkpoint of ${checkpointBytes} are too few`,
  };
}
