/** What one process knows of a log: for each live key the place of its newest value, and the newest values themselves. */
import { type LogEntry, ValueCache } from '../storage/log/index.js';
import { type Delivered, decodeMessage, entryOf, type Message, Precedence } from './message.js';
import type { LogNames } from './names.js';

/** Where the newest value of a key lies. */
export interface Place {
  /** Of the message that holds it: one about this key, or a whole state. */
  seq: number;
  /** Of the newest message about this key alone, as far as known: what a server compares a write with. */
  subjectSeq: number;
  bytes: number;
}

/** What became of a message: an entry, a mark, nothing since it was void, or nothing since it is none. */
export type Applied = { kind: 'entry' | 'mark'; entry: LogEntry } | { kind: 'void' } | { kind: 'foreign' };

/** Hints of what a server compares with, for keys without a value. They may be forgotten: the server says what is right. */
const MOST_TAILS = 50_000;

export class View {
  /** Seq of the newest message that was seen. */
  seq = 0;
  timeMs = 0;
  liveBytes = 0;
  readonly index = new Map<string, Place>();
  readonly cache: ValueCache;
  /** Seq of the newest whole state. */
  stateSeq = 0;
  readonly #precedence = new Precedence();
  /** Those that count for nothing; every message from the seq on has been judged. */
  #judged = { fromSeq: 0, voids: new Set<number>() };
  #tails = new Map<string, number>();

  constructor(
    private readonly names: LogNames,
    cacheBytes: number,
  ) {
    this.cache = new ValueCache(cacheBytes);
  }

  /** Which messages from a seq on count for nothing; undefined where this view has not judged all of them. */
  voidsFrom(fromSeq: number): ReadonlySet<number> | undefined {
    const { fromSeq: judgedFromSeq, voids } = this.#judged;
    if (judgedFromSeq === 0 || fromSeq < judgedFromSeq) return undefined;
    return new Set([...voids].filter((seq) => seq >= fromSeq));
  }

  /** When the newest whole state or mark was written. */
  boundaryMs = 0;

  /** Its seq. */
  get boundarySeq(): number {
    return this.#precedence.boundarySeq;
  }

  apply(delivered: Delivered): Applied {
    const { seq, timeMs, subject, payload } = delivered;
    this.seq = seq;
    if (this.#judged.fromSeq === 0) this.#judged.fromSeq = seq;
    // Clocks of servers differ: time never goes back in a log.
    this.timeMs = Math.max(this.timeMs, timeMs);
    const message = decodeMessage(payload);
    if (!message) return { kind: 'foreign' };
    const entry = entryOf(message, seq, this.timeMs);
    const isVoid = this.#precedence.isVoid(message, delivered);
    if (message.key === undefined) {
      this.boundaryMs = timeMs;
      // So many are not remembered for ever; what is before is judged again where somebody asks.
      this.#judged = { fromSeq: seq, voids: new Set() };
    }
    if (isVoid) this.#judged.voids.add(seq);
    if (message.op === 'MARK') {
      this.#tails.set(this.names.state, seq);
      return { kind: 'mark', entry };
    }
    if (message.key === undefined) this.#replace(message.data ?? {}, seq, payload.length);
    else if (isVoid) {
      this.noteTail(message.key, subject, seq);
      return { kind: 'void' };
    } else this.#set(message as Message & { key: string }, subject, seq, payload.length);
    return { kind: 'entry', entry };
  }

  /** What the server should have as the newest seq of a subject. */
  tailOf(key: string | undefined, subject: string): number {
    const place = key === undefined ? undefined : this.index.get(key);
    return place?.subjectSeq || (this.#tails.get(subject) ?? 0);
  }

  noteTail(key: string | undefined, subject: string, seq: number): void {
    const place = key === undefined ? undefined : this.index.get(key);
    if (place) {
      place.subjectSeq = seq;
      this.#tails.delete(subject);
    } else {
      if (this.#tails.size >= MOST_TAILS) this.#tails.clear();
      this.#tails.set(subject, seq);
    }
  }

  #set({ key, op, value }: Message & { key: string }, subject: string, seq: number, bytes: number): void {
    const place = this.index.get(key);
    if (op === 'DELETE') {
      if (place) this.liveBytes -= place.bytes;
      this.index.delete(key);
      this.cache.delete(key);
      this.noteTail(key, subject, seq);
      return;
    }
    this.liveBytes += bytes - (place?.bytes ?? 0);
    if (place) {
      place.seq = seq;
      place.subjectSeq = seq;
      place.bytes = bytes;
    } else {
      this.index.set(key, { seq, subjectSeq: seq, bytes });
      this.#tails.delete(subject);
    }
    this.cache.set(key, value, bytes);
  }

  #replace(data: Record<string, unknown>, seq: number, bytes: number): void {
    const keys = Object.keys(data);
    for (const [key, { subjectSeq }] of this.index) {
      if (subjectSeq > 0 && this.#tails.size < MOST_TAILS) this.#tails.set(this.names.key(key), subjectSeq);
    }
    this.index.clear();
    this.cache.clear();
    this.stateSeq = seq;
    const share = Math.ceil(bytes / Math.max(1, keys.length));
    for (const key of keys) {
      this.index.set(key, { seq, subjectSeq: 0, bytes: share });
      this.cache.set(key, data[key], share);
    }
    this.liveBytes = keys.length > 0 ? bytes : 0;
    this.#tails.set(this.names.state, seq);
  }
}
