/** The default engine: a data directory on this machine, held by one process, each log a file. */
import { join } from 'node:path';
import { assertKey, encodeChange } from './change.js';
import { compactLog } from './compaction.js';
import { emptyStats } from './empty-stats.js';
import type { EntryMeta, LogChange, LogEntry } from './entry.js';
import { erase, finishErasure } from './erasure.js';
import { LogError, toLogError } from './errors.js';
import { type Audience, FileLog } from './file-log.js';
import { type FileSystem, makeDirectoryDurably, NodeFileSystem } from './file-system.js';
import { keptFiles } from './kept-files.js';
import { Listeners } from './listeners.js';
import { DirectoryLock } from './lock.js';
import type { LogContext } from './log-context.js';
import type {
  BatchListener,
  ChangeListener,
  CompactionReport,
  CompactOptions,
  EngineLogger,
  EraseOptions,
  ErasureReceipt,
  KeptFile,
  LogEngine,
  LogEngineFactory,
  LogStats,
  RecoveryReport,
  StreamOptions,
} from './log-engine.js';
import { rebuildState, streamEntries } from './log-history.js';
import { assertLogName, LogPaths, logsIn } from './log-name.js';
import { inTurns, OpenLogs } from './open-logs.js';
import type { ResolvedLogOptions } from './options.js';
import type { Written } from './writer.js';

export class FileLogEngine implements LogEngine {
  readonly #logs = new OpenLogs<FileLog>();
  readonly #listeners: Listeners;
  #lock: DirectoryLock | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly options: ResolvedLogOptions,
    private readonly logger: EngineLogger,
    private readonly disk: FileSystem,
  ) {
    this.#listeners = new Listeners(logger);
  }

  async open(): Promise<void> {
    const { dataDir } = this.options;
    await this.#closing?.catch(() => undefined);
    try {
      await makeDirectoryDurably(this.disk, dataDir);
      await makeDirectoryDurably(this.disk, join(dataDir, 'logs'));
      this.#lock = await DirectoryLock.take(this.disk, dataDir);
    } catch (error) {
      throw toLogError(error, 'opening', dataDir);
    }
  }

  /** A second call waits for the first. */
  close(): Promise<void> {
    if (!this.#lock) return this.#closing ?? Promise.resolve();
    const lock = this.#lock;
    this.#lock = undefined;
    this.#closing = this.#closeAll(lock);
    return this.#closing;
  }

  async #closeAll(lock: DirectoryLock): Promise<void> {
    const outcomes = await this.#logs.close();
    this.#listeners.close();
    this.#logs.forget();
    outcomes.push(...(await Promise.allSettled([lock.release()])));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw toLogError(failed.reason, 'closing', this.options.dataDir);
  }

  async listLogs(): Promise<string[]> {
    this.#assertOpen();
    const directory = join(this.options.dataDir, 'logs');
    try {
      return logsIn(await this.disk.list(directory));
    } catch (error) {
      throw toLogError(error, 'listing', directory);
    }
  }

  logNames(): string[] {
    return this.#logs.names();
  }

  async openLog(log: string): Promise<RecoveryReport> {
    return (await this.#log(log)).report;
  }

  /** Not `async`: a promise of its own for each append would cost as much as the append. */
  append(log: string, change: LogChange, meta?: EntryMeta): Promise<LogEntry> {
    try {
      const encoded = encodeChange(change, meta);
      this.#assertOpen();
      const ready = this.#logs.get(log);
      return ready ? ready.append(encoded) : this.#log(log).then((opened) => opened.append(encoded));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async update<T>(
    log: string,
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined> {
    assertKey(key);
    const kept = meta && { ...meta };
    this.#assertOpen();
    const ready = this.#logs.get(log);
    return (ready ?? (await this.#log(log))).update(key, fn, kept);
  }

  get<T>(log: string, key: string): Promise<T | undefined> {
    return this.#read(log, key, (ready) => ready.get<T>(key));
  }

  has(log: string, key: string): Promise<boolean> {
    return this.#read(log, key, (ready) => ready.has(key));
  }

  /** Not `async` either: a read of a cached value takes less than a turn through three promises. */
  #read<R>(log: string, key: string, read: (ready: FileLog) => R): Promise<R> {
    try {
      assertKey(key);
      const ready = this.#lock && this.#logs.get(log);
      if (!ready) return this.#readable(log).then(read);
      ready.assertOpen();
      return Promise.resolve(read(ready));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async *keys(log: string): AsyncGenerator<string> {
    for await (const [key] of this.entries(log)) yield key;
  }

  entries<T>(log: string): AsyncGenerator<[string, T]> {
    return inTurns(async () => (await this.#readable(log)).entriesNow() as AsyncIterable<[string, T]>);
  }

  size(log: string): number {
    assertLogName(log);
    return this.#logs.get(log)?.index.size ?? 0;
  }

  async *stream(log: string, options: StreamOptions = {}): AsyncGenerator<LogEntry> {
    const ready = await this.#readable(log);
    try {
      yield* streamEntries(ready, options, (onEntry, onClose) => this.#listeners.follow(log, onEntry, onClose));
    } catch (error) {
      ready.noteDamage(error);
      throw error;
    }
  }

  async rebuildState(log: string, options: { at?: Date | number } = {}): Promise<Record<string, unknown>> {
    const ready = await this.#readable(log);
    return rebuildState(ready, options.at).catch((error: unknown) => {
      ready.noteDamage(error);
      throw error;
    });
  }

  async logSize(log: string): Promise<number> {
    return (await this.#readable(log)).end.offset;
  }

  stats(log: string): LogStats {
    assertLogName(log);
    return this.#logs.get(log)?.stats() ?? emptyStats(log);
  }

  recoveryReport(log: string): RecoveryReport {
    assertLogName(log);
    const none = { log, clean: true, events: [], entries: 0, bytes: 0, durationMs: 0 };
    return this.#logs.get(log)?.report ?? none;
  }

  /** Two calls at once share one compaction. */
  async compact(log: string, options?: CompactOptions): Promise<CompactionReport> {
    const ready = await this.#readable(log);
    return this.#logs.compact(log, ready, () => compactLog(ready, options));
  }

  async erase(
    log: string,
    key: string | undefined,
    { mentions = [] }: EraseOptions = {},
    meta?: EntryMeta,
  ): Promise<ErasureReceipt> {
    if (key !== undefined) assertKey(key);
    const ready = await this.#readable(log);
    return ready.exclusively(() => erase(ready, { key, mentions, meta }));
  }

  onChange(listener: ChangeListener): () => void {
    return this.#listeners.onChange(listener);
  }

  onBatch(listener: BatchListener): () => void {
    return this.#listeners.onBatch(listener);
  }

  async keptFiles(log: string): Promise<KeptFile[]> {
    return keptFiles(await this.#readable(log));
  }

  async freeBytes(): Promise<number | undefined> {
    this.#assertOpen();
    return this.disk.freeBytes?.(this.options.dataDir);
  }

  async #readable(log: string): Promise<FileLog> {
    this.#assertOpen();
    const ready = this.#logs.get(log) ?? (await this.#log(log));
    ready.assertOpen();
    return ready;
  }

  #log(log: string): Promise<FileLog> {
    assertLogName(log);
    this.#assertOpen();
    const paths = new LogPaths(this.options.dataDir, log);
    const context = { disk: this.disk, paths, options: this.options, logger: this.logger };
    const audience: Audience = {
      hearsEntries: () => this.#listeners.hearEntries,
      entry: (entry) => this.#listeners.tellEntry(log, entry),
      batch: (entries, written) => this.#tellBatch(log, entries, written),
    };
    return this.#logs.open(log, () => this.#open(context, audience));
  }

  /** An erasure that was begun ends before anybody reads; where that fails the next opening tries again. */
  async #open(context: LogContext, audience: Audience): Promise<FileLog> {
    const opened = await FileLog.open(context, audience);
    if (this.options.recovery === 'strict') return opened;
    try {
      await opened.exclusively(() => finishErasure(opened));
    } catch (error) {
      this.logger.error(`What was being erased from ${context.paths.log} is not yet: ${(error as Error).message}`);
    }
    return opened;
  }

  #tellBatch(log: string, entries: number, { bytes, durationMs }: Written): void {
    if (!this.#listeners.hearBatches) return;
    const fsynced = this.options.fsync === 'always';
    this.#listeners.tellBatch({ log, entries, bytes, durationMs, fsynced });
  }

  #assertOpen(): void {
    if (this.#lock) return;
    throw new LogError('LOG_CLOSED', `The data directory ${this.options.dataDir} is not open.`, {
      file: this.options.dataDir,
      hint: 'Logs open in onModuleInit and close in onApplicationShutdown.',
    });
  }
}

/** The engine over a disk of one's own; for tests that count calls or let them fail. */
export function fileEngineOn(disk: FileSystem): LogEngineFactory {
  return (options, logger) => new FileLogEngine(options, logger, disk);
}

/** The default engine. @publicApi */
export const fileEngine: LogEngineFactory = fileEngineOn(new NodeFileSystem());
