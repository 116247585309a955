/** Streams the entries of a log file, oldest first, in constant memory, verifying each line's checksum on the way. */
import { type ByteSource, DamagedGzip, sourceOf } from './byte-source.js';
import { extendCrc } from './crc.js';
import type { LogEntry } from './entry.js';
import { LogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import { findTail, NEWLINE, parseLine, readTail } from './format.js';

const PIECE_BYTES = 256 * 1024;

export interface Line {
  /** The line without its newline; valid until the next one is asked for. */
  bytes: Buffer;
  offset: number;
  /** From 1. */
  line: number;
}

/** Where reading begins, when it is not at the head of a log. */
export interface LineStart {
  offset: number;
  /** Lines before it, and the CRC-32 of all of them. */
  lines: number;
  chain: number;
}

const HEAD: LineStart = { offset: 0, lines: 0, chain: 0 };

/**
 * The lines of `file` up to `size` bytes, where one must end. Blank lines are given, empty.
 * @throws LogError `LOG_CORRUPT` where the last line has no newline
 */
export function readLines(file: OpenFile, size: number): AsyncGenerator<Line> {
  return linesOf(sourceOf(file, size));
}

/** As `readLines`, of whatever is read in order. */
export async function* linesOf(source: ByteSource, start: LineStart = HEAD): AsyncGenerator<Line> {
  let buffer: Buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let filled = 0;
  let position = start.offset;
  let line = start.lines;
  for (;;) {
    if (filled === buffer.length) buffer = larger(buffer, source.path, position, line + 1);
    const read = await source.read(buffer, filled, buffer.length - filled).catch((error) => {
      throw error instanceof DamagedGzip ? corrupt(source.path, position, line + 1, error.message) : error;
    });
    if (read === 0) break;
    let searched = filled;
    filled += read;
    let from = 0;
    for (;;) {
      const end = buffer.subarray(0, filled).indexOf(NEWLINE, searched);
      if (end < 0) break;
      line += 1;
      yield { bytes: buffer.subarray(from, end), offset: position + from, line };
      from = end + 1;
      searched = from;
    }
    buffer.copyWithin(0, from, filled);
    filled -= from;
    position += from;
  }
  if (filled > 0) throw corrupt(source.path, position, line + 1, 'it does not end');
}

function larger(buffer: Buffer, path: string, offset: number, line: number): Buffer {
  try {
    const twice = Buffer.allocUnsafeSlow(buffer.length * 2);
    buffer.copy(twice);
    return twice;
  } catch (cause) {
    throw tooLarge(path, offset, line, buffer.length, cause);
  }
}

export interface ReadEntry {
  entry: LogEntry;
  /** The entry's own seq, or its count where it is an older line without one. */
  seq: number;
  offset: number;
  line: number;
}

/**
 * @param fromSeq entries before it are verified but not decoded
 * @throws LogError `LOG_CORRUPT` with file, offset and line at the first line that is not whole
 */
export function readEntries(file: OpenFile, size: number, fromSeq = 0): AsyncGenerator<ReadEntry> {
  return entriesOf(sourceOf(file, size), fromSeq);
}

/** As `readEntries`, of whatever is read in order. */
export async function* entriesOf(source: ByteSource, fromSeq = 0, start: LineStart = HEAD): AsyncGenerator<ReadEntry> {
  const { path } = source;
  let { chain } = start;
  let seq = 0;
  for await (const { bytes, offset, line } of linesOf(source, start)) {
    const matches = (crcAt: number, crc: number) => extendCrc(chain, bytes.subarray(0, crcAt)) === crc;
    const tail = readTail(bytes, 0, bytes.length) ?? findTail(bytes, 0, bytes.length, matches);
    if (tail && !matches(tail.crcAt, tail.crc)) throw corrupt(path, offset, line, 'its checksum does not match');
    if (tail && tail.seq < fromSeq) {
      seq = tail.seq;
    } else if (bytes.length > 0) {
      for (const entry of decode(path, bytes, offset, line)) {
        // A checksum that stands at no place where it verifies is as damaged as one that does not.
        if (!tail && entry.crc !== undefined) throw corrupt(path, offset, line, 'its checksum does not match');
        seq = entry.seq ?? seq + 1;
        if (seq >= fromSeq) yield { entry, seq, offset, line };
      }
    }
    const [known, from] = tail ? [tail.crc, tail.crcAt] : [chain, 0];
    chain = extendCrc(extendCrc(known, bytes.subarray(from)), NEWLINE_BYTE);
  }
}

const NEWLINE_BYTE = Buffer.from([NEWLINE]);

function decode(path: string, bytes: Buffer, offset: number, line: number): LogEntry[] {
  let text: string;
  try {
    text = bytes.toString('utf8');
  } catch (cause) {
    throw tooLarge(path, offset, line, bytes.length, cause);
  }
  const entries = entriesIn(text);
  if (entries.length === 0) throw corrupt(path, offset, line, 'it is no entry');
  return entries;
}

/** One entry, or what the reference bot glued together: a torn line, perhaps a whole one, and the next behind it. */
export function entriesIn(text: string): LogEntry[] {
  const entry = parseLine(text);
  if (entry) return [entry];
  const at = text.lastIndexOf('{"timestamp":"');
  const behind = at > 0 ? parseLine(text.slice(at)) : undefined;
  if (!behind) return [];
  const before = entriesIn(text.slice(0, at));
  return [...(before.length > 0 ? before : entriesIn(text.slice(0, at - 1))), behind];
}

function tooLarge(file: string, offset: number, line: number, bytes: number, cause: unknown): LogError {
  return new LogError('LOG_TOO_LARGE', `Line ${line} of ${file} is too large to be one value (${bytes} bytes).`, {
    file,
    offset,
    line,
    cause,
    hint: 'Read its keys one by one.',
  });
}

export function corrupt(file: string, offset: number, line: number, why: string): LogError {
  return new LogError('LOG_CORRUPT', `${file}:${line} (line ${line}, byte ${offset}) is damaged: ${why}.`, {
    file,
    offset,
    line,
  });
}
