/** Sends the entries of one log to a replica, in order, as they come; where the replica fails, from where it stands. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LogEntry } from './log/index.js';
import type { LogReplica, ReplicationLag } from './replica.js';

/** Entries on their way at once. */
const WINDOW = 512;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** What a shipper asks of the log. */
export interface ShippedLog {
  name: string;
  /** The entries from a seq on, those in backups and archives first, then those that come, until the signal or the log ends them. */
  follow(fromSeq: number, signal: AbortSignal): AsyncIterable<LogEntry>;
  newestSeq(): number;
  /** Gives every entry a seq: those of the reference bot have none before. */
  compact(): Promise<unknown>;
}

/** Entries that wait, and when the first of them came. */
interface Waiting {
  upTo: number;
  since: number;
}

export class LogShipper {
  #shippedSeq: number | undefined;
  #error: string | undefined;
  /** Those that came first. As long as nobody answers, all that is here may be lacking there. */
  #waiting: Waiting | undefined;
  /** Those that came when the former were waiting already: a log that is written to all the time has always some. */
  #later: Waiting | undefined;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;

  /** @param onTrouble told of the first failure after a success */
  constructor(
    private readonly log: ShippedLog,
    private readonly replica: LogReplica,
    private readonly onTrouble: (message: string) => void,
  ) {
    this.touch();
    this.#ended = this.#run();
  }

  /** Something new is durable here. */
  touch(): void {
    const upTo = this.log.newestSeq();
    if (this.#waiting === undefined) this.#waiting = { upTo, since: performance.now() };
    else this.#later = { upTo, since: this.#later?.since ?? performance.now() };
  }

  lag(): ReplicationLag {
    const entries = Math.max(0, this.log.newestSeq() - (this.#shippedSeq ?? 0));
    const ms = entries > 0 && this.#waiting !== undefined ? performance.now() - this.#waiting.since : 0;
    return { log: this.log.name, shippedSeq: this.#shippedSeq, entries, ms, error: this.#error };
  }

  /** Resolves once nothing is sent any more. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      try {
        await this.replica.open();
        await this.#ship(() => {
          pauseMs = FIRST_PAUSE_MS;
        });
      } catch (error) {
        this.#fail(error);
        await delay(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  async #ship(onProgress: () => void): Promise<void> {
    this.#shipped(await this.replica.position(this.log.name));
    // What waits for the next entry must hear that one before it was refused.
    const broken = new AbortController();
    const stop = () => broken.abort();
    const { signal } = this.#stopping;
    signal.addEventListener('abort', stop);
    const underWay = new UnderWay((seq) => {
      this.#shipped(seq);
      onProgress();
    }, stop);
    try {
      await this.#sendAll(underWay, broken.signal);
      await underWay.empty();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #sendAll(underWay: UnderWay, signal: AbortSignal): Promise<void> {
    let sentSeq = this.#shippedSeq ?? 0;
    for await (const entry of this.log.follow(sentSeq + 1, signal)) {
      if (signal.aborted) return;
      if (entry.seq === undefined) {
        await this.log.compact();
        return;
      }
      // A CHECKPOINT of what is there already.
      if (entry.seq <= sentSeq) continue;
      await underWay.room();
      sentSeq = entry.seq;
      underWay.add(sentSeq, this.replica.send(this.log.name, entry));
    }
  }

  #shipped(seq: number): void {
    const isThere = seq >= this.log.newestSeq();
    // Being reached is no success yet where an entry is refused each time.
    if (isThere || seq > (this.#shippedSeq ?? seq)) this.#error = undefined;
    this.#shippedSeq = seq;
    while (this.#waiting !== undefined && seq >= this.#waiting.upTo) {
      this.#waiting = this.#later;
      this.#later = undefined;
    }
    if (!isThere && this.#waiting === undefined) this.touch();
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#stopping.signal.aborted) return;
    if (this.#error === undefined) this.onTrouble(message);
    this.#error = message;
  }
}

/** Entries that are being sent, acknowledged in their order. */
class UnderWay {
  #count = 0;
  #isBroken = false;
  #all: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(
    private readonly acknowledged: (seq: number) => void,
    private readonly failed: () => void,
  ) {}

  add(seq: number, sent: Promise<void>): void {
    this.#count += 1;
    this.#all = Promise.all([this.#all, sent]).then(() => {
      this.#count -= 1;
      this.acknowledged(seq);
      this.#wake?.();
    });
    this.#all.catch(() => {
      this.#isBroken = true;
      this.failed();
      this.#wake?.();
    });
  }

  /** Resolves when another may be sent, or when one was refused: then nothing is sent any more. */
  async room(): Promise<void> {
    while (this.#count >= WINDOW && !this.#isBroken) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** @throws what refused one of them */
  async empty(): Promise<void> {
    await this.#all;
  }
}
