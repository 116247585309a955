import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit, type Type } from '@nestjs/common';
import type { Observable } from 'rxjs';
import {
  assertChange,
  assertCount,
  assertFunction,
  assertMentions,
  assertMeta,
  assertMoment,
  assertPlace,
  assertStreamOptions,
  assertString,
  sharedLog,
  synchronous,
} from './arguments.js';
import { ChangeFeed } from './change-feed.js';
import { DEFAULT_THRESHOLD_BYTES, isWorthCompacting } from './compaction-need.js';
import {
  assertLogName,
  type BatchListener,
  type CompactionReport,
  type CompactOptions,
  type DiffOptions,
  diffStates,
  type EngineHealth,
  type EntryMeta,
  type EraseOptions,
  type ErasureReceipt,
  fileEngine,
  type KeptFile,
  type LogChange,
  type LogEngine,
  type LogEntry,
  LogError,
  type LogStats,
  type RecoveryReport,
  type RestoreOptions,
  type RestoreReport,
  resolveLogOptions,
  restore,
  type StateChange,
  type StreamOptions,
} from './log/index.js';
import { KNOWN_LOGS } from './log-entity.decorator.js';
import { STORAGE_OPTIONS, type StorageOptions } from './storage.options.js';

/**
 * The logs of one data directory. Recovers them in `onModuleInit`, before any command, request or cron tick can
 * arrive, and closes them in `onApplicationShutdown`, after everything that may still write has been drained.
 * Nothing depends on these hooks: a call that comes first opens what it needs, and SIGKILL is a normal way to stop.
 *
 * Every promise of a write resolves when the write is as durable as the `fsync` mode says. Failures are `LogError`s
 * with a stable `code`; a caller's mistake is a `TypeError`, and nothing is written.
 * @publicApi
 */
@Injectable()
export class AppendLogService implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(AppendLogService.name);
  readonly #engine: LogEngine;
  readonly #owners = new Map<string, Type<object>>();
  readonly #feed: ChangeFeed;
  readonly #erasers: ((log: string, key: string | undefined, options: EraseOptions) => Promise<void>)[] = [];
  #opening: Promise<void> | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(@Inject(STORAGE_OPTIONS) options: StorageOptions = {}) {
    const { engine = fileEngine, replicateTo: _, ...logOptions } = options;
    assertFunction('engine', engine);
    this.#engine = engine(resolveLogOptions(logOptions), this.#logger);
    this.#feed = new ChangeFeed(
      (listener) => this.#engine.onChange(listener),
      (error) => this.#logger.error('A subscriber of changes() failed', stackOf(error)),
    );
  }

  /**
   * Recovers every log there is; the engine warns of what it had to mend.
   * @throws LogError, so that the application does not start; the directory is let go of then.
   */
  async onModuleInit(): Promise<void> {
    try {
      await this.#open();
      const logs = new Set([...KNOWN_LOGS, ...this.#owners.keys(), ...(await this.#engine.listLogs())]);
      for (const log of logs) await this.#engine.openLog(log);
    } catch (error) {
      await this.#close().catch((reason) => this.#logger.error('Closing after a failed start', stackOf(reason)));
      throw error;
    }
  }

  /** Makes everything durable and lets go of the directory; later calls get `LOG_CLOSED`. */
  async onApplicationShutdown(): Promise<void> {
    await this.#close();
  }

  /** Appends one entry. @throws TypeError for an entry that is neither a whole SET nor a DELETE. */
  append(log: string, entry: LogChange, meta?: EntryMeta): Promise<LogEntry> {
    return this.#run(
      () => {
        assertLogName(log);
        assertChange(entry);
        assertMeta(meta);
      },
      (engine) => engine.append(log, entry, meta),
    );
  }

  /**
   * Reads, changes and writes one key as a single step: no other write comes between.
   * @param fn synchronous; may run again, so it should only compute. Returning `undefined` deletes the key;
   * throwing writes nothing and rejects with what was thrown.
   * @returns the new value
   */
  update<T>(
    log: string,
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined> {
    return this.#run(
      () => {
        assertLogName(log);
        assertString('key', key);
        assertFunction('fn', fn);
        assertMeta(meta);
      },
      (engine) => engine.update<T>(log, key, (current) => synchronous(fn(current)), meta),
    );
  }

  /** The newest durable value of a key, a copy of the caller's own. */
  get<T>(log: string, key: string): Promise<T | undefined> {
    return this.#run(
      () => assertPlace(log, key),
      (engine) => engine.get<T>(log, key),
    );
  }

  has(log: string, key: string): Promise<boolean> {
    return this.#run(
      () => assertPlace(log, key),
      (engine) => engine.has(log, key),
    );
  }

  keys(log: string): AsyncIterable<string> {
    assertLogName(log);
    return this.#iterate((engine) => engine.keys(log));
  }

  /** Every key with its value, read one at a time: memory does not grow with the log. */
  entries<T>(log: string): AsyncIterable<[string, T]> {
    assertLogName(log);
    return this.#iterate((engine) => engine.entries<T>(log));
  }

  /** Live keys; 0 for a log that is not open. */
  size(log: string): number {
    assertLogName(log);
    return this.#engine.size(log);
  }

  /** The active log as an array, oldest first. Holds it all in memory: prefer {@link streamLogEntries}. */
  async readLogEntries(log: string): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of this.streamLogEntries(log)) entries.push(entry);
    return entries;
  }

  /** Entries oldest first, in constant memory; see {@link StreamOptions} for the choice of them. */
  streamLogEntries(log: string, options: StreamOptions = {}): AsyncIterable<LogEntry> {
    assertLogName(log);
    assertStreamOptions(options);
    return this.#iterate((engine) => engine.stream(log, options));
  }

  /**
   * The state by replaying the files, now or as of a time (a Date) or a seq (a number).
   * @throws LogError `LOG_NOT_RETAINED` for a point older than every file kept.
   */
  rebuildState(log: string, options: { at?: Date | number } = {}): Promise<Record<string, unknown>> {
    return this.#run(
      () => {
        assertLogName(log);
        if (options.at !== undefined) assertMoment('at', options.at);
      },
      (engine) => engine.rebuildState(log, options),
    );
  }

  /**
   * What differs between two moments, each a time (a Date) or a seq (a number); `to` is now where left out.
   * @throws LogError `LOG_NOT_RETAINED` for a moment older than every file kept.
   */
  diff(log: string, options: DiffOptions): Promise<StateChange[]> {
    return this.#run(
      () => {
        assertLogName(log);
        assertMoment('from', options?.from);
        if (options.to !== undefined) assertMoment('to', options.to);
        if (options.key !== undefined) assertString('key', options.key);
      },
      (engine) => diffStates(engine, log, options),
    );
  }

  /**
   * Goes back to a moment, by an entry of its own: what was there before stays in the history. One key where `key` is
   * given, else the whole log; with `dryRun` it only tells what would change.
   * @throws LogError `LOG_NOT_RETAINED` for a moment older than every file kept; nothing is written then.
   */
  restore(log: string, options: RestoreOptions, meta?: EntryMeta): Promise<RestoreReport> {
    return this.#run(
      () => {
        assertLogName(log);
        assertMoment('at', options?.at);
        if (options.key !== undefined) assertString('key', options.key);
        assertMeta(meta);
      },
      (engine) => restore(engine, log, options, meta),
    );
  }

  /**
   * Deletes a key for good: a tombstone, and every trace of it taken out of the log, its backups and archives, whose
   * checksums are chained anew. With `mentions`, what names somebody goes as well; without a key, only that. What is
   * interrupted is finished by the next start.
   * @throws LogError `LOG_CONFLICT` where a live value mentions it; nothing is changed then.
   */
  erase(log: string, key: string | undefined, options: EraseOptions = {}, meta?: EntryMeta): Promise<ErasureReceipt> {
    return this.#run(
      () => {
        assertLogName(log);
        if (key !== undefined) assertString('key', key);
        assertMentions(options.mentions, key);
        assertMeta(meta);
      },
      async (engine) => {
        const receipt = await engine.erase(log, key, options, meta);
        for (const erase of this.#erasers) await erase(log, key, options);
        return receipt;
      },
    );
  }

  /** Has somebody who keeps copies erase them, too, before an erasure is acknowledged. @internal */
  alsoErase(erase: (log: string, key: string | undefined, options: EraseOptions) => Promise<void>): void {
    this.#erasers.push(erase);
  }

  /** Size of the active log in bytes. */
  getLogSize(log: string): Promise<number> {
    return this.#run(
      () => assertLogName(log),
      (engine) => engine.logSize(log),
    );
  }

  /** True where compaction is worth its work: see {@link isWorthCompacting}. @default thresholdBytes 1 MiB */
  needsCompaction(log: string, thresholdBytes: number = DEFAULT_THRESHOLD_BYTES): Promise<boolean> {
    return this.#run(
      () => {
        assertLogName(log);
        assertCount('thresholdBytes', thresholdBytes);
      },
      async (engine) => {
        await engine.openLog(log);
        return isWorthCompacting(engine.stats(log), thresholdBytes);
      },
    );
  }

  /**
   * Every entry from now on, of one log or of all, once it is durable and in seq order; completes at shutdown.
   * A subscriber that throws is logged and goes on receiving; writers never notice.
   */
  changes(log?: string): Observable<LogEntry> {
    if (log !== undefined) assertLogName(log);
    return this.#feed.of(log);
  }

  /** Logs opened so far, in alphabetical order. */
  logNames(): string[] {
    return this.#engine.logNames();
  }

  /** Logs that there are in the storage, opened or not, in alphabetical order. */
  listLogs(): Promise<string[]> {
    return this.#run(
      () => undefined,
      (engine) => engine.listLogs(),
    );
  }

  /** How an open log stands right now. */
  stats(log: string): LogStats {
    assertLogName(log);
    return this.#engine.stats(log);
  }

  /** What opening a log found and did. */
  recoveryReport(log: string): RecoveryReport {
    assertLogName(log);
    return this.#engine.recoveryReport(log);
  }

  /** Every file in which entries of a log are kept: archives, backups and the active log, the oldest first. */
  keptFiles(log: string): Promise<KeptFile[]> {
    return this.#run(
      () => assertLogName(log),
      (engine) => engine.keptFiles(log),
    );
  }

  /** Bytes that may still be written to the storage; undefined where that cannot be told. */
  freeBytes(): Promise<number | undefined> {
    return this.#run(
      () => undefined,
      (engine) => engine.freeBytes(),
    );
  }

  /** What hinders the engine, as a lost connection; undefined for one that depends on nothing but its own files. */
  engineHealth(): EngineHealth | undefined {
    return this.#engine.health?.();
  }

  /**
   * Calls back after each batch that became durable, in the turn in which it did; returns the way to stop.
   * For figures: {@link changes} tells the entries.
   */
  onBatch(listener: BatchListener): () => void {
    assertFunction('listener', listener);
    return this.#engine.onBatch(listener);
  }

  /** Folds a log into a CHECKPOINT while appends go on. Callers use `CompactionService`. @internal */
  compact(log: string, options?: CompactOptions): Promise<CompactionReport> {
    return this.#run(
      () => assertLogName(log),
      (engine) => engine.compact(log, options),
    );
  }

  /** Notes which class owns a log, so that it is opened at start. @throws TypeError for a second owner. @internal */
  register(log: string, owner: Type<object>): void {
    const other = this.#owners.get(log);
    if (other !== undefined && other !== owner) throw sharedLog(log, other.name, owner.name);
    this.#owners.set(log, owner);
  }

  /** Checks the arguments, then calls the open engine. Not `async`: writes are counted in microseconds. */
  #run<R>(check: () => void, call: (engine: LogEngine) => Promise<R>): Promise<R> {
    try {
      check();
      return this.#isOpen ? call(this.#engine) : this.#open().then(() => call(this.#engine));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #iterate<R>(read: (engine: LogEngine) => AsyncIterable<R>): AsyncIterable<R> {
    return this.#isOpen ? read(this.#engine) : this.#openThenRead(read);
  }

  async *#openThenRead<R>(read: (engine: LogEngine) => AsyncIterable<R>): AsyncGenerator<R> {
    await this.#open();
    yield* read(this.#engine);
  }

  #open(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new LogError('LOG_CLOSED', 'The store has been shut down.'));
    this.#opening ??= this.#engine.open().then(() => {
      this.#isOpen = true;
    });
    return this.#opening;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    // A close in the middle of opening would let go of a lock that is not held yet.
    await this.#opening?.catch(() => {});
    try {
      await this.#engine.close();
    } finally {
      this.#feed.complete();
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
