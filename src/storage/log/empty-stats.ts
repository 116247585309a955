/** The figures of a log that is not open, whichever engine is asked. */
import type { LogStats } from './log-engine.js';

export function emptyStats(log: string): LogStats {
  return {
    log,
    keys: 0,
    entries: 0,
    seq: 0,
    firstSeq: 0,
    sizeBytes: 0,
    checkpointBytes: 0,
    entriesSinceCheckpoint: 0,
    liveBytes: 0,
    appends: 0,
    batches: 0,
    fsyncs: 0,
    bytesWritten: 0,
    pending: 0,
    cacheHits: 0,
    cacheMisses: 0,
    cacheBytes: 0,
    lastTimestamp: undefined,
    poisoned: undefined,
    diskFull: undefined,
    mainFileSeq: undefined,
    mainFileStaleMs: 0,
    mainFileError: undefined,
  };
}
