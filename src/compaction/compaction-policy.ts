/** Whether a log should be compacted now, and why or why not. The how is the engine's. Pure. */
import { isWorthCompacting, type LogStats } from '../storage/index.js';

/** @internal */
export interface CompactionDecision {
  compact: boolean;
  /** For the operator, in a debug line. */
  why: string;
}

/** @internal */
export function decide(
  stats: Pick<LogStats, 'log' | 'sizeBytes' | 'checkpointBytes'>,
  thresholdBytes: number,
): CompactionDecision {
  const { log, sizeBytes, checkpointBytes } = stats;
  if (isWorthCompacting(stats, thresholdBytes)) {
    return { compact: true, why: `${log}: ${sizeBytes - checkpointBytes} of ${sizeBytes} bytes can be folded` };
  }
  if (sizeBytes <= thresholdBytes) {
    return { compact: false, why: `${log}: ${sizeBytes} bytes are within the threshold of ${thresholdBytes}` };
  }
  return {
    compact: false,
    why: `${log}: ${sizeBytes - checkpointBytes} bytes after a checkpoint of ${checkpointBytes} are too few`,
  };
}
