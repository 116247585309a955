/** One log as a stream: its view, fed by a consumer, and the writes on their way. */
import type { StreamInfo } from '@nats-io/jetstream';
import {
  cloneJson,
  type EntryMeta,
  encodeJson,
  type LogEntry,
  LogError,
  type LogStats,
  type RecoveryReport,
} from '../storage/log/index.js';
import type { ControlRecord } from './control.js';
import { Feed, type FeedTarget } from './feed.js';
import { type Delivered, type EncodedWrite, encodeMessage } from './message.js';
import { StoredValues } from './stored-values.js';
import { type LogContext, openStream } from './stream-making.js';
import { statsOf } from './stream-stats.js';
import { StreamWatch } from './stream-watch.js';
import { type Applied, type Place, View } from './view.js';
import { HEADER_BYTES, type ViewOfWrites, WriteQueue, type WrittenBatch } from './write-queue.js';

/** Those who are told of what was written, here or elsewhere. */
export interface Audience {
  entry(entry: LogEntry): void;
  batch(batch: WrittenBatch): void;
}

export class StreamLog implements FeedTarget, ViewOfWrites {
  view: View;
  readonly queue: WriteQueue;
  readonly values: StoredValues;
  report: RecoveryReport;
  record: ControlRecord | undefined;
  /** The stream as it was told last, and what has come since. */
  info: StreamInfo | undefined;
  entriesSince = 0;
  bytesSince = 0;
  /** Takes the place of the view once it has caught up: this process missed tombstones that are gone. */
  #successor: View | undefined;
  #missed: { message: Delivered; applied: Applied }[] = [];
  #waiting: { seq: number; then: () => void }[] = [];
  #feed: Feed | undefined;
  #watch: StreamWatch | undefined;
  #maintenance: Promise<unknown> = Promise.resolve();
  #ready!: () => void;
  #isReady = false;
  #closing = false;

  static async open(context: LogContext, audience: Audience): Promise<StreamLog> {
    const began = performance.now();
    const info = await openStream(context);
    const log = new StreamLog(context, audience);
    log.note(info);
    await log.#follow();
    log.#watch = new StreamWatch(context, info.created);
    const { entries, sizeBytes } = log.stats();
    log.report = { ...log.report, entries, bytes: sizeBytes, durationMs: performance.now() - began };
    return log;
  }

  private constructor(
    readonly context: LogContext,
    private readonly audience: Audience,
  ) {
    const { names, link, cacheBytes, maxPendingBytes } = context;
    this.view = new View(names, cacheBytes);
    this.values = new StoredValues(link, names.stream);
    this.report = { log: names.log, clean: true, events: [], entries: 0, bytes: 0, durationMs: 0 };
    this.queue = new WriteQueue(link, names.log, this, maxPendingBytes, (batch) => audience.batch(batch));
  }

  /** Resolves when the view shows what the stream held a moment ago. */
  async #follow(): Promise<void> {
    const { link, names } = this.context;
    const ready = new Promise<void>((resolve) => {
      this.#ready = resolve;
    });
    this.#feed = new Feed(link, names.stream, this);
    const late = setTimeout(() => this.#ready(), link.options.connectTimeoutMs);
    await ready;
    clearTimeout(late);
    if (this.#isReady) return;
    await this.#feed.stop();
    await this.queue.finish();
    throw link.failure(`Reading ${names.stream} for the first time`, new Error('it took too long'));
  }

  // What the writes ask of the view.

  get seq(): number {
    return this.view.seq;
  }

  tailOf(key: string | undefined, subject: string): number {
    return this.view.tailOf(key, subject);
  }

  noteTail(key: string | undefined, subject: string, seq: number): void {
    this.view.noteTail(key, subject, seq);
  }

  whenSeen(seq: number, then: () => void): void {
    if (this.view.seq >= seq) then();
    else this.#waiting.push({ seq, then });
  }

  async askTail(subject: string): Promise<number> {
    const { link, names } = this.context;
    const message = await link.ask(`Reading ${names.stream}`, () =>
      link.manager.streams.getMessage(names.stream, { last_by_subj: subject }),
    );
    return message?.seq ?? 0;
  }

  hurry(): void {
    this.#feed?.hurry();
  }

  beginAnew(): void {
    // What is beginning would only be held up.
    if (this.#feed?.isLive) this.#feed.restart();
  }

  // What the feed asks of the view.

  get position(): number {
    return (this.#successor ?? this.view).seq;
  }

  async lastSeq(failures = Number.POSITIVE_INFINITY): Promise<number> {
    const { link, names } = this.context;
    const { streams } = link.managerAfter(failures);
    this.note(await streams.info(names.stream));
    // Not the stream's last seq: that message may have been deleted.
    return (await streams.getMessage(names.stream, { last_by_subj: names.subjects }))?.seq ?? 0;
  }

  async isWholeBehind(seq: number): Promise<boolean> {
    const { control, names } = this.context;
    return (await control.read(names.log, 0)).tombstonesGoneSeq <= seq;
  }

  async begun(failures: number): Promise<boolean> {
    const { control, names, cacheBytes } = this.context;
    this.record = await control.read(names.log, failures);
    const { tombstonesGoneSeq, stateFloorSeq } = this.record;
    if (!this.#isReady) this.view.stateSeq = Math.max(this.view.stateSeq, stateFloorSeq);
    if (!this.#isReady || this.position >= tombstonesGoneSeq) return false;
    if (this.#successor && this.#successor.seq === 0) return false;
    this.context.logger.warn(`${names.log} was away while tombstones were removed; its view is read anew.`);
    this.#successor = new View(names, cacheBytes, stateFloorSeq);
    this.#missed = [];
    return true;
  }

  take(message: Delivered): void {
    const target = this.#successor ?? this.view;
    if (message.seq <= target.seq) return;
    const applied = target.apply(message);
    if (message.seq > (this.info?.state.last_seq ?? 0)) {
      this.entriesSince += 1;
      this.bytesSince += message.payload.length + message.subject.length + HEADER_BYTES / 4;
    }
    if (this.#successor) {
      if (message.seq > this.view.seq) this.#missed.push({ message, applied });
    } else this.#tell(message, applied);
  }

  caughtUp(): void {
    if (this.#successor) this.#succeed(this.#successor);
    this.#isReady = true;
    this.#ready();
  }

  #succeed(successor: View): void {
    const former = this.view;
    const missed = this.#missed;
    this.#successor = undefined;
    this.#missed = [];
    this.view = successor;
    const timestamp = new Date(successor.timeMs).toISOString();
    for (const key of former.index.keys()) {
      if (!successor.index.has(key)) this.audience.entry({ timestamp, op: 'DELETE', key, seq: former.seq });
    }
    for (const { message, applied } of missed) this.#tell(message, applied);
    this.#wake();
  }

  #tell({ msgId, seq }: Delivered, applied: Applied): void {
    if (applied.kind === 'entry' && this.#isReady) this.audience.entry(applied.entry);
    if (applied.kind === 'foreign')
      this.context.logger.warn(`Message ${seq} of ${this.context.names.stream} is no entry.`);
    this.queue.seen(msgId, seq, applied);
    if (this.#waiting.length > 0) this.#wake();
  }

  #wake(): void {
    const due = this.#waiting.filter(({ seq }) => seq <= this.view.seq);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ seq }) => seq > this.view.seq);
    for (const { then } of due) then();
  }

  // What the engine asks.

  async append(write: EncodedWrite): Promise<LogEntry> {
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
      draft: () => ({ payload }),
    });
    return entry as LogEntry;
  }

  async update<T>(
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined> {
    this.assertOpen();
    this.#watch?.assertThere();
    const subject = this.context.names.key(key);
    const entry = await this.queue.enqueue({
      kind: 'update',
      key,
      subject,
      bytes: key.length,
      draft: () => this.#draft(key, subject, fn as (current: unknown) => unknown, meta),
    });
    return entry?.op === 'SET' ? (cloneJson(entry.value) as T) : undefined;
  }

  async #draft(key: string, subject: string, fn: (current: unknown) => unknown, meta: EntryMeta | undefined) {
    for (;;) {
      const { view } = this;
      const place = view.index.get(key);
      const { stateSeq } = view;
      const expected = view.tailOf(key, subject);
      const current = await this.#valueAt(key, place);
      // Read on the way: what is compared must be as old as what was read.
      if (view !== this.view || place !== view.index.get(key) || expected !== view.tailOf(key, subject)) continue;
      const next = fn(cloneJson(current));
      if (next === undefined && place === undefined) return undefined;
      const json = next === undefined ? undefined : encodeJson(next, 'value');
      const payload = this.#encode({ op: json === undefined ? 'DELETE' : 'SET', key, json, meta }, stateSeq);
      return { payload, expected };
    }
  }

  /** @throws LogError `LOG_TOO_LARGE` */
  #encode(write: EncodedWrite, base?: number): Buffer {
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
      // Gone since: a newer one is there by now.
      if (this.view.index.get(key)?.seq === seq) throw this.#lostValue(key, seq);
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

  #lostValue(key: string, seq: number): LogError {
    const { names } = this.context;
    return new LogError(
      'LOG_CORRUPT',
      `Message ${seq} of ${names.stream} is gone, which holds ${JSON.stringify(key)}.`,
      {
        file: names.stream,
        key,
        hint: 'Somebody removed it by other means than this store.',
      },
    );
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

  /** Messages in the stream, by the servers. */
  async messages(): Promise<number> {
    await this.context.link.ask(`Looking at ${this.context.names.stream}`, () => this.lastSeq());
    return this.info?.state.messages ?? 0;
  }

  note(info: StreamInfo): void {
    this.info = info;
    this.entriesSince = 0;
    this.bytesSince = 0;
  }

  stats(): LogStats {
    return statsOf(this);
  }

  get troubles(): string[] {
    const { names } = this.context;
    const trouble = this.#watch?.trouble;
    if (trouble !== undefined) return [trouble];
    return this.#feed?.isLive ? [] : [`The view of ${names.log} gets no news from the servers.`];
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#maintenance;
    await this.queue.finish();
    this.#watch?.stop();
    await this.#feed?.stop();
  }

  assertOpen(): void {
    if (!this.#closing) return;
    throw new LogError('LOG_CLOSED', `The log ${this.context.names.log} is closed.`, {
      file: this.context.names.log,
      hint: 'The application is shutting down; write before onApplicationShutdown.',
    });
  }
}
