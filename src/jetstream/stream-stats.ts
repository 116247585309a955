/** A log's figures, from its view and from what the servers told of its stream last. */

import type { StreamInfo } from '@nats-io/jetstream';
import type { LogStats } from '../storage/log/index.js';
import type { View } from './view.js';
import type { WriteQueue } from './write-queue.js';

/** What the figures are drawn from. */
interface Figures {
  view: View;
  queue: WriteQueue;
  /** The stream as it was told last, and what has come since. */
  info: StreamInfo;
  entriesSince: number;
  bytesSince: number;
  log: string;
}

export function statsOf({ view, queue, info, entriesSince, bytesSince, log }: Figures): LogStats {
  const entries = info.state.messages + entriesSince;
  const known = info.state.messages ? info.state.first_seq : undefined;
  return {
    log,
    keys: view.index.size,
    entries,
    seq: view.seq,
    firstSeq: known ?? (entries > 0 ? view.seq - entries + 1 : 0),
    sizeBytes: info.state.bytes + bytesSince,
    checkpointBytes: 0,
    entriesSinceCheckpoint: entries,
    liveBytes: view.liveBytes,
    appends: queue.appends,
    batches: queue.batches,
    fsyncs: 0,
    bytesWritten: queue.bytesWritten,
    pending: queue.pending,
    cacheHits: view.cache.hits,
    cacheMisses: view.cache.misses,
    cacheBytes: view.cache.bytes,
    lastTimestamp: view.timeMs > 0 ? new Date(view.timeMs).toISOString() : undefined,
    poisoned: undefined,
    diskFull: queue.diskFull,
    mainFileSeq: undefined,
    mainFileStaleMs: 0,
    mainFileError: undefined,
  };
}
