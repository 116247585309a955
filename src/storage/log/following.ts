/**
 * New entries of a log that another process writes. The file is looked at now and then: what stands behind the last
 * known line counts once it is a whole line whose checksum chains to it, so neither a batch under way nor space written
 * ahead is ever taken for an entry. When a compaction puts another file in its place, the reading goes on there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { extendCrc } from './crc.js';
import type { LogEntry } from './entry.js';
import { LogError, systemCode } from './errors.js';
import { type FileSystem, NodeFileSystem, type OpenFile } from './file-system.js';
import { findTail, NEWLINE, parseLine, readTail } from './format.js';
import { assertLogName, backupsIn, LogPaths } from './log-name.js';
import { readEntries } from './log-reader.js';

/** @publicApi */
export interface FollowOptions {
  /** First seq wanted, inclusive. @default 1 */
  fromSeq?: number;
  /** Ends the following. */
  signal?: AbortSignal;
  /** Milliseconds between two looks at the file. @default 200 */
  pollMs?: number;
  disk?: FileSystem;
}

const PIECE_BYTES = 256 * 1024;
/** A line that is there and does not verify is a write under way, unless it stays so for this long. */
const PATIENCE_MS = 5000;

/**
 * Entries from `fromSeq` on, each once, in the order of their seqs; waits for more until `signal` says otherwise.
 * @throws LogError `LOG_CORRUPT` where a line does not come to be whole
 * @publicApi
 */
export async function* followLog(
  dataDir: string,
  log: string,
  { fromSeq = 1, signal, pollMs = 200, disk = new NodeFileSystem() }: FollowOptions = {},
): AsyncGenerator<LogEntry> {
  assertLogName(log);
  const paths = new LogPaths(dataDir, log);
  let last = fromSeq - 1;
  let followed: FollowedFile | undefined;
  try {
    while (!signal?.aborted) {
      followed ??= await FollowedFile.open(disk, paths.log);
      // Looked at before the reading: behind a swap the old file grows no more, and is read to its end.
      const stays = (await followed?.file.isNamed?.(paths.log)) ?? true;
      for await (const entry of followed?.entries(last) ?? []) {
        if (entry.op === 'CHECKPOINT') {
          for await (const missed of missedEntries(disk, paths, last + 1)) {
            last = missed.seq ?? last;
            yield missed;
          }
        }
        if ((entry.seq ?? 0) <= last) continue;
        last = entry.seq ?? last;
        yield entry;
      }
      if (!stays || (await followed?.wasCut())) {
        await followed?.file.close();
        followed = undefined;
      } else {
        await delay(pollMs, undefined, signal && { signal }).catch(() => undefined);
      }
    }
  } finally {
    await followed?.file.close();
  }
}

/** What was folded away while nobody looked. */
async function* missedEntries(disk: FileSystem, paths: LogPaths, fromSeq: number): AsyncGenerator<LogEntry> {
  let next = fromSeq;
  for (const { unixMs } of backupsIn(await disk.list(paths.directory), paths.name)) {
    const file = await openIfThere(disk, paths.backup(unixMs));
    if (!file) continue;
    try {
      for await (const { entry, seq } of readEntries(file, await file.size(), next)) {
        if (entry.seq === undefined || (entry.op === 'CHECKPOINT' && seq < next)) continue;
        next = seq + 1;
        yield entry;
      }
    } finally {
      await file.close();
    }
  }
}

class FollowedFile {
  /** Behind the last whole line, the CRC-32 of everything before, its line number and seq. */
  #at = 0;
  #chain = 0;
  #line = 0;
  #seq = 0;
  /** Since when a line stands there that does not verify. */
  #doubtSince = 0;

  private constructor(readonly file: OpenFile) {}

  static async open(disk: FileSystem, path: string): Promise<FollowedFile | undefined> {
    const file = await openIfThere(disk, path);
    return file && new FollowedFile(file);
  }

  /** Shorter than what was read of it: the write behind was taken back. */
  async wasCut(): Promise<boolean> {
    return (await this.file.size()) < this.#at;
  }

  /** @param after entries up to this seq are verified and not decoded */
  async *entries(after: number): AsyncGenerator<LogEntry> {
    const size = await this.file.size();
    let buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    let filled = 0;
    while (this.#at + filled < size) {
      if (filled === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const wanted = Math.min(buffer.length - filled, size - this.#at - filled);
      const read = await this.file.read(buffer, filled, wanted, this.#at + filled);
      if (read === 0) return;
      filled += read;
      let start = 0;
      for (;;) {
        // Blank lines count with the line behind them: they may be space for it.
        const from = firstOfLine(buffer, start, filled);
        const end = buffer.subarray(0, filled).indexOf(NEWLINE, from);
        if (from === filled || end < 0) break;
        if (!this.#accepts(buffer, start, from, end)) return;
        start = end + 1;
        if (this.#seq <= after) continue;
        const entry = parseLine(buffer.toString('utf8', from, end));
        if (entry) yield { ...entry, seq: this.#seq };
      }
      buffer.copyWithin(0, start, filled);
      filled -= start;
    }
  }

  /** A line from `from` to its newline, blank ones from `start` before it. */
  #accepts(buffer: Buffer, start: number, from: number, end: number): boolean {
    const matches = (crcAt: number, crc: number) => extendCrc(this.#chain, buffer.subarray(start, crcAt)) === crc;
    const tail = readTail(buffer, from, end) ?? findTail(buffer, from, end, matches);
    if (tail ? !matches(tail.crcAt, tail.crc) : !isOlderLine(buffer.toString('utf8', from, end))) {
      this.#doubt(from - start);
      return false;
    }
    this.#doubtSince = 0;
    this.#chain = extendCrc(this.#chain, buffer.subarray(start, end + 1));
    this.#at += end + 1 - start;
    this.#line += from - start + 1;
    this.#seq = tail?.seq ?? this.#seq + 1;
    return true;
  }

  #doubt(blank: number): void {
    this.#doubtSince ||= performance.now();
    if (performance.now() - this.#doubtSince < PATIENCE_MS) return;
    const { path } = this.file;
    const [line, offset] = [this.#line + blank + 1, this.#at + blank];
    throw new LogError('LOG_CORRUPT', `${path}:${line} (line ${line}, byte ${offset}) is damaged.`, {
      file: path,
      offset,
      line,
      hint: 'Run `append-log verify` on the directory.',
    });
  }
}

/** A line of the reference bot, which has no checksum; one of a line that has, and does not verify, is none. */
function isOlderLine(text: string): boolean {
  const entry = parseLine(text);
  return entry !== undefined && entry.crc === undefined;
}

function firstOfLine(buffer: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && buffer[at] === NEWLINE) at += 1;
  return at;
}

async function openIfThere(disk: FileSystem, path: string): Promise<OpenFile | undefined> {
  try {
    return await disk.open(path, 'read');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
