/**
 * The interface that every engine keeps: files on this machine, memory for tests, a replicated stream.
 * Repositories and services know an engine only through this page.
 */
import type { EntryMeta, LogChange, LogEntry } from './entry.js';
import type { ResolvedLogOptions } from './options.js';

/** How one log stands right now; plain counters, sizes in bytes. @publicApi */
export interface LogStats {
  log: string;
  /** Keys with a live value. */
  keys: number;
  /** Entries in the active log, a CHECKPOINT counting as one. */
  entries: number;
  /** Seq of the newest entry, 0 for an empty log. */
  seq: number;
  /** Seq of the first entry in the active log, 0 for an empty log. */
  firstSeq: number;
  /** Size of the active log. */
  sizeBytes: number;
  /** Size of the CHECKPOINT at the head of the active log, 0 without one. */
  checkpointBytes: number;
  /** Entries appended after the CHECKPOINT (all entries without one). */
  entriesSinceCheckpoint: number;
  /** Bytes that the newest values take in the log; the rest is what compaction would free. */
  liveBytes: number;
  /** Since opening: entries appended, batches written, fsyncs done, bytes written. */
  appends: number;
  batches: number;
  fsyncs: number;
  bytesWritten: number;
  /** Entries accepted but not yet durable. */
  pending: number;
  cacheHits: number;
  cacheMisses: number;
  cacheBytes: number;
  /** Timestamp of the oldest entry that is not folded into a CHECKPOINT; undefined where all are. */
  firstTimestamp?: string | undefined;
  /** Timestamp of the newest entry. */
  lastTimestamp: string | undefined;
  /** Why nothing is acknowledged any more, or undefined. */
  poisoned: string | undefined;
  /** Why the newest write was refused, where the disk was full; undefined once one found room. */
  diskFull: string | undefined;
  /** The seq that the main file shows, undefined before the first one is written (or when they are off). */
  mainFileSeq: number | undefined;
  /** For how long the main file has lacked what is in the log, in milliseconds; 0 where it lacks nothing. */
  mainFileStaleMs: number;
  /** Why the last main file could not be written, or undefined. */
  mainFileError: string | undefined;
}

export type RecoveryFinding =
  | 'torn-tail'
  | 'corruption'
  | 'lost-entries'
  | 'truncation'
  | 'lost-log'
  | 'lost-view'
  | 'damaged-checkpoint'
  | 'damaged-seal'
  | 'full-disk'
  | 'adopted-main-file';

/** One thing that opening found, and what was done about it. @publicApi */
export interface RecoveryEvent {
  found: RecoveryFinding;
  /** What was done: nothing but a note, bytes cut, state rebuilt, or left out (salvage only). */
  action: 'noted' | 'cut' | 'healed' | 'rewritten' | 'skipped';
  message: string;
  file: string;
  /** Byte offset in `file`. */
  offset?: number;
  line?: number;
  key?: string;
  /** First and last missing seq, inclusive. */
  lostSeq?: [number, number];
  /** Where the damaged bytes were kept. */
  keptAs?: string;
}

/** What opening a log did. @publicApi */
export interface RecoveryReport {
  log: string;
  /** True where nothing had to be mended. */
  clean: boolean;
  events: RecoveryEvent[];
  /** Entries read, bytes verified and time taken. */
  entries: number;
  bytes: number;
  durationMs: number;
}

export interface StreamOptions {
  /** First seq wanted, inclusive. */
  fromSeq?: number;
  /** Earliest and latest time wanted, inclusive; a Date, milliseconds since 1970 or an ISO text. */
  from?: Date | number | string;
  to?: Date | number | string;
  /** Only entries about this key (a whole-state entry is given with that key's member alone). */
  key?: string;
  /** Also read the backups kept, oldest first. @default false */
  backups?: boolean;
  /** Go on with new entries as they become durable, until the log closes or the reader stops. @default false */
  follow?: boolean;
  /** Ends the stream, also one that waits for new entries. */
  signal?: AbortSignal;
}

export interface CompactOptions {
  /** Former logs kept as backups. @default 3 */
  keepBackups?: number;
  /** Whether backups are kept as gzip files. @default false */
  compressBackups?: boolean;
  /**
   * The period in which a time lies (milliseconds since 1970): what is folded away is then archived, a file for each
   * period. `name` is of letters, digits and hyphens and names one period only; `endMs` is the first time behind it.
   * Left out, nothing is archived.
   */
  rotate?: (timeMs: number) => { name: string; endMs: number };
  /** How much of the archive is kept; left out, all of it. Whatever one of the three asks to go is removed, the oldest first. */
  retention?: RetentionOptions;
}

/** @publicApi */
export interface RetentionOptions {
  /** Files whose last entry is older than so many milliseconds are removed. */
  maxAgeMs?: number;
  /** Files kept at most, for each log. */
  maxCount?: number;
  /** Bytes (compressed) that the files of a log may take; the newest stays, however large. */
  maxBytes?: number;
}

/** What one compaction did. @publicApi */
export interface CompactionReport {
  log: string;
  /** `skipped`: there was nothing to fold, the log held no entry or only its CHECKPOINT. */
  outcome: 'compacted' | 'skipped' | 'failed';
  /** Why it was skipped or failed. */
  reason?: string;
  error?: Error;
  /** ISO 8601 UTC. */
  startedAt: string;
  durationMs: number;
  bytesBefore: number;
  bytesAfter: number;
  entriesBefore: number;
  entriesAfter: number;
  /** Live keys in the CHECKPOINT. */
  keys: number;
  /** Seq that the CHECKPOINT covers. */
  seq: number;
  /** File name of the backup made of the former log; gone where no backups are kept, and ending in `.gz` if compressed. */
  backup?: string;
  /** Files of the archive that were written, by name; absent without rotation. */
  archived?: string[];
  /** Why not all could be archived. The compaction is done all the same, backups stay, and the next one tries again. */
  archiveError?: string;
}

export interface EraseOptions {
  /**
   * Texts, an id for instance: entries go, too, whose key or value holds one of them as a word of its own. Refused where a
   * live value does; change or delete that first.
   */
  mentions?: string[];
}

/** What was erased, and where. Never names it. @publicApi */
export interface ErasureReceipt {
  /** Of this erasure; the tombstones that it left are of the key `erased:<id>`. */
  id: string;
  log: string;
  /** ISO 8601 UTC. */
  requestedAt: string;
  finishedAt: string;
  /** Who and why, unless that names what was erased. */
  meta?: EntryMeta;
  /** Whether the key had a value. */
  existed: boolean;
  /** Entries behind this seq are of a later life and were left. */
  upToSeq: number;
  /** Files that were rewritten, and how many of their lines; relative to the data directory. */
  files: { file: string; lines: number }[];
  /** Files that were removed because they cannot be read line by line (`.torn.<ms>`, `.damaged.<ms>`). */
  removedFiles: string[];
}

export type ChangeListener = (log: string, entry: LogEntry) => void;

/** Entries that became durable together: one write, and in mode `always` one fsync. @publicApi */
export interface CommittedBatch {
  log: string;
  entries: number;
  bytes: number;
  /** What the write took, its fsync included where there was one. */
  durationMs: number;
  /** Whether an fsync was part of it; false in the relaxed modes. */
  fsynced: boolean;
}

export type BatchListener = (batch: CommittedBatch) => void;

/** A file of a log that is kept: the active log, a former one, or a segment of the archive. @publicApi */
export interface KeptFile {
  log: string;
  kind: 'active' | 'backup' | 'archive';
  /** Relative to the data directory, with slashes. */
  file: string;
  /** Size on the disk. */
  bytes: number;
  compressed: boolean;
  /** Of a backup, when it was made (milliseconds since 1970). */
  madeAt?: number;
  /** First and last seq in it, where they are known without reading it. */
  firstSeq?: number;
  lastSeq?: number;
  /** Times of the first and the last entry in it, where known (ISO 8601 UTC). */
  from?: string;
  to?: string;
  entries?: number;
}

/** Whether an engine can do its work right now. @publicApi */
export interface EngineHealth {
  ok: boolean;
  /** What is wrong, in sentences; empty where nothing is. */
  reasons: string[];
}

/** Where an engine reports what an operator should read; Nest's Logger fits. */
export interface EngineLogger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * A directory (or cluster) of logs. Every write resolves only when it is as durable as the fsync mode says.
 * Log names match `[a-z0-9][a-z0-9_-]{0,63}`; anything else is a `TypeError`.
 */
export interface LogEngine {
  /** Takes hold of the storage. @throws LogError `LOG_LOCKED` when somebody else has it. */
  open(): Promise<void>;
  /** Makes everything durable, writes the main files, lets go. Later calls get `LOG_CLOSED`. */
  close(): Promise<void>;

  /** Logs that exist in the storage, opened or not, in alphabetical order. */
  listLogs(): Promise<string[]>;
  /** Logs opened so far, in alphabetical order. */
  logNames(): string[];
  /** Recovers a log and makes it ready; at once where it is open already. Every other call does this first. */
  openLog(log: string): Promise<RecoveryReport>;

  append(log: string, change: LogChange, meta?: EntryMeta): Promise<LogEntry>;
  /** Atomic read-modify-write of one key; `fn` is synchronous and may run again; `undefined` deletes. */
  update<T>(
    log: string,
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined>;

  /** The newest durable value, a copy of the caller's own. */
  get<T>(log: string, key: string): Promise<T | undefined>;
  has(log: string, key: string): Promise<boolean>;
  keys(log: string): AsyncIterable<string>;
  entries<T>(log: string): AsyncIterable<[string, T]>;
  /** Live keys; 0 for a log that is not open. */
  size(log: string): number;

  stream(log: string, options?: StreamOptions): AsyncIterable<LogEntry>;
  /** State by replaying the files, now or as of a time (Date) or a seq (number). */
  rebuildState(log: string, options?: { at?: Date | number }): Promise<Record<string, unknown>>;

  /** Bytes of the active log. */
  logSize(log: string): Promise<number>;
  stats(log: string): LogStats;
  recoveryReport(log: string): RecoveryReport;
  /** Folds the active log into a CHECKPOINT while appends go on. One at a time for each log. */
  compact(log: string, options?: CompactOptions): Promise<CompactionReport>;

  /**
   * Deletes a key, if one is given, and takes every trace of it out of the log, its backups and archives, and out of what
   * was kept of damage; with `mentions`, what names somebody, too. Where it is interrupted the next opening finishes it.
   * @throws LogError `LOG_CONFLICT` where a live value mentions it; nothing is changed then
   */
  erase(log: string, key: string | undefined, options?: EraseOptions, meta?: EntryMeta): Promise<ErasureReceipt>;

  /** Calls back with every entry once it is durable, in seq order; returns the way to stop. */
  onChange(listener: ChangeListener): () => void;
  /** Calls back after each batch; returns the way to stop. Costs the writer nothing where nobody listens. */
  onBatch(listener: BatchListener): () => void;

  /** Every file in which entries of a log are kept, the oldest first, the active log last. */
  keptFiles(log: string): Promise<KeptFile[]>;
  /** Bytes that may still be written to the storage; undefined where that cannot be told. */
  freeBytes(): Promise<number | undefined>;
  /** What hinders an engine that depends on others, as on a connection. Asks nobody, waits for nothing. */
  health?(): EngineHealth;
}

/** Makes an engine from the options of a module; `fileEngine` is the default. @publicApi */
export type LogEngineFactory = (options: ResolvedLogOptions, logger: EngineLogger) => LogEngine;
