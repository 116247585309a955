/**
 * Every metric there is: its name, what it says, and where its value comes from. The pages in docs/monitoring follow it,
 * and a test holds them to it.
 */
import type { CompactionReport, KeptFile, LogStats, RecoveryReport, ReplicationLag } from '../../storage/index.js';
import type { EventLoopLag } from './event-loop-lag.js';

/** What is known of one log at a scrape. */
export interface LogLook {
  stats: LogStats;
  recovery: RecoveryReport;
  /** Undefined where they could not be listed. */
  kept: readonly KeptFile[] | undefined;
  /** Undefined where nobody compacts. */
  dueMs: number | undefined;
  compactions: CompactionTally | undefined;
  /** The last compaction that folded something; undefined before it. */
  lastFold: CompactionReport | undefined;
  /** Undefined where there is no replica. */
  replica: ReplicationLag | undefined;
}

/** The compactions of one log since the start. */
export interface CompactionTally {
  readonly counts: Readonly<Record<CompactionReport['outcome'], number>>;
  /** When the last one ended, milliseconds since 1970; undefined before the first. */
  readonly endedAtMs: number | undefined;
  readonly failed: boolean;
}

/** What is known of a store at a scrape. */
export interface StoreLook {
  logs: readonly LogLook[];
  freeBytes: number | undefined;
  lag: EventLoopLag;
}

/** A value, and its labels beside `log` and `store`. */
export interface Sample {
  value: number;
  labels?: Readonly<Record<string, string>>;
}

interface Family {
  name: string;
  help: string;
  /** Labels beside `log` and `store`. */
  labels?: readonly string[];
}

/** A metric with one series a log, or several where it has labels of its own. */
export interface LogFamily extends Family {
  type: 'counter' | 'gauge';
  samples(look: LogLook): readonly Sample[];
}

/** A metric of the whole store. */
export interface StoreFamily extends Family {
  samples(look: StoreLook): readonly Sample[];
}

export interface HistogramFamily extends Family {
  buckets: readonly number[];
}

const FSYNC_BUCKETS = [50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const COMPACTION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const LOG_FAMILIES: readonly LogFamily[] = [
  counter('appends_total', 'Entries appended since the log was opened.', ({ stats }) => stats.appends),
  counter('batches_total', 'Batches written, each with one write.', ({ stats }) => stats.batches),
  counter('fsyncs_total', 'Fsyncs done, also those that no entry waited for.', ({ stats }) => stats.fsyncs),
  counter('written_bytes_total', 'Bytes written by appends.', ({ stats }) => stats.bytesWritten),
  counter('cache_hits_total', 'Reads answered from decoded values in memory.', ({ stats }) => stats.cacheHits),
  counter('cache_misses_total', 'Reads that had to go to the file.', ({ stats }) => stats.cacheMisses),
  gauge('log_size_bytes', 'Size of the active log.', ({ stats }) => stats.sizeBytes),
  gauge('checkpoint_size_bytes', 'Size of the CHECKPOINT at its head.', ({ stats }) => stats.checkpointBytes),
  gauge('live_bytes', 'Bytes that the newest values take in the log.', ({ stats }) => stats.liveBytes),
  gauge('live_ratio', 'Share of the log that is live, 0 to 1; 1 for an empty log.', ({ stats }) => liveRatio(stats)),
  gauge('entries', 'Entries in the active log.', ({ stats }) => stats.entries),
  gauge('keys', 'Keys with a live value.', ({ stats }) => stats.keys),
  gauge('pending_entries', 'Entries accepted and not yet durable.', ({ stats }) => stats.pending),
  gauge('cache_bytes', 'Bytes of values kept decoded in memory.', ({ stats }) => stats.cacheBytes),
  gauge('poisoned', '1 where the log takes no writes until it is opened again.', ({ stats }) => flag(stats.poisoned)),
  gauge('disk_full', '1 where the newest write found no room.', ({ stats }) => flag(stats.diskFull)),
  gauge(
    'main_file_stale_seconds',
    'For how long the main file has lacked what is in the log.',
    ({ stats }) => stats.mainFileStaleMs / 1000,
  ),
  gauge('recovery_clean', '0 where opening the log had to mend something.', ({ recovery }) => Number(recovery.clean)),
  {
    ...family('recovery_events', 'What opening the log found, by kind.', ['found']),
    type: 'gauge',
    samples: ({ recovery }) =>
      counted(
        recovery.events,
        ({ found }) => found,
        'found',
        () => 1,
      ),
  },
  {
    ...family('kept_files', 'Former logs that are kept, by kind: backup or archive.', ['kind']),
    type: 'gauge',
    samples: ({ kept }) => keptSamples(kept, () => 1),
  },
  {
    ...family('kept_bytes', 'What they take on the disk, by kind.', ['kind']),
    type: 'gauge',
    samples: ({ kept }) => keptSamples(kept, ({ bytes }) => bytes),
  },
  {
    ...family('compaction_due_seconds', 'For how long the log has been worth compacting, 0 where it is not.'),
    type: 'gauge',
    samples: ({ dueMs }) => (dueMs === undefined ? [] : [{ value: dueMs / 1000 }]),
  },
  {
    ...family('compactions_total', 'Compactions since the start, by outcome.', ['outcome']),
    type: 'counter',
    samples: ({ compactions }) =>
      Object.entries(compactions?.counts ?? {}).map(([outcome, value]) => ({ value, labels: { outcome } })),
  },
  {
    ...family('last_compaction_timestamp_seconds', 'When the last compaction ended, in seconds since 1970.'),
    type: 'gauge',
    samples: ({ compactions }) =>
      compactions?.endedAtMs === undefined ? [] : [{ value: compactions.endedAtMs / 1000 }],
  },
  {
    ...family('last_compaction_success', '0 where the last compaction failed, otherwise 1.'),
    type: 'gauge',
    samples: ({ compactions }) =>
      compactions?.endedAtMs === undefined ? [] : [{ value: Number(!compactions.failed) }],
  },
  {
    ...family('last_archiving_success', '0 where the last compaction left its backups as they were, otherwise 1.'),
    type: 'gauge',
    samples: ({ lastFold }) => (lastFold ? [{ value: Number(lastFold.archiveError === undefined) }] : []),
  },
  {
    ...family('replica_lag_entries', 'Entries that are durable here and not at the replica.'),
    type: 'gauge',
    samples: ({ replica }) => (replica ? [{ value: replica.entries }] : []),
  },
  {
    ...family('replica_lag_seconds', 'For how long the oldest of them has been waiting.'),
    type: 'gauge',
    samples: ({ replica }) => (replica ? [{ value: replica.ms / 1000 }] : []),
  },
];

export const STORE_FAMILIES: readonly StoreFamily[] = [
  {
    ...family('free_bytes', 'Bytes that may still be written to the storage.'),
    samples: ({ freeBytes }) => (freeBytes === undefined ? [] : [{ value: freeBytes }]),
  },
  {
    ...family('event_loop_lag_seconds', 'How late the event loop was since the last scrape.', ['quantile']),
    samples: ({ lag }) => Object.entries(lag).map(([quantile, value]) => ({ value, labels: { quantile } })),
  },
];

export const BATCH_FSYNC: HistogramFamily = {
  ...family('fsync_duration_seconds', 'What writing a batch took, its fsync included; only of batches with one.'),
  buckets: FSYNC_BUCKETS,
};
export const BATCH_ENTRIES: HistogramFamily = {
  ...family('batch_entries', 'Entries that became durable together.'),
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
};
export const COMPACTION_DURATION: HistogramFamily = {
  ...family('compaction_duration_seconds', 'How long compactions took, those that failed included.'),
  buckets: COMPACTION_BUCKETS,
};

function family(name: string, help: string, labels: readonly string[] = []): Required<Family> {
  return { name: `append_log_${name}`, help, labels };
}

function counter(name: string, help: string, of: (look: LogLook) => number): LogFamily {
  return { ...family(name, help), type: 'counter', samples: (look) => [{ value: of(look) }] };
}

function gauge(name: string, help: string, of: (look: LogLook) => number): LogFamily {
  return { ...family(name, help), type: 'gauge', samples: (look) => [{ value: of(look) }] };
}

function liveRatio({ liveBytes, sizeBytes }: LogStats): number {
  return sizeBytes === 0 ? 1 : liveBytes / sizeBytes;
}

function flag(reason: string | undefined): number {
  return reason === undefined ? 0 : 1;
}

function keptSamples(kept: readonly KeptFile[] | undefined, amount: (file: KeptFile) => number): Sample[] {
  if (kept === undefined) return [];
  const former = kept.filter(({ kind }) => kind !== 'active');
  // None is a figure too, so that a panel shows 0 and not a gap.
  return counted(former, ({ kind }) => kind, 'kind', amount, ['backup', 'archive']);
}

function counted<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  label: string,
  amount: (item: T) => number,
  names: readonly string[] = [],
): Sample[] {
  const sums = new Map(names.map((name) => [name, 0]));
  for (const item of items) sums.set(nameOf(item), (sums.get(nameOf(item)) ?? 0) + amount(item));
  return [...sums].map(([name, value]) => ({ value, labels: { [label]: name } }));
}
