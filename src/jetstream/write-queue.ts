/**
 * Writes of one log on their way to the servers. Each is a compare-and-set on the newest seq of its subject, so neither a
 * sending again nor a message that was stuck somewhere can overtake a later write of its key, and carries an id, so it
 * counts once. It has happened once this process's own view shows it; the acknowledgement alone only stops the sending.
 */
import { createInbox, headers, type Msg, nuid } from '@nats-io/transport-node';
import { type LogEntry, LogError } from '../storage/log/index.js';
import type { Link } from './link.js';
import { PendingWrite, type WriteOrder } from './pending-write.js';
import type { Applied } from './view.js';
import { refusalOf, timeoutOf, wrongSeqOf } from './write-errors.js';
import { WriteSchedule } from './write-schedule.js';

const TICK_MS = 100;
/** For an acknowledgement; longer with each attempt. */
const ACK_MS = 1000;
const LONGEST_ACK_MS = 2000;
const NO_LEADER_MS = 150;
/** An acknowledged write that the view does not show for so long has the view begin anew. */
const UNSEEN_MS = 2000;
/** The same has the view ask for what is new by itself. */
const LATE_MS = 300;
/** What a message takes beside its payload. */
export const HEADER_BYTES = 256;

/** What the queue knows of the view, and asks of it. */
export interface ViewOfWrites {
  readonly seq: number;
  tailOf(key: string | undefined, subject: string): number;
  noteTail(key: string | undefined, subject: string, seq: number): void;
  /** Calls back once the view has seen this seq. */
  whenSeen(seq: number, then: () => void): void;
  /** The newest seq of a subject, by the servers. */
  askTail(subject: string): Promise<number>;
  /** What the servers have already is wanted at once. */
  hurry(): void;
  beginAnew(): void;
}

/** What was written together, as far as this process can tell. */
export interface WrittenBatch {
  entries: number;
  bytes: number;
  durationMs: number;
}

export class WriteQueue {
  readonly #all = new Set<PendingWrite>();
  readonly #inFlight = new Map<string, PendingWrite>();
  readonly #schedule: WriteSchedule;
  readonly #inbox = createInbox();
  readonly #idPrefix = `${nuid.next()}.`;
  readonly #unsubscribe: () => void;
  #ids = 0;
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: (() => void) | undefined;
  #batch: WrittenBatch | undefined;
  appends = 0;
  batches = 0;
  bytesWritten = 0;
  /** Why the newest write found no room; undefined once one does. */
  diskFull: string | undefined;

  constructor(
    private readonly link: Link,
    private readonly log: string,
    private readonly view: ViewOfWrites,
    private readonly maxPendingBytes: number,
    private readonly onBatch: (batch: WrittenBatch) => void,
  ) {
    this.#schedule = new WriteSchedule(
      (write) => this.#attempt(write),
      () => this.#inFlight.size < link.options.maxInFlight,
    );
    const subscription = link.connection.subscribe(`${this.#inbox}.*.*`, {
      callback: (error, message) => {
        if (!error) this.#answered(message);
      },
    });
    const forget = link.onReconnect(() => this.#sendAgain());
    this.#unsubscribe = () => {
      subscription.unsubscribe();
      forget();
    };
  }

  get pending(): number {
    return this.#all.size;
  }

  /** @throws LogError `LOG_OVERLOADED` */
  enqueue(order: WriteOrder): Promise<LogEntry | undefined> {
    if (this.#all.size > 0 && this.#pendingBytes + order.bytes > this.maxPendingBytes) {
      throw new LogError(
        'LOG_OVERLOADED',
        `${this.#pendingBytes} bytes already wait to be written to ${this.log}; this write was not accepted.`,
        { file: this.log, hint: 'Await each write, or some thousands at a time.' },
      );
    }
    const write = new PendingWrite(order, Date.now() + this.link.options.writeTimeoutMs);
    this.#all.add(write);
    this.#pendingBytes += order.bytes;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    this.#schedule.add(write);
    return write.outcome;
  }

  /** What the view has just seen; settles the write that it was, if it was one of ours. */
  seen(msgId: string, seq: number, applied: Applied): void {
    const write = this.#inFlight.get(msgId);
    if (!write) return;
    if (applied.kind === 'entry') this.#succeed(write, applied.entry);
    else if (applied.kind === 'mark') {
      write.resolve(applied.entry);
      this.#settle(write);
    } else {
      // Void: somebody came between. The servers know its id by now, so it needs another.
      this.#inFlight.delete(msgId);
      write.msgId = undefined;
      write.ackedSeq = 0;
      this.view.noteTail(write.order.key, write.order.subject, seq);
      this.#attempt(write);
    }
  }

  /** Resolves when nothing is on its way any more. */
  async finish(): Promise<void> {
    if (this.#all.size > 0) await new Promise<void>((resolve) => (this.#closing = resolve));
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#tellBatch();
  }

  /** Drafts a write as things are now, and sends it. */
  #attempt(write: PendingWrite): void {
    if (write.isSettled) return;
    write.isResting = true;
    write.lostAt = 0;
    try {
      const draft = write.order.draft();
      if (draft instanceof Promise)
        draft.then((drafted) => this.#send(write, drafted)).catch((error) => this.#fail(write, error));
      else this.#send(write, draft);
    } catch (error) {
      this.#fail(write, error);
    }
  }

  #send(write: PendingWrite, draft: Awaited<ReturnType<WriteOrder['draft']>>): void {
    if (write.isSettled) return;
    if (!draft) {
      this.#settle(write);
      write.resolve(undefined);
      return;
    }
    const { key, subject } = write.order;
    write.payload = draft.payload;
    write.expected = draft.expected ?? this.view.tailOf(key, subject);
    if (write.msgId === undefined) {
      this.#ids += 1;
      write.msgId = this.#idPrefix + this.#ids;
      this.#inFlight.set(write.msgId, write);
    }
    write.isResting = false;
    this.#transmit(write);
  }

  #transmit(write: PendingWrite): void {
    const { payload, msgId } = write;
    if (!this.link.isConnected || payload === undefined || msgId === undefined) return;
    const sent = headers();
    sent.set('Nats-Msg-Id', msgId);
    sent.set('Nats-Expected-Last-Subject-Sequence', String(write.expected));
    write.attempts += 1;
    write.sentAt = Date.now();
    write.firstSentAt ||= write.sentAt;
    write.retryAt = write.sentAt + Math.min(ACK_MS * 2 ** (write.attempts - 1), LONGEST_ACK_MS);
    try {
      this.link.connection.publish(write.order.subject, payload, { headers: sent, reply: `${this.#inbox}.${msgId}` });
    } catch (error) {
      write.trouble = (error as Error).message;
    }
  }

  #answered(message: Msg): void {
    const write = this.#inFlight.get(message.subject.slice(this.#inbox.length + 1));
    if (!write || write.isSettled || write.isResting) return;
    if (message.data.length === 0) {
      write.trouble = 'no server leads the log';
      write.retryAt = Date.now() + NO_LEADER_MS;
      return;
    }
    const answer = message.json<{ seq?: number; error?: { err_code: number; description: string } }>();
    if (!answer.error) {
      write.ackedSeq = answer.seq ?? 0;
      write.sentAt = Date.now();
      return;
    }
    const wrongSeq = wrongSeqOf(answer.error);
    if (wrongSeq !== undefined) this.#lost(write, wrongSeq);
    else {
      write.trouble = answer.error.description;
      const refusal = refusalOf(answer.error, this.log, this.link.servers);
      if (refusal?.code === 'LOG_DISK_FULL') this.diskFull = refusal.message;
      if (refusal) this.#fail(write, refusal);
      else write.retryAt = Date.now() + NO_LEADER_MS;
    }
  }

  /** Another writer was first, or this very write had come through and the servers forgot its id: the view will tell. */
  #lost(write: PendingWrite, actual: number | 'unknown'): void {
    write.isResting = true;
    write.lostAt = Date.now();
    if (actual === 'unknown') {
      this.view.askTail(write.order.subject).then(
        (seq) => this.#lost(write, seq),
        (error) => this.#fail(write, error),
      );
    } else {
      this.view.whenSeen(actual, () => {
        if (write.isSettled || write.lostAt === 0) return;
        // A newer one may have been seen meanwhile; the hint counts where the view knows no better.
        if (this.view.tailOf(write.order.key, write.order.subject) === write.expected) {
          this.view.noteTail(write.order.key, write.order.subject, actual);
        }
        this.#attempt(write);
      });
    }
  }

  #sendAgain(): void {
    for (const write of this.#inFlight.values()) if (!write.isResting && write.ackedSeq === 0) this.#transmit(write);
  }

  #tick(): void {
    const now = Date.now();
    for (const write of this.#all) {
      if (write.deadline > now) break;
      this.#fail(write, timeoutOf(write, this.log, this.link));
    }
    for (const write of this.#inFlight.values()) {
      if (write.isResting) {
        // What it waits for may have been deleted: the servers say again what they compare with.
        if (write.lostAt > 0 && now - write.lostAt > UNSEEN_MS) this.#attempt(write);
        else if (write.lostAt > 0 && now - write.lostAt > LATE_MS) this.view.hurry();
      } else if (write.ackedSeq > 0) {
        if (now - write.sentAt > LATE_MS) this.view.hurry();
        if (now - write.sentAt > UNSEEN_MS) {
          write.sentAt = now;
          this.view.beginAnew();
        }
      } else if (now >= write.retryAt) this.#transmit(write);
    }
    if (this.#all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #succeed(write: PendingWrite, entry: LogEntry): void {
    const bytes = (write.payload?.length ?? 0) + write.order.subject.length + HEADER_BYTES;
    this.diskFull = undefined;
    this.appends += 1;
    this.bytesWritten += bytes;
    if (!this.#batch) {
      this.#batch = { entries: 0, bytes: 0, durationMs: 0 };
      setImmediate(() => this.#tellBatch());
    }
    this.#batch.entries += 1;
    this.#batch.bytes += bytes;
    this.#batch.durationMs = Math.max(this.#batch.durationMs, Date.now() - write.firstSentAt);
    // Resolved before those behind it start: whoever wrote it hears of it first.
    write.resolve(entry);
    this.#settle(write);
  }

  #fail(write: PendingWrite, error: unknown): void {
    if (write.isSettled) return;
    write.reject(error);
    this.#settle(write);
  }

  #settle(write: PendingWrite): void {
    write.isSettled = true;
    if (write.msgId !== undefined) this.#inFlight.delete(write.msgId);
    this.#all.delete(write);
    this.#pendingBytes -= write.order.bytes;
    this.#schedule.done(write);
    if (this.#all.size === 0) this.#closing?.();
  }

  #tellBatch(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    this.batches += 1;
    this.onBatch(batch);
  }
}
