import type { ServerResponse } from 'node:http';
import {
  type BeforeApplicationShutdown,
  Injectable,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { AppendLogService, type LogEntry } from '../../storage/index.js';
import { ENTRIES_MAX } from './entry-window.js';
import { type KeyHistory, keyHistory } from './key-history.js';
import { type EntryChoice, isChosen, type ShownEntry, shownEntry } from './shown-entry.js';

/** Readings of whole logs at a time, and how many more may wait: each takes a share of the writer's processor. */
const AT_ONCE = 2;
const WAITING_MAX = 20;
/** Of more bytes than these the newest entries are not looked for, since checksums are read from the beginning. */
const NEWEST_BYTES_MAX = 8 * 1024 * 1024;
/** After so many entries the event loop gets a turn. */
const ENTRIES_A_TURN = 500;

/** The newest entries, as far as they could be found at little cost. @internal */
export interface NewestEntries {
  /** The newest first. */
  entries: ShownEntry[];
  /** Logs that are too large to look for them. */
  passedOver: string[];
}

/** Reads logs from their files for somebody who waits; a few at a time, and only as long as the other side is there. */
@Injectable()
export class DashboardReading implements BeforeApplicationShutdown {
  /** Of every reading that somebody waits for. */
  readonly #readers = new Set<AbortController>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(private readonly logs: AppendLogService) {}

  beforeApplicationShutdown(): void {
    for (const reader of this.#readers) reader.abort();
    for (const start of this.#waiting.splice(0)) start();
  }

  /** @throws NotFoundException for a log that is not open: looking at one must not make it */
  assertOpen(log: unknown): asserts log is string {
    if (typeof log !== 'string' || !this.logs.logNames().includes(log))
      throw new NotFoundException('There is no such log.');
  }

  /** Runs a reading when its turn comes; its signal tells when nobody waits any more. */
  async run<R>(response: ServerResponse, read: (signal: AbortSignal) => Promise<R>): Promise<R> {
    if (this.#waiting.length >= WAITING_MAX) throw new ServiceUnavailableException('Too many readings are waiting.');
    const reader = new AbortController();
    const onClose = () => reader.abort();
    response.once('close', onClose);
    this.#readers.add(reader);
    while (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      return await read(reader.signal);
    } finally {
      this.#running -= 1;
      this.#readers.delete(reader);
      response.removeListener('close', onClose);
      this.#waiting.shift()?.();
    }
  }

  async newest(choice: EntryChoice, signal: AbortSignal): Promise<NewestEntries> {
    const names = this.logs.logNames().filter((log) => choice.log === undefined || choice.log === log);
    const stats = names.map((log) => this.logs.stats(log)).sort((a, b) => newerFirst(a.lastTimestamp, b.lastTimestamp));
    const found: ShownEntry[] = [];
    const passedOver: string[] = [];
    let bytes = 0;
    for (const { log, seq, sizeBytes } of stats) {
      if (bytes + sizeBytes > NEWEST_BYTES_MAX) {
        passedOver.push(log);
        continue;
      }
      bytes += sizeBytes;
      found.push(...(await this.#newestOf(log, seq, choice, signal)));
    }
    found.sort((a, b) => newerFirst(a.at, b.at) || (b.seq ?? 0) - (a.seq ?? 0));
    return { entries: found.slice(0, ENTRIES_MAX), passedOver };
  }

  history(log: string, key: string, signal: AbortSignal): Promise<KeyHistory> {
    return keyHistory(log, key, this.paced(this.logs.streamLogEntries(log, { key, backups: true }), signal));
  }

  /** @throws NotFoundException where it is kept in no file any more */
  async entry(log: string, seq: number, signal: AbortSignal): Promise<LogEntry> {
    const backups = seq < this.logs.stats(log).firstSeq;
    for await (const entry of this.paced(this.logs.streamLogEntries(log, { fromSeq: seq, backups }), signal)) {
      if (entry.seq === seq) return entry;
      if ((entry.seq ?? 0) > seq) break;
    }
    throw new NotFoundException('The entry has been compacted away.');
  }

  /** The same entries with pauses, so that a long reading does not hold up whoever writes; ends with the signal. */
  async *paced(entries: AsyncIterable<LogEntry>, signal: AbortSignal): AsyncGenerator<LogEntry> {
    let count = 0;
    for await (const entry of entries) {
      signal.throwIfAborted();
      yield entry;
      count += 1;
      if (count % ENTRIES_A_TURN === 0) await new Promise(setImmediate);
    }
  }

  async #newestOf(log: string, seq: number, choice: EntryChoice, signal: AbortSignal): Promise<ShownEntry[]> {
    // Where every entry is wanted, those before the newest need not be decoded.
    const isPlain = choice.key === undefined && choice.op === undefined;
    const fromSeq = isPlain ? Math.max(0, seq - ENTRIES_MAX + 1) : 0;
    let newest: LogEntry[] = [];
    for await (const entry of this.paced(this.logs.streamLogEntries(log, { fromSeq }), signal)) {
      if (entry.op === 'CHECKPOINT' || !isChosen(choice, log, entry)) continue;
      newest.push(entry);
      if (newest.length >= 2 * ENTRIES_MAX) newest = newest.slice(-ENTRIES_MAX);
    }
    return newest.slice(-ENTRIES_MAX).map((entry) => shownEntry(log, entry));
  }
}

function newerFirst(one = '', other = ''): number {
  return one < other ? 1 : one > other ? -1 : 0;
}
