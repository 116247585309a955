/**
 * The view of a log, kept up with its stream. Of what the servers remove it has to have seen that it was there, or else a
 * key would live on whose tombstone nobody shows any more. So where seqs are missing between two messages, and where
 * something was removed while the stream was read for the first time, it is read anew.
 */
import type { StreamInfo } from '@nats-io/jetstream';
import type { LogEntry } from '../storage/log/index.js';
import { Feed, type FeedTarget } from './feed.js';
import { pause } from './link.js';
import { type Delivered, decodeMessage } from './message.js';
import type { LogContext } from './stream-making.js';
import { type Applied, View } from './view.js';
import { HEADER_BYTES, type ViewOfWrites } from './write-queue.js';

/** Between two looks at whether the view has caught up. */
const CATCH_UP_MS = 20;

/** Told of what the view has taken, once it has. */
export interface Onlooker {
  seen(message: Delivered, applied: Applied): void;
  /** A key went away while nobody looked. */
  missed(entry: LogEntry): void;
}

export class LiveView implements FeedTarget, ViewOfWrites {
  view: View;
  /** The stream as it was told last, and what has come since. */
  info: StreamInfo;
  entriesSince = 0;
  bytesSince = 0;
  isReady = false;
  /** Takes the place of the view once it has caught up. */
  #successor: View | undefined;
  #missed: { message: Delivered; applied: Applied }[] = [];
  #waiting: { seq: number; then: () => void }[] = [];
  /** Messages that were gone when the reading began. */
  #goneBefore: number;
  #readings = 0;
  #feed: Feed | undefined;
  #ready: () => void = () => undefined;

  /** @param info of the stream, as it is before this reads it */
  constructor(
    private readonly context: LogContext,
    private readonly onlooker: Onlooker,
    info: StreamInfo,
  ) {
    this.info = info;
    this.#goneBefore = goneFrom(info);
    this.view = this.#begin();
  }

  /** Resolves when the view shows what the stream held a moment ago. @throws LogError `LOG_IO` */
  async follow(): Promise<void> {
    const { link, names } = this.context;
    const ready = new Promise<void>((resolve) => {
      this.#ready = resolve;
    });
    this.#feed = new Feed(link, names.stream, this);
    const late = setTimeout(() => this.#ready(), link.options.connectTimeoutMs);
    await ready;
    clearTimeout(late);
    if (this.isReady) return;
    await this.#feed.stop();
    throw link.failure(`Reading ${names.stream} for the first time`, new Error('it took too long'));
  }

  /** Whether messages arrive, or heartbeats that say that there are none. */
  get isLive(): boolean {
    return this.#feed?.isLive ?? false;
  }

  async stop(): Promise<void> {
    await this.#feed?.stop();
  }

  /** Resolves once the view shows what the stream holds now. @throws LogError `LOG_IO` */
  async catchUp(): Promise<void> {
    const { link, names } = this.context;
    for (const deadline = Date.now() + link.options.writeTimeoutMs; ; await pause(CATCH_UP_MS)) {
      // Asked again each time: the message may have been deleted meanwhile.
      if (this.view.seq >= (await this.askTail(names.subjects))) return;
      if (Date.now() > deadline) throw link.failure(`Following ${names.stream}`, new Error('the view is behind'));
    }
  }

  note(info: StreamInfo): void {
    this.info = info;
    this.entriesSince = 0;
    this.bytesSince = 0;
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

  get isSettled(): boolean {
    return this.isReady && this.#successor === undefined;
  }

  async lastSeq(failures = Number.POSITIVE_INFINITY): Promise<number> {
    const { link, names } = this.context;
    const { streams } = link.managerAfter(failures);
    this.note(await streams.info(names.stream));
    const reading = this.#successor ?? this.view;
    if (reading.seq === 0) reading.seq = await this.#beforeNewestState(failures);
    // Not the stream's last seq: that message may have been deleted.
    return (await streams.getMessage(names.stream, { last_by_subj: names.subjects }))?.seq ?? 0;
  }

  /**
   * Nothing before a whole state decides what is behind it: it replaces every value, and is a boundary of what is judged.
   * A mark names the newest one before it; where that has gone since, nothing that stood before it is left to be told.
   */
  async #beforeNewestState(failures: number): Promise<number> {
    const { link, names } = this.context;
    const { streams } = link.managerAfter(failures);
    const newest = await streams.getMessage(names.stream, { last_by_subj: names.state });
    const message = newest && decodeMessage(newest.data);
    const stateSeq = message?.op === 'MARK' ? message.state : message && newest?.seq;
    return Math.max(1, stateSeq ?? 1) - 1;
  }

  take(message: Delivered): void {
    const target = this.#successor ?? this.view;
    if (message.seq <= target.seq) return;
    if (this.isReady && !this.#successor && message.seq > target.seq + 1) {
      this.context.logger.warn(`Messages of ${this.context.names.log} were removed unseen; it is read anew.`);
      this.#readAnew();
      return;
    }
    const applied = target.apply(message);
    if (message.seq > this.info.state.last_seq) {
      this.entriesSince += 1;
      this.bytesSince += message.payload.length + message.subject.length + HEADER_BYTES / 4;
    }
    if (this.#successor) {
      if (message.seq > this.view.seq) this.#missed.push({ message, applied });
    } else this.#tell(message, applied);
  }

  caughtUp(): void {
    if (!this.isReady || this.#successor) void this.#confirm(this.#readings);
  }

  /** What was removed while this read cannot be told from what never was. */
  async #confirm(reading: number): Promise<void> {
    const { link, names } = this.context;
    try {
      const info = await link.ask(`Looking at ${names.stream}`, () => link.manager.streams.info(names.stream));
      if (reading !== this.#readings) return;
      const gone = goneFrom(info);
      if (gone === this.#goneBefore) this.#succeed();
      else {
        this.#goneBefore = gone;
        this.#readAnew();
      }
    } catch {
      if (reading === this.#readings) this.#feed?.restart();
    }
  }

  #readAnew(): void {
    this.#readings += 1;
    this.#missed = [];
    if (this.isReady) this.#successor = this.#begin();
    else this.view = this.#begin();
    this.#feed?.restart();
  }

  #begin(): View {
    return new View(this.context.names, this.context.cacheBytes);
  }

  #succeed(): void {
    const successor = this.#successor;
    if (successor) {
      const former = this.view;
      const missed = this.#missed;
      this.#successor = undefined;
      this.#missed = [];
      this.view = successor;
      const timestamp = new Date(successor.timeMs).toISOString();
      for (const key of former.index.keys()) {
        if (!successor.index.has(key)) this.onlooker.missed({ timestamp, op: 'DELETE', key, seq: former.seq });
      }
      for (const { message, applied } of missed) this.#tell(message, applied);
      this.#wake();
    }
    this.isReady = true;
    this.#ready();
  }

  #tell(message: Delivered, applied: Applied): void {
    this.onlooker.seen(message, applied);
    if (this.#waiting.length > 0) this.#wake();
  }

  #wake(): void {
    const due = this.#waiting.filter(({ seq }) => seq <= this.view.seq);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ seq }) => seq > this.view.seq);
    for (const { then } of due) then();
  }
}

/** How many messages a stream has lost so far. */
export function goneFrom({ state }: StreamInfo): number {
  return state.last_seq - state.messages;
}
