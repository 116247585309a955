/**
 * An engine in memory, for tests of what stands above engines. It keeps the interface's promises about order and
 * atomicity, nothing about disks; its faults and delays are set by the test.
 */
import type {
  BatchListener,
  ChangeListener,
  CompactionReport,
  CompactOptions,
  EntryMeta,
  ErasureReceipt,
  KeptFile,
  LogChange,
  LogEngine,
  LogEntry,
  LogStats,
  RecoveryReport,
  StreamOptions,
} from '../../src/storage/index.js';
import { LogError } from '../../src/storage/index.js';

interface FakeLog {
  state: Map<string, unknown>;
  entries: LogEntry[];
  seq: number;
}

const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

export class FakeEngine implements LogEngine {
  readonly logs = new Map<string, FakeLog>();
  readonly calls: string[] = [];
  readonly compactions: { log: string; options: CompactOptions | undefined }[] = [];
  /** Logs that "exist on disk" before they are opened. */
  stored: string[] = [];
  openError: Error | undefined;
  recoveryErrors = new Map<string, Error>();
  statsOverride = new Map<string, Partial<LogStats>>();
  compacting: (log: string) => Promise<void> = async () => {};
  /** What `freeBytes` says. */
  free: number | undefined = 1e12;
  readonly #listeners = new Set<ChangeListener>();
  readonly #batchListeners = new Set<BatchListener>();
  #status: 'new' | 'open' | 'closed' = 'new';

  async open(): Promise<void> {
    this.calls.push('open');
    if (this.openError) throw this.openError;
    this.#status = 'open';
  }

  async close(): Promise<void> {
    this.calls.push('close');
    this.#status = 'closed';
  }

  async listLogs(): Promise<string[]> {
    return [...new Set([...this.stored, ...this.logs.keys()])].sort();
  }

  logNames(): string[] {
    return [...this.logs.keys()].sort();
  }

  async openLog(log: string): Promise<RecoveryReport> {
    this.#log(log);
    this.calls.push(`openLog ${log}`);
    const error = this.recoveryErrors.get(log);
    if (error) throw error;
    return this.recoveryReport(log);
  }

  append(log: string, change: LogChange, meta?: EntryMeta): Promise<LogEntry> {
    return this.#write(log, () => change, meta) as Promise<LogEntry>;
  }

  async update<T>(
    log: string,
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined> {
    let next: T | undefined;
    await this.#write(
      log,
      (state) => {
        next = fn(copy(state.get(key)) as T | undefined);
        if (next !== undefined) return { op: 'SET', key, value: next };
        return state.has(key) ? { op: 'DELETE', key } : undefined;
      },
      meta,
    );
    return copy(next);
  }

  async get<T>(log: string, key: string): Promise<T | undefined> {
    return copy(this.#log(log).state.get(key)) as T | undefined;
  }

  async has(log: string, key: string): Promise<boolean> {
    return this.#log(log).state.has(key);
  }

  async *keys(log: string): AsyncIterable<string> {
    yield* [...this.#log(log).state.keys()];
  }

  async *entries<T>(log: string): AsyncIterable<[string, T]> {
    for (const [key, value] of [...this.#log(log).state]) yield [key, copy(value) as T];
  }

  size(log: string): number {
    return this.logs.get(log)?.state.size ?? 0;
  }

  async *stream(log: string, options: StreamOptions = {}): AsyncIterable<LogEntry> {
    for (const entry of [...this.#log(log).entries]) {
      if (options.key === undefined || entry.key === options.key) yield copy(entry);
    }
  }

  async rebuildState(log: string): Promise<Record<string, unknown>> {
    return Object.fromEntries(this.#log(log).state);
  }

  async logSize(log: string): Promise<number> {
    return this.stats(log).sizeBytes;
  }

  stats(log: string): LogStats {
    const { state, entries, seq } = this.#log(log);
    return {
      log,
      keys: state.size,
      entries: entries.length,
      seq,
      firstSeq: entries[0]?.seq ?? 0,
      sizeBytes: JSON.stringify(entries).length,
      checkpointBytes: 0,
      entriesSinceCheckpoint: entries.length,
      liveBytes: 0,
      appends: seq,
      batches: seq,
      fsyncs: seq,
      bytesWritten: 0,
      pending: 0,
      cacheHits: 0,
      cacheMisses: 0,
      cacheBytes: 0,
      lastTimestamp: entries.at(-1)?.timestamp,
      poisoned: undefined,
      diskFull: undefined,
      mainFileSeq: undefined,
      mainFileStaleMs: 0,
      mainFileError: undefined,
      ...this.statsOverride.get(log),
    };
  }

  recoveryReport(log: string): RecoveryReport {
    return { log, clean: true, events: [], entries: 0, bytes: 0, durationMs: 0 };
  }

  async compact(log: string, options?: CompactOptions): Promise<CompactionReport> {
    this.#log(log);
    this.compactions.push({ log, options });
    await this.compacting(log);
    return {
      log,
      outcome: 'compacted',
      startedAt: new Date().toISOString(),
      durationMs: 1,
      bytesBefore: 2,
      bytesAfter: 1,
      entriesBefore: 2,
      entriesAfter: 1,
      keys: 1,
      seq: 2,
    };
  }

  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onBatch(listener: BatchListener): () => void {
    this.#batchListeners.add(listener);
    return () => this.#batchListeners.delete(listener);
  }

  async erase(log: string, key: string | undefined): Promise<ErasureReceipt> {
    const existed = key !== undefined && (await this.has(log, key));
    if (key !== undefined && existed) await this.append(log, { op: 'DELETE', key });
    const now = new Date().toISOString();
    const upToSeq = this.#log(log).seq;
    return { id: 'fake', log, requestedAt: now, finishedAt: now, existed, upToSeq, files: [], removedFiles: [] };
  }

  async keptFiles(log: string): Promise<KeptFile[]> {
    return [{ log, kind: 'active', file: `logs/${log}.log`, bytes: 0, compressed: false }];
  }

  async freeBytes(): Promise<number | undefined> {
    return this.free;
  }

  async #write(
    log: string,
    decide: (state: Map<string, unknown>) => LogChange | undefined,
    meta?: EntryMeta,
  ): Promise<LogEntry | undefined> {
    const { state, entries } = this.#log(log);
    const change = copy(decide(state));
    if (change === undefined) return undefined;
    if (change.op === 'DELETE') state.delete(change.key);
    else if ('data' in change) {
      state.clear();
      for (const [key, value] of Object.entries(change.data)) state.set(key, value);
    } else state.set(change.key, change.value);
    const fake = this.#log(log);
    fake.seq += 1;
    const entry: LogEntry = {
      timestamp: new Date().toISOString(),
      ...change,
      ...(meta ? { meta } : {}),
      seq: fake.seq,
    };
    entries.push(entry);
    // Durability takes its time; only then is the change told and the promise resolved.
    await new Promise((resolve) => setImmediate(resolve));
    for (const listener of this.#listeners) listener(log, entry);
    return entry;
  }

  #log(log: string): FakeLog {
    if (this.#status !== 'open') throw new LogError('LOG_CLOSED', `The log ${log} is closed.`);
    let fake = this.logs.get(log);
    if (!fake) {
      fake = { state: new Map(), entries: [], seq: 0 };
      this.logs.set(log, fake);
    }
    return fake;
  }
}
