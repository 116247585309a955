/** One log as a stream: its view, fed by a consumer, and the writes on their way. */
import type { StreamInfo } from '@nats-io/jetstream';
import {
  type ChangeText,
  cloneJson,
  type EntryMeta,
  encodeJson,
  type LogEntry,
  LogError,
  type LogStats,
  type RecoveryReport,
} from '../storage/log/index.js';
import { goneFrom, LiveView, type Onlooker } from './live-view.js';
import { type Delivered, encodeMark, encodeMessage } from './message.js';
import { StoredValues } from './stored-values.js';
import { type LogContext, openStream } from './stream-making.js';
import { statsOf } from './stream-stats.js';
import { StreamWatch } from './stream-watch.js';
import type { Applied, Place, View } from './view.js';
import { HEADER_BYTES, WriteQueue, type WrittenBatch } from './write-queue.js';

/** Those who are told of what was written, here or elsewhere. */
export interface Audience {
  entry(entry: LogEntry): void;
  batch(batch: WrittenBatch): void;
}

/** What an update does: called with the value that is there; it may be called again. */
export interface Revision {
  fn(current: unknown): unknown;
  meta?: EntryMeta | undefined;
  /** Whether to write, asked once it is known which seq (0: none) the value that would be replaced has. */
  isWanted?(seq: number): boolean | Promise<boolean>;
}

export class StreamLog implements Onlooker {
  readonly live: LiveView;
  readonly queue: WriteQueue;
  readonly values: StoredValues;
  report: RecoveryReport;
  #watch: StreamWatch | undefined;
  #maintenance: Promise<unknown> = Promise.resolve();
  #closing = false;

  static async open(context: LogContext, audience: Audience): Promise<StreamLog> {
    const began = performance.now();
    const info = await openStream(context);
    const log = new StreamLog(context, audience, info);
    await log.#follow();
    log.#watch = new StreamWatch(context, info.created);
    const { entries, sizeBytes } = log.stats();
    log.report = { ...log.report, entries, bytes: sizeBytes, durationMs: performance.now() - began };
    return log;
  }

  private constructor(
    readonly context: LogContext,
    private readonly audience: Audience,
    info: StreamInfo,
  ) {
    const { names, link, maxPendingBytes } = context;
    this.live = new LiveView(context, this, info);
    this.values = new StoredValues(link, names.stream);
    this.report = { log: names.log, clean: true, events: [], entries: 0, bytes: 0, durationMs: 0 };
    this.queue = new WriteQueue(link, names.log, this.live, maxPendingBytes, (batch) => audience.batch(batch));
  }

  async #follow(): Promise<void> {
    try {
      await this.live.follow();
    } catch (error) {
      await this.queue.finish();
      throw error;
    }
  }

  get view(): View {
    return this.live.view;
  }

  seen({ msgId, seq }: Delivered, applied: Applied): void {
    if (applied.kind === 'entry' && this.live.isReady) this.audience.entry(applied.entry);
    if (applied.kind === 'foreign')
      this.context.logger.warn(`Message ${seq} of ${this.context.names.stream} is no entry.`);
    this.queue.seen(msgId, seq, applied);
  }

  missed(entry: LogEntry): void {
    this.audience.entry(entry);
  }

  // What the engine asks.

  async append(write: ChangeText): Promise<LogEntry> {
    this.assertOpen();
    this.#watch?.assertThere();
    const { names } = this.context;
    const payload = this.#encode(write);
    const { key } = write;
    const entry = await this.queue.enqueue({
      kind: key === undefined ? 'state' : 'append',
      key,
      subject: key === undefined ? names.state : names.key(key),
      bytes: payload.length,
      draft: () => ({ payload: key === undefined ? payload : this.#encode(write, this.view.boundarySeq) }),
    });
    return entry as LogEntry;
  }

  /**
   * Divides what is written from what is about to be removed: what was on its way counts for nothing behind it, and is
   * written again.
   * @returns the seq of the mark
   */
  async mark(): Promise<number> {
    const { state } = this.context.names;
    const draft = () => ({ payload: encodeMark(this.view.stateSeq) });
    const mark = await this.queue.enqueue({ kind: 'state', key: undefined, subject: state, bytes: 0, draft });
    return mark?.seq as number;
  }

  async update<T>(
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined> {
    const entry = await this.revise(key, { fn: fn as Revision['fn'], meta });
    return entry?.op === 'SET' ? (cloneJson(entry.value) as T) : undefined;
  }

  /** @returns the entry that was written, if any was */
  revise(key: string, revision: Revision): Promise<LogEntry | undefined> {
    this.assertOpen();
    this.#watch?.assertThere();
    const subject = this.context.names.key(key);
    const draft = () => this.#draft(key, subject, revision);
    return this.queue.enqueue({ kind: 'update', key, subject, bytes: key.length, draft });
  }

  async #draft(key: string, subject: string, { fn, meta, isWanted }: Revision) {
    for (;;) {
      const { view } = this;
      const place = view.index.get(key);
      const { boundarySeq } = view;
      const expected = view.tailOf(key, subject);
      const seq = place?.seq ?? 0;
      const current = await this.#valueAt(key, place);
      if (isWanted && !(await isWanted(seq))) return undefined;
      // Read on the way: what is compared must be as old as what was read.
      if (view !== this.view || place !== view.index.get(key) || expected !== view.tailOf(key, subject)) continue;
      if (place && current === undefined) {
        await this.#lookAgain(key, seq);
        continue;
      }
      const next = fn(cloneJson(current));
      if (next === undefined && place === undefined) return undefined;
      const json = next === undefined ? undefined : encodeJson(next, 'value');
      const payload = this.#encode({ op: json === undefined ? 'DELETE' : 'SET', key, json, meta }, boundarySeq);
      return { payload, expected };
    }
  }

  /** @throws LogError `LOG_TOO_LARGE` */
  #encode(write: ChangeText, base?: number): Buffer {
    const payload = encodeMessage(write, base);
    const { link, names } = this.context;
    const most = link.maxPayloadBytes - HEADER_BYTES;
    if (payload.length <= most) return payload;
    const what = write.key === undefined ? 'A whole state' : `The entry of ${JSON.stringify(write.key.slice(0, 80))}`;
    throw new LogError(
      'LOG_TOO_LARGE',
      `${what} takes ${payload.length} bytes; the servers take ${most} (${names.log}).`,
      {
        file: names.log,
        key: write.key,
        hint: 'Split it over several keys, or raise max_payload of the servers.',
      },
    );
  }

  async get<T>(key: string): Promise<T | undefined> {
    for (;;) {
      const { view } = this;
      const place = view.index.get(key);
      const seq = place?.seq ?? 0;
      const value = await this.#valueAt(key, place);
      if (place === undefined || value !== undefined) return cloneJson(value) as T;
      await this.#lookAgain(key, seq);
    }
  }

  async #valueAt(key: string, place: Place | undefined): Promise<unknown> {
    if (!place) return undefined;
    const cached = this.view.cache.get(key);
    if (cached !== undefined) return cached;
    const { seq, bytes } = place;
    const value = await this.values.read(key, seq);
    if (value !== undefined && this.view.index.get(key)?.seq === seq) this.view.cache.set(key, value, bytes);
    return value;
  }

  /** A message was gone: a newer one is there, though the view may not show it yet. @throws LogError `LOG_CORRUPT` */
  async #lookAgain(key: string, seq: number): Promise<void> {
    if (this.view.index.get(key)?.seq !== seq) return;
    await this.live.catchUp();
    if (this.view.index.get(key)?.seq !== seq) return;
    const { stream } = this.context.names;
    throw new LogError('LOG_CORRUPT', `Message ${seq} of ${stream} is gone, which holds ${JSON.stringify(key)}.`, {
      file: stream,
      key,
      hint: 'Somebody removed it by other means than this store.',
    });
  }

  /** The state of one moment; values that a compaction removes meanwhile are given as they are then. */
  async *entriesNow(): AsyncGenerator<[string, unknown]> {
    const places = [...this.view.index].map(([key, { seq }]) => ({ key, seq }));
    const window = 64;
    const cached = new Map<string, unknown>();
    for (const { key } of places) {
      const value = this.view.cache.get(key);
      if (value !== undefined) cached.set(key, value);
    }
    for (let at = 0; at < places.length; at += window) {
      const some = places.slice(at, at + window);
      const values = await Promise.all(some.map(({ key, seq }) => cached.get(key) ?? this.values.read(key, seq)));
      for (const [i, { key }] of some.entries()) {
        const value = values[i] ?? (await this.get(key));
        if (value !== undefined) yield [key, cloneJson(value)];
      }
    }
  }

  exclusively<R>(task: () => Promise<R>): Promise<R> {
    const result = this.#maintenance.then(task);
    this.#maintenance = result.catch(() => undefined);
    return result;
  }

  /** The stream as it is, by the servers. */
  async look(): Promise<StreamInfo> {
    await this.context.link.ask(`Looking at ${this.context.names.stream}`, () => this.live.lastSeq());
    return this.live.info;
  }

  /** How many messages the stream has lost so far. */
  async gone(): Promise<number> {
    return goneFrom(await this.look());
  }

  stats(): LogStats {
    return statsOf({ ...this.live, view: this.view, queue: this.queue, log: this.context.names.log });
  }

  get troubles(): string[] {
    const { names } = this.context;
    const trouble = this.#watch?.trouble;
    if (trouble !== undefined) return [trouble];
    return this.live.isLive ? [] : [`The view of ${names.log} gets no news from the servers.`];
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#maintenance;
    await this.queue.finish();
    this.#watch?.stop();
    await this.live.stop();
  }

  assertOpen(): void {
    if (!this.#closing) return;
    throw new LogError('LOG_CLOSED', `The log ${this.context.names.log} is closed.`, {
      file: this.context.names.log,
      hint: 'The application is shutting down; write before onApplicationShutdown.',
    });
  }
}
