/** The replicated engine: each log a stream of a NATS cluster, each process with a view of its own. */
import {
  assertKey,
  assertLogName,
  type BatchListener,
  type ChangeListener,
  type CompactionReport,
  changeText,
  type EngineHealth,
  type EngineLogger,
  type EntryMeta,
  type EraseOptions,
  type ErasureReceipt,
  emptyStats,
  inTurns,
  type KeptFile,
  Listeners,
  type LogChange,
  type LogEngine,
  type LogEngineFactory,
  type LogEntry,
  LogError,
  type LogStats,
  OpenLogs,
  type RecoveryReport,
  type ResolvedLogOptions,
  type StreamOptions,
} from '../storage/log/index.js';
import { Control } from './control.js';
import { Link } from './link.js';
import { LogNames, logOfStream } from './names.js';
import { type JetStreamOptions, type ResolvedJetStreamOptions, resolveJetStreamOptions } from './options.js';
import { compactStream } from './stream-compaction.js';
import { eraseFromStream, finishErasures } from './stream-erasure.js';
import { rebuildState, streamEntries } from './stream-history.js';
import { StreamLog } from './stream-log.js';
import type { LogContext } from './stream-making.js';

export class JetStreamEngine implements LogEngine {
  readonly #logs = new OpenLogs<StreamLog>();
  readonly #listeners: Listeners;
  #link: Link | undefined;
  #control: Control | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly jetStream: ResolvedJetStreamOptions,
    private readonly options: ResolvedLogOptions,
    private readonly logger: EngineLogger,
  ) {
    this.#listeners = new Listeners(logger);
  }

  async open(): Promise<void> {
    await this.#closing?.catch(() => undefined);
    this.#link = await Link.open(this.jetStream, this.logger);
    this.#control = new Control(this.#link);
  }

  close(): Promise<void> {
    if (!this.#link) return this.#closing ?? Promise.resolve();
    const link = this.#link;
    this.#link = undefined;
    this.#closing = this.#closeAll(link);
    return this.#closing;
  }

  async #closeAll(link: Link): Promise<void> {
    await this.#logs.close();
    this.#listeners.close();
    this.#logs.forget();
    await link.close();
  }

  async listLogs(): Promise<string[]> {
    const link = this.#assertOpen();
    const names = await link.ask('Listing the logs', async () => {
      const found: string[] = [];
      for await (const name of link.manager.streams.names()) found.push(name);
      return found;
    });
    return names.flatMap((name) => logOfStream(this.jetStream.prefix, name) ?? []).sort();
  }

  logNames(): string[] {
    return this.#logs.names();
  }

  async openLog(log: string): Promise<RecoveryReport> {
    return (await this.#readable(log)).report;
  }

  async append(log: string, change: LogChange, meta?: EntryMeta): Promise<LogEntry> {
    const write = changeText(change, meta);
    this.#assertOpen();
    const ready = this.#logs.get(log);
    return ready ? ready.append(write) : (await this.#log(log)).append(write);
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
    return ready ? ready.update(key, fn, kept) : (await this.#log(log)).update(key, fn, kept);
  }

  async get<T>(log: string, key: string): Promise<T | undefined> {
    assertKey(key);
    return (await this.#readable(log)).get<T>(key);
  }

  async has(log: string, key: string): Promise<boolean> {
    assertKey(key);
    return (await this.#readable(log)).view.index.has(key);
  }

  async *keys(log: string): AsyncGenerator<string> {
    yield* [...(await this.#readable(log)).view.index.keys()];
  }

  entries<T>(log: string): AsyncGenerator<[string, T]> {
    return inTurns(async () => (await this.#readable(log)).entriesNow() as AsyncIterable<[string, T]>);
  }

  size(log: string): number {
    assertLogName(log);
    return this.#logs.get(log)?.view.index.size ?? 0;
  }

  async *stream(log: string, options: StreamOptions = {}): AsyncGenerator<LogEntry> {
    const ready = await this.#readable(log);
    yield* streamEntries(ready, options, (onEntry, onClose) => this.#listeners.follow(log, onEntry, onClose));
  }

  async rebuildState(log: string, options: { at?: Date | number } = {}): Promise<Record<string, unknown>> {
    return rebuildState(await this.#readable(log), options.at);
  }

  async logSize(log: string): Promise<number> {
    return (await this.#readable(log)).stats().sizeBytes;
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

  /** Two calls at once share one compaction. Another process may compact at the same time; that does no harm. */
  async compact(log: string): Promise<CompactionReport> {
    const ready = await this.#readable(log);
    return this.#logs.compact(log, ready, () => compactStream(ready));
  }

  async erase(
    log: string,
    key: string | undefined,
    { mentions = [] }: EraseOptions = {},
    meta?: EntryMeta,
  ): Promise<ErasureReceipt> {
    if (key !== undefined) assertKey(key);
    const ready = await this.#readable(log);
    return ready.exclusively(() => eraseFromStream(ready, { key, mentions, meta }));
  }

  onChange(listener: ChangeListener): () => void {
    return this.#listeners.onChange(listener);
  }

  onBatch(listener: BatchListener): () => void {
    return this.#listeners.onBatch(listener);
  }

  /** A stream is no file, but it is where the entries are kept. */
  async keptFiles(log: string): Promise<KeptFile[]> {
    const ready = await this.#readable(log);
    const { state } = await ready.look();
    const kept: KeptFile = {
      log,
      kind: 'active',
      file: ready.context.names.stream,
      bytes: state.bytes,
      compressed: false,
      entries: state.messages,
    };
    if (state.messages > 0) {
      kept.firstSeq = state.first_seq;
      kept.lastSeq = state.last_seq;
      kept.from = new Date(state.first_ts as unknown as string).toISOString();
      kept.to = new Date(state.last_ts as unknown as string).toISOString();
    }
    return [kept];
  }

  /** What the account may still take, where it has a limit. */
  async freeBytes(): Promise<number | undefined> {
    const link = this.#assertOpen();
    const { limits, storage } = await link.ask('Asking for the limits', () => link.manager.getAccountInfo());
    return limits.max_storage > 0 ? Math.max(0, limits.max_storage - storage) : undefined;
  }

  health(): EngineHealth {
    const reasons = this.#link?.isConnected
      ? [...this.#logs.values()].flatMap((log) => log.troubles)
      : [`There is no connection to ${this.jetStream.servers.join(', ')}.`];
    return { ok: reasons.length === 0, reasons };
  }

  async #readable(log: string): Promise<StreamLog> {
    assertLogName(log);
    this.#assertOpen();
    const ready = this.#logs.get(log) ?? (await this.#log(log));
    ready.assertOpen();
    return ready;
  }

  #log(log: string): Promise<StreamLog> {
    assertLogName(log);
    const link = this.#assertOpen();
    const context = {
      link,
      control: this.#control as Control,
      names: new LogNames(this.jetStream.prefix, log),
      cacheBytes: this.options.cacheBytes,
      maxPendingBytes: this.options.maxPendingBytes,
      logger: this.logger,
    };
    return this.#logs.open(log, () => this.#open(context));
  }

  async #open(context: LogContext): Promise<StreamLog> {
    const { log } = context.names;
    const opened = await StreamLog.open(context, {
      entry: (entry) => this.#listeners.tellEntry(log, entry),
      // Acknowledged by the servers, which is no fsync.
      batch: (batch) => this.#listeners.tellBatch({ log, ...batch, fsynced: false }),
    });
    try {
      await this.complete(opened);
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  /** Before a log is served: what somebody began in it, and was killed, is finished. */
  protected complete(opened: StreamLog): Promise<void> {
    return finishErasures(opened);
  }

  #assertOpen(): Link {
    if (this.#link) return this.#link;
    throw new LogError('LOG_CLOSED', `The logs on ${this.jetStream.servers.join(', ')} are not open.`, {
      hint: 'Logs open in onModuleInit and close in onApplicationShutdown.',
    });
  }
}

/**
 * An engine whose logs are streams of a NATS JetStream cluster: several processes write and read the same logs, and each
 * entry is kept by as many servers as `replicas` says. `dataDir`, `fsync`, `mainFiles` and `recovery` of the store mean
 * nothing to it.
 * @throws TypeError naming an option that is wrong
 * @publicApi
 */
export function jetStreamEngine(options: JetStreamOptions): LogEngineFactory {
  const resolved = resolveJetStreamOptions(options);
  return (logOptions, logger) => new JetStreamEngine(resolved, logOptions, logger);
}
