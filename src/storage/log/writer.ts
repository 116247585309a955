/**
 * Appends with group commit: whatever is waiting when the disk is free goes out in one write and one fsync, and each
 * promise resolves once its own bytes are durable. One batch is under way at a time.
 */
import { BatchEncoder, type LogEnd } from './batch-encoder.js';
import type { EncodedChange } from './change.js';
import { isDiskFull, LogError, toLogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import { LogTail } from './log-tail.js';
import type { ResolvedLogOptions } from './options.js';
import type { PendingAppend } from './pending-append.js';

/** What is told of entries on their way. */
export interface Appended {
  /** A batch has become as durable as the mode says; before the promises of its entries resolve. */
  committed(batch: readonly PendingAppend[], bytes: Buffer, written: Written): void;
  /** Entries will never be written. */
  dropped(entries: readonly PendingAppend[]): void;
}

/** What writing a batch took. */
export interface Written {
  bytes: number;
  durationMs: number;
}

export interface WriterCounters {
  appends: number;
  batches: number;
  fsyncs: number;
  bytesWritten: number;
}

/** A batch stops taking entries beyond this many characters; a single larger entry makes a batch of its own. */
const BATCH_CHARACTERS = 1024 * 1024;
const BATCH_ENTRIES = 4096;
const RELAXED_FSYNC_MS = 1000;

export class GroupCommitWriter {
  #queue: PendingAppend[] = [];
  #queuedCharacters = 0;
  /** The batch under way. */
  #batch: PendingAppend[] = [];
  #running: Promise<void> | undefined;
  #held = false;
  #relaxedTimer: NodeJS.Timeout | undefined;
  #relaxedSync: Promise<void> = Promise.resolve();
  #readying: Promise<void> | undefined;
  /** The refusal of the newest write, where there was no room for it. */
  #diskFull: string | undefined;
  #appends = 0;
  #batches = 0;
  #lineBytes = 0;
  readonly #lines: BatchEncoder;
  readonly #tail: LogTail;

  /**
   * @param end where the file's last whole line ends; kept up to date
   * @param prepare what must succeed before the first write; tried again by the next one
   */
  constructor(
    file: OpenFile,
    readonly end: LogEnd,
    private readonly options: Pick<ResolvedLogOptions, 'fsync' | 'spaceAheadBytes' | 'maxPendingBytes'>,
    private readonly appended: Appended,
    private prepare?: () => Promise<void>,
  ) {
    this.#lines = new BatchEncoder(end.timestamp);
    this.#tail = new LogTail(file, end, options);
  }

  get counters(): WriterCounters {
    return {
      appends: this.#appends,
      batches: this.#batches,
      fsyncs: this.#tail.fsyncs,
      bytesWritten: this.#lineBytes + this.#tail.spaceBytes,
    };
  }

  get poisoned(): LogError | undefined {
    return this.#tail.poisoned;
  }

  get diskFull(): string | undefined {
    return this.#diskFull;
  }

  /** Entries accepted but not yet durable. */
  get pending(): number {
    return this.#queue.length + this.#batch.length;
  }

  /** Those entries, in the order in which they will stand in the log. */
  *pendingEntries(): Iterable<PendingAppend> {
    yield* this.#batch;
    yield* this.#queue;
  }

  /** Why an entry is not accepted now. Where nothing waits there is room, however large it is. */
  refusalOf({ body }: EncodedChange): LogError | undefined {
    if (this.poisoned) return this.poisoned;
    const { maxPendingBytes } = this.options;
    if (this.#queue.length === 0 || this.#queuedCharacters + body.length <= maxPendingBytes) return undefined;
    const file = this.#tail.path;
    return new LogError(
      'LOG_OVERLOADED',
      `\`maxPendingBytes\` is reached for ${file}, with ${this.pending} writes waiting.`,
      {
        file,
        hint: 'Writes come faster than the disk takes them: await them, at least some thousands at a time.',
      },
    );
  }

  /** What was not refused. */
  enqueue(entry: PendingAppend): void {
    this.#queue.push(entry);
    this.#queuedCharacters += entry.change.body.length;
    if (!this.#running && !this.#held) this.#start();
  }

  /** Resolves once the file can be appended to. */
  async ready(): Promise<void> {
    if (!this.prepare) return;
    this.#readying ??= this.prepare().finally(() => {
      this.#readying = undefined;
    });
    await this.#readying;
    this.prepare = undefined;
  }

  /** Resolves when nothing is waiting or under way; rejects never, failures reach those who wait. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Keeps new batches back and waits for the one under way. Appends are accepted meanwhile. */
  async hold(): Promise<void> {
    this.#held = true;
    await this.#running;
    // An fsync of the old file must not outlive it.
    await this.#relaxedSync;
    await this.#tail.trim();
  }

  release(): void {
    this.#held = false;
    if (this.#queue.length > 0 && !this.#running) this.#start();
  }

  /** While held: goes on in the file that compaction wrote. */
  moveTo(file: OpenFile, end: { offset: number; chain: number }): void {
    this.end.offset = end.offset;
    this.end.chain = end.chain;
    this.#tail.moveTo(file);
  }

  /** From now on nothing is acknowledged: what is on the disk can no longer be told. */
  poison(why: string, cause: unknown): LogError {
    const poison = this.#tail.poison(why, cause);
    this.#reject(poison);
    return poison;
  }

  /** Makes everything durable that was acknowledged in a relaxed mode, and stops the timer. */
  async finish(): Promise<void> {
    await this.drain();
    clearTimeout(this.#relaxedTimer);
    this.#relaxedTimer = undefined;
    await this.#relaxedSync;
    if (this.poisoned) return;
    // Newlines that could not be taken away are no harm: whoever reads skips them.
    await this.#tail.trim().catch(() => undefined);
    await this.#tail.sync();
    if (this.poisoned) throw this.poisoned;
  }

  #start(): void {
    // A microtask later, so that appends made side by side share the first batch too.
    this.#running = Promise.resolve()
      .then(() => this.#run())
      .finally(() => {
        this.#running = undefined;
        if (this.#queue.length > 0 && !this.#held) this.#start();
      });
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#held) {
      try {
        await this.ready();
      } catch (error) {
        if (isDiskFull(error)) this.#diskFull = (error as Error).message;
        this.#reject(toLogError(error, 'writing to', this.#tail.path));
        return;
      }
      await this.#writeBatch(this.#takeBatch());
    }
  }

  #takeBatch(): PendingAppend[] {
    const queue = this.#queue;
    let characters = 0;
    let count = 0;
    for (; count < queue.length && count < BATCH_ENTRIES; count += 1) {
      const { length } = (queue[count] as PendingAppend).change.body;
      if (characters + length > BATCH_CHARACTERS && count > 0) break;
      characters += length;
    }
    this.#queuedCharacters -= characters;
    if (count < queue.length) return queue.splice(0, count);
    this.#queue = [];
    return queue;
  }

  async #writeBatch(batch: PendingAppend[]): Promise<void> {
    this.#batch = batch;
    try {
      const { length, chain } = this.#lines.encode(batch, this.end);
      const began = performance.now();
      await this.#tail.write(this.#lines, length);
      const durationMs = performance.now() - began;
      if (this.options.fsync === 'everysec') this.#syncSoon();
      this.#commit({ bytes: length, durationMs }, chain);
    } catch (error) {
      if (isDiskFull(error)) this.#diskFull = (error as Error).message;
      this.#reject(error);
    } finally {
      this.#lines.release();
    }
  }

  #syncSoon(): void {
    this.#relaxedTimer ??= setTimeout(() => {
      this.#relaxedTimer = undefined;
      if (this.#held) this.#syncSoon();
      else this.#relaxedSync = this.#tail.sync().then(() => (this.poisoned ? this.#reject(this.poisoned) : undefined));
    }, RELAXED_FSYNC_MS).unref();
  }

  #commit(written: Written, chain: number): void {
    const length = written.bytes;
    const batch = this.#batch;
    const last = batch[batch.length - 1] as PendingAppend;
    this.end.offset += length;
    this.end.chain = chain;
    this.end.seq = last.seq;
    this.end.timestamp = last.timestamp;
    this.#appends += batch.length;
    this.#batches += 1;
    this.#lineBytes += length;
    this.#batch = [];
    this.#diskFull = undefined;
    try {
      this.appended.committed(batch, this.#lines.bytes, written);
    } catch (error) {
      this.#batch = batch;
      throw error;
    }
    for (const entry of batch) entry.settle();
  }

  /** Entries behind a failed one may build on it (`update`), so they fail with it. */
  #reject(error: unknown): void {
    const entries = [...this.#batch, ...this.#queue];
    this.#batch = [];
    this.#queue = [];
    this.#queuedCharacters = 0;
    this.appended.dropped(entries);
    for (const entry of entries) entry.reject(error);
  }
}
