/** One log in files: index, cache, writer and main file around the bytes that recovery found. */

import type { LogEnd } from './batch-encoder.js';
import { type EncodedChange, encodeChange, entryOf } from './change.js';
import type { EntryMeta, LogEntry } from './entry.js';
import { LogError } from './errors.js';
import { decodeAt, readExactlySync } from './exact-read.js';
import { firstTimestampOf } from './first-timestamp.js';
import { SET_KEY_AT } from './format.js';
import { StateScanner } from './json-scan.js';
import { cloneJson } from './json-value.js';
import type { KeyIndex } from './key-index.js';
import { leaveIndex, leaveSeal } from './leaving.js';
import { type LogContext, SharedFile } from './log-context.js';
import type { LogStats, RecoveryReport } from './log-engine.js';
import { type LogSnapshot, MainFile } from './main-file.js';
import { MemberProof } from './member-proof.js';
import { memberWindows } from './members.js';
import { PendingAppend } from './pending-append.js';
import { PendingValues } from './pending-values.js';
import { type RecoveredLog, recoverLog } from './recovery.js';
import { PageSummer, type StatePages } from './state-pages.js';
import { ValueCache } from './value-cache.js';
import { Verification, verifyFile } from './verification.js';
import { type Appended, GroupCommitWriter, type Written } from './writer.js';

const SCRATCH_BYTES = 64 * 1024;
/** `,"seq":` before the number and `,"crc":"` behind it. */
const SEQ_TO_CRC_BYTES = 15;

/** Those who are told of what became durable. */
export interface Audience {
  /** Whether anybody listens to entries: only then they are made. */
  hearsEntries(): boolean;
  entry(entry: LogEntry): void;
  batch(entries: number, written: Written): void;
}

export class FileLog {
  readonly end: LogEnd;
  readonly writer: GroupCommitWriter;
  readonly report: RecoveryReport;
  readonly mainFile: MainFile;
  readonly index: KeyIndex;
  shared: SharedFile;
  /** Entries in the active log, and how many of its bytes are the CHECKPOINT at its head. */
  entries: number;
  checkpointBytes: number;
  firstSeq: number;
  /** Checksums of the newest whole state in the log. */
  statePages: StatePages | undefined;
  /** Up to here older lines stand, which have no checksums; -1 where there are none. */
  unprovenEnd: number;
  readonly #cache: ValueCache;
  /** While there are updates. */
  #pending: PendingValues | undefined;
  /** Whole new states under way, and the settling of all of them. */
  #pendingReplacements = 0;
  #replacement: Promise<unknown> = Promise.resolve();
  #maintenance: Promise<unknown> = Promise.resolve();
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #closing = false;
  /** Lines in the active log, and the first byte of the newest entry. */
  lines: number;
  lastEntryAt: number;
  readonly #verification = new Verification();
  /** Bytes were found that are not what they were: the next opening shall read all of them. */
  #isDamaged = false;

  static async open(context: LogContext, audience: Audience): Promise<FileLog> {
    const began = performance.now();
    const recovered = await recoverLog(context);
    const { scan, events } = recovered;
    for (const { message } of events) context.logger.warn(message);
    const report: RecoveryReport = {
      log: context.paths.name,
      clean: events.length === 0,
      events,
      entries: scan.engineLines + scan.olderLines,
      bytes: scan.end,
      durationMs: performance.now() - began,
    };
    const log = new FileLog(context, recovered, report, audience);
    if (recovered.isIndexed) log.#verification.start((pause) => log.#verify(pause));
    return log;
  }

  private constructor(
    readonly context: LogContext,
    recovered: RecoveredLog,
    report: RecoveryReport,
    private readonly audience: Audience,
  ) {
    const { scan } = recovered;
    this.report = report;
    this.index = recovered.index;
    this.shared = new SharedFile(recovered.file);
    this.entries = scan.engineLines + scan.olderLines;
    this.checkpointBytes = scan.checkpointBytes;
    this.firstSeq = scan.firstSeq;
    this.statePages = scan.statePages;
    this.unprovenEnd = scan.unprovenEnd;
    this.lines = scan.lines;
    this.lastEntryAt = scan.lastEntryAt;
    this.end = { offset: scan.end, chain: scan.chain, seq: scan.lastSeq, timestamp: scan.lastTimestamp };
    this.#cache = new ValueCache(context.options.cacheBytes);
    const appended = {
      committed: (...committed: Parameters<Appended['committed']>) => this.#committed(...committed),
      dropped: (entries: readonly PendingAppend[]) => this.#dropped(entries),
    };
    this.writer = new GroupCommitWriter(recovered.file, this.end, context.options, appended, recovered.mend);
    this.mainFile = new MainFile(
      context,
      () => this.end.seq,
      () => this.#snapshot(),
      (task) => this.exclusively(task),
      (error) => this.noteDamage(error),
    );
    this.mainFile.proof = recovered.main;
    if (recovered.main) this.mainFile.seq = scan.lastSeq;
    else if (scan.lastSeq > 0) this.mainFile.touch();
  }

  /** Accepted in the order of the calls; resolves once durable. */
  append(change: EncodedChange): Promise<LogEntry> {
    this.assertOpen();
    const refusal = this.writer.refusalOf(change);
    if (refusal) return Promise.reject(refusal);
    const durable = new Promise<LogEntry>((resolve, reject) => {
      this.writer.enqueue(new PendingAppend(change, resolve, reject));
    });
    if (change.key !== undefined) this.#pending?.add(change.key, change.json);
    else {
      this.#pendingReplacements += 1;
      this.#replacement = Promise.allSettled([this.#replacement, durable]).then(() => undefined);
    }
    return durable;
  }

  async update<T>(
    key: string,
    fn: (current: T | undefined) => T | undefined,
    meta?: EntryMeta,
  ): Promise<T | undefined> {
    this.assertOpen();
    // A whole new state is under way: what this key will be in it is known once it is there.
    while (this.#pendingReplacements > 0) await this.#replacement;
    this.assertOpen();
    // From here to `append` nothing waits, so no other write comes between.
    this.#pending ??= new PendingValues(this.writer.pendingEntries());
    const pending = this.#pending.get(key);
    const stored = pending ? parsed<T>(pending.json) : (this.#read(key) as T | undefined);
    const next = fn(stored);
    if (next === undefined) {
      // A deletion under way is not yet true: one behind it resolves, or fails, with it.
      if (stored !== undefined || pending) await this.append(encodeChange({ op: 'DELETE', key }, meta));
      return undefined;
    }
    await this.append(encodeChange({ op: 'SET', key, value: next }, meta));
    return next;
  }

  get<T>(key: string): T | undefined {
    const cached = this.#cache.get(key);
    // What was just decoded and is not kept is the caller's own already.
    if (cached === undefined && this.context.options.cacheBytes === 0) return this.#read(key) as T | undefined;
    const value = (cached === undefined ? this.#read(key, true) : cached) as T | undefined;
    try {
      return cloneJson(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // Nested deeper than the stack, by another program: decoded anew for each caller.
      this.#cache.delete(key);
      return this.#read(key) as T | undefined;
    }
  }

  has(key: string): boolean {
    this.index.hashText(key);
    return this.index.find() >= 0;
  }

  /** The state of one moment, decoded piece by piece; writes that follow do not show. */
  async *entriesNow(): AsyncGenerator<[string, unknown]> {
    const { shared, places, proof } = this.#snapshot();
    try {
      for await (const window of memberWindows(shared.file, places, { each: proof })) {
        for (const member of window.members) {
          const { key, value } = decodeAt(shared.file, window.bytes(member), places.offsetOf(member));
          yield [key, value];
        }
      }
    } catch (error) {
      this.noteDamage(error);
      throw error;
    } finally {
      await shared.release();
    }
  }

  /** Runs one task at a time, of those that read a moment's places over a long while. */
  exclusively<R>(task: () => Promise<R>): Promise<R> {
    const result = this.#maintenance.then(task);
    this.#maintenance = result.catch(() => undefined);
    return result;
  }

  stats(): LogStats {
    const { counters } = this.writer;
    return {
      log: this.context.paths.name,
      keys: this.index.size,
      entries: this.entries,
      seq: this.end.seq,
      firstSeq: this.firstSeq,
      sizeBytes: this.end.offset,
      checkpointBytes: this.checkpointBytes,
      entriesSinceCheckpoint: this.entries - (this.checkpointBytes > 0 ? 1 : 0),
      liveBytes: this.index.liveBytes,
      ...counters,
      pending: this.writer.pending,
      cacheHits: this.#cache.hits,
      cacheMisses: this.#cache.misses,
      cacheBytes: this.#cache.bytes,
      firstTimestamp: firstTimestampOf(this.shared.file, this.entries, this.checkpointBytes),
      lastTimestamp: this.end.timestamp,
      poisoned: this.writer.poisoned?.message,
      diskFull: this.writer.diskFull,
      mainFileSeq: this.mainFile.seq,
      mainFileStaleMs: this.mainFile.staleMs,
      mainFileError: this.mainFile.error,
    };
  }

  /** Writes out what is under way, the main file and the seal. The first failure is thrown, after everything is closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.mainFile.stop();
    try {
      await this.#verification.stop();
      await this.#maintenance;
      await this.writer.finish();
      if (this.writer.poisoned || this.end.seq === 0) return;
      await this.mainFile.write();
      await leaveSeal(this);
      if (!this.#isDamaged) await leaveIndex(this);
    } finally {
      await this.shared.release();
    }
  }

  /** Behind an opening that did not: reads what was believed. */
  async #verify(pause: () => Promise<boolean>): Promise<void> {
    const { context, shared } = this;
    const { offset: size, chain } = this.end;
    shared.hold();
    try {
      await verifyFile(shared.file, { size, chain }, pause);
      if (await pause()) await this.mainFile.verify();
    } catch (error) {
      this.noteDamage(error);
      context.logger.error((error as Error).message);
    } finally {
      await shared.release();
    }
  }

  /** What is read of this log is damaged: it shall be read as a whole, and healed, when it is opened next. */
  noteDamage(error: unknown): void {
    if (this.#isDamaged || !(error instanceof LogError) || error.code !== 'LOG_CORRUPT') return;
    this.#isDamaged = true;
    const { disk, paths } = this.context;
    void disk.remove(paths.index).catch(() => undefined);
  }

  assertOpen(): void {
    if (!this.#closing) return;
    throw new LogError('LOG_CLOSED', `${this.context.paths.log} is closed.`, {
      file: this.context.paths.log,
      hint: 'The application is shutting down; write before onApplicationShutdown.',
    });
  }

  #committed(batch: readonly PendingAppend[], bytes: Buffer, written: Written): void {
    if (this.entries === 0) this.firstSeq = batch[0]?.seq ?? 0;
    this.entries += batch.length;
    this.lines += batch.length;
    this.lastEntryAt = batch.at(-1)?.offset ?? 0;
    for (const entry of batch) {
      const { key, op } = entry.change;
      if (key !== undefined) {
        this.#cache.delete(key);
        this.#pending?.settle(key);
        this.#indexKey(entry, bytes, key, op === 'SET');
      } else {
        this.#cache.clear();
        this.#pendingReplacements -= 1;
        this.#indexState(entry, bytes);
      }
    }
    if (this.writer.pending === 0) this.#pending = undefined;
    this.mainFile.touch();
    const { audience } = this;
    if (audience.hearsEntries()) for (const entry of batch) audience.entry(entryOf(entry.change, entry));
    audience.batch(batch.length, written);
  }

  #indexKey(line: PendingAppend, bytes: Buffer, key: string, set: boolean): void {
    const { index } = this;
    if (!set) {
      index.hashText(key);
      index.delete();
      return;
    }
    index.hashKey(bytes, line.start + SET_KEY_AT);
    const beforeSeq = line.crcAt - SEQ_TO_CRC_BYTES - String(line.seq).length;
    index.set(line.offset + SET_KEY_AT, beforeSeq - line.start - SET_KEY_AT);
  }

  #indexState(line: PendingAppend, bytes: Buffer): void {
    const { index } = this;
    index.clear();
    const pages = new PageSummer(line.offset);
    pages.push(bytes.subarray(line.start, line.crcAt));
    this.statePages = pages.finish();
    const scanner = new StateScanner(line.offset, 'data', (key, at, offset, length) => {
      index.hashKey(key, at);
      index.set(offset, length);
    });
    scanner.push(bytes, line.start, line.crcAt);
  }

  #dropped(entries: readonly PendingAppend[]): void {
    // All that was under way failed together.
    this.#pending = undefined;
    for (const { change } of entries) if (change.key === undefined) this.#pendingReplacements -= 1;
  }

  /** The durable value from the disk, the caller's own. */
  #read(key: string, keep = false): unknown {
    try {
      return this.#readProven(key, keep);
    } catch (error) {
      this.noteDamage(error);
      throw error;
    }
  }

  #readProven(key: string, keep: boolean): unknown {
    this.index.hashText(key);
    const id = this.index.find();
    if (id < 0) return undefined;
    const { file } = this.shared;
    const offset = this.index.offsetOf(id);
    const length = this.index.lengthOf(id);
    const proof = this.#proof();
    const stretch = { from: offset, to: offset + length };
    const { from, to } = proof.around(stretch);
    if (to - from > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(to - from);
    // A page-cached read takes 2–3 µs this way, and ten times as long by any asynchronous call.
    readExactlySync(file, this.#scratch, to - from, from);
    const read = { file, bytes: this.#scratch.subarray(0, to - from), from };
    proof.assertPages(read, stretch);
    proof.assertLine(read, offset, length, key);
    // Two keys may share a hash: the key written here must be the one asked for.
    const member = decodeAt(file, read.bytes.subarray(offset - from, offset - from + length), offset, key);
    if (this.#scratch.length > SCRATCH_BYTES * 64) this.#scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    if (keep) this.#cache.set(key, member.value, length);
    return member.value;
  }

  #proof(): MemberProof {
    return new MemberProof(this.end.offset, this.unprovenEnd, this.statePages);
  }

  #snapshot(): LogSnapshot {
    return {
      shared: this.shared.hold(),
      places: this.index.snapshot(),
      proof: this.#proof(),
      seq: this.end.seq,
      liveBytes: this.index.liveBytes,
    };
  }
}

function parsed<T>(json: string | undefined): T | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as T);
}
