/**
 * Appends with group commit: whatever is waiting when the disk is free goes out in one write and one fsync, and each
 * promise resolves once its own bytes are durable. One batch is under way at a time.
 */
import { chainAfter, extendCrc } from './crc.js';
import { isDiskFull, LogError, toLogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import { AFTER_CRC, endLine, lineUpToCrc, NEWLINE } from './format.js';
import type { FsyncMode, ResolvedLogOptions } from './options.js';
import type { PendingAppend } from './pending-append.js';

/** What is told of entries on their way. */
export interface Appended {
  /** A batch has become as durable as the mode says; before the promises of its entries resolve. */
  committed(batch: readonly PendingAppend[], bytes: Buffer): void;
  /** Entries will never be written. */
  dropped(entries: readonly PendingAppend[]): void;
}

/** Where a log ends: the next line begins at `offset`, behind bytes whose CRC-32 is `chain`. */
export interface LogEnd {
  offset: number;
  chain: number;
  seq: number;
  timestamp: string | undefined;
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
const SMALLEST_BUFFER = 64 * 1024;
/** A buffer that one huge value needed is not kept. */
const LARGEST_KEPT_BUFFER = 8 * 1024 * 1024;
const RELAXED_FSYNC_MS = 1000;

export class GroupCommitWriter {
  readonly counters: WriterCounters = { appends: 0, batches: 0, fsyncs: 0, bytesWritten: 0 };
  #queue: PendingAppend[] = [];
  /** The batch under way. */
  #batch: PendingAppend[] = [];
  #buffer = Buffer.allocUnsafeSlow(SMALLEST_BUFFER);
  #running: Promise<void> | undefined;
  #held = false;
  #poison: LogError | undefined;
  #lastMs = 0;
  #lastTimestamp = '';
  #relaxedTimer: NodeJS.Timeout | undefined;
  #relaxedSync: Promise<void> = Promise.resolve();
  #readying: Promise<void> | undefined;
  readonly #fsync: FsyncMode;
  /** Newlines written behind a batch for those that follow, and the file offset up to which they stand. */
  readonly #spaceAheadBytes: number;
  #filledTo: number;

  /**
   * @param end where the file's last whole line ends; kept up to date
   * @param prepare what must succeed before the first write; tried again by the next one
   */
  constructor(
    private file: OpenFile,
    readonly end: LogEnd,
    { fsync, spaceAheadBytes }: Pick<ResolvedLogOptions, 'fsync' | 'spaceAheadBytes'>,
    private readonly appended: Appended,
    private prepare?: () => Promise<void>,
  ) {
    this.#fsync = fsync;
    // Without an fsync for each batch there is nothing to be gained.
    this.#spaceAheadBytes = fsync === 'always' ? spaceAheadBytes : 0;
    this.#filledTo = end.offset;
    if (end.timestamp !== undefined) this.#rememberTime(end.timestamp);
  }

  get poisoned(): LogError | undefined {
    return this.#poison;
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

  /** @throws LogError `LOG_POISONED` */
  enqueue(entry: PendingAppend): void {
    if (this.#poison) throw this.#poison;
    this.#queue.push(entry);
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
    await this.#trim();
  }

  release(): void {
    this.#held = false;
    if (this.#queue.length > 0 && !this.#running) this.#start();
  }

  /** While held: goes on in the file that compaction wrote. */
  moveTo(file: OpenFile, end: { offset: number; chain: number }): void {
    this.file = file;
    this.end.offset = end.offset;
    this.end.chain = end.chain;
    this.#filledTo = end.offset;
  }

  /** From now on nothing is acknowledged: what is on the disk can no longer be told. */
  poison(why: string, cause: unknown): LogError {
    this.#poison ??= poisoned(this.file.path, why, cause);
    this.#reject(this.#poison);
    return this.#poison;
  }

  /** Makes everything durable that was acknowledged in a relaxed mode, and stops the timer. */
  async finish(): Promise<void> {
    await this.drain();
    clearTimeout(this.#relaxedTimer);
    this.#relaxedTimer = undefined;
    await this.#relaxedSync;
    if (this.#poison) return;
    // Newlines that could not be taken away are no harm: whoever reads skips them.
    await this.#trim().catch(() => undefined);
    await this.#sync();
    if (this.#poison) throw this.#poison;
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
        this.#reject(toLogError(error, 'writing to', this.file.path));
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
      characters += (queue[count] as PendingAppend).change.body.length;
      if (characters > BATCH_CHARACTERS && count > 0) break;
    }
    if (count < queue.length) return queue.splice(0, count);
    this.#queue = [];
    return queue;
  }

  async #writeBatch(batch: PendingAppend[]): Promise<void> {
    this.#batch = batch;
    try {
      const { length, chain } = this.#encode(batch);
      if (!(await this.#write(length))) return;
      if (this.#fsync === 'always') await this.#sync();
      else if (this.#fsync === 'everysec') this.#syncSoon();
      if (this.#poison) return await this.#refuse(this.#poison);
      this.#commit(length, chain);
    } catch (error) {
      this.#reject(error);
    } finally {
      if (this.#buffer.length > LARGEST_KEPT_BUFFER) this.#buffer = Buffer.allocUnsafeSlow(SMALLEST_BUFFER);
    }
  }

  #encode(batch: readonly PendingAppend[]): { length: number; chain: number } {
    const timestamp = this.#now();
    let { chain, seq, offset } = this.end;
    let at = 0;
    for (const entry of batch) {
      seq += 1;
      const text = lineUpToCrc(timestamp, entry.change.body, seq);
      this.#reserve(at, text.length * 3 + AFTER_CRC);
      const crcAt = at + this.#buffer.write(text, at);
      const crc = extendCrc(chain, this.#buffer.subarray(at, crcAt));
      endLine(this.#buffer, crcAt, crc);
      entry.timestamp = timestamp;
      entry.seq = seq;
      entry.crc = crc;
      entry.start = at;
      entry.crcAt = crcAt;
      entry.offset = offset;
      chain = chainAfter(crc);
      offset += crcAt + AFTER_CRC - at;
      at = crcAt + AFTER_CRC;
    }
    return { length: at, chain };
  }

  #reserve(used: number, needed: number): void {
    if (used + needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, used + needed));
    this.#buffer.copy(larger, 0, 0, used);
    this.#buffer = larger;
  }

  /** False where nothing was written and the log goes on as before. */
  async #write(length: number): Promise<boolean> {
    try {
      await this.#writeLines(length);
      return true;
    } catch (error) {
      try {
        // What a short write left would be read as a torn tail, or worse, be glued to the next line.
        await this.#cut();
        // Refused is refused, also after a power cut that comes before the next fsync.
        if (this.#fsync !== 'never') await this.file.sync();
      } catch (cause) {
        this.#poison = poisoned(this.file.path, 'a failed write could not be undone', cause);
      }
      this.#reject(this.#poison ?? toLogError(error, 'writing to', this.file.path));
      return false;
    }
  }

  /** An fsync that need not grow the file costs the disk a fraction, so space is written ahead now and then. */
  async #writeLines(length: number): Promise<void> {
    const { offset } = this.end;
    const space = offset + length > this.#filledTo ? this.#spaceAheadBytes : 0;
    if (space > 0) {
      this.#reserve(length, space);
      this.#buffer.fill(NEWLINE, length, length + space);
      try {
        await this.file.write(this.#buffer, 0, length + space, offset);
        this.counters.bytesWritten += space;
        this.#filledTo = offset + length + space;
        return;
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        // There may be room for the lines alone.
        await this.#cut();
      }
    }
    await this.file.write(this.#buffer, 0, length, offset);
  }

  /** Nothing stands behind the end of the log. */
  async #cut(): Promise<void> {
    await this.file.truncate(this.end.offset);
    this.#filledTo = this.end.offset;
  }

  /** Takes away the space that was written ahead. */
  async #trim(): Promise<void> {
    if (this.#filledTo > this.end.offset) await this.#cut();
  }

  async #sync(): Promise<void> {
    try {
      await this.file.sync();
      this.counters.fsyncs += 1;
    } catch (cause) {
      // The kernel may have dropped the pages and will report success next time: nothing after this can be trusted.
      this.#poison = poisoned(this.file.path, 'an fsync failed', cause);
    }
  }

  /** What was refused shall not be found by those who open the log next, as far as that can be helped. */
  async #refuse(poison: LogError): Promise<void> {
    await this.#cut().catch(() => undefined);
    this.#reject(poison);
  }

  #syncSoon(): void {
    this.#relaxedTimer ??= setTimeout(() => {
      this.#relaxedTimer = undefined;
      if (this.#held) this.#syncSoon();
      else this.#relaxedSync = this.#sync().then(() => (this.#poison ? this.#reject(this.#poison) : undefined));
    }, RELAXED_FSYNC_MS).unref();
  }

  #commit(length: number, chain: number): void {
    const batch = this.#batch;
    const last = batch[batch.length - 1] as PendingAppend;
    this.end.offset += length;
    this.end.chain = chain;
    this.end.seq = last.seq;
    this.end.timestamp = last.timestamp;
    this.counters.appends += batch.length;
    this.counters.batches += 1;
    this.counters.bytesWritten += length;
    this.#batch = [];
    try {
      this.appended.committed(batch, this.#buffer);
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
    this.appended.dropped(entries);
    for (const entry of entries) entry.reject(error);
  }

  /** ISO time, never earlier than the entry before. */
  #now(): string {
    const now = Date.now();
    if (now > this.#lastMs) {
      this.#lastMs = now;
      this.#lastTimestamp = new Date(now).toISOString();
    }
    return this.#lastTimestamp;
  }

  #rememberTime(timestamp: string): void {
    const ms = Date.parse(timestamp);
    if (Number.isNaN(ms)) return;
    this.#lastMs = ms;
    this.#lastTimestamp = new Date(ms).toISOString();
  }
}

function poisoned(file: string, why: string, cause: unknown): LogError {
  return new LogError('LOG_POISONED', `Nothing more is acknowledged in ${file}: ${why}.`, {
    file,
    cause,
    hint: 'Check the disk, then restart: opening verifies what is there.',
  });
}
