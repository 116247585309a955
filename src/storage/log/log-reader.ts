/** Streams the entries of a log file, oldest first, in constant memory, verifying each line's checksum on the way. */
import { extendCrc } from './crc.js';
import type { LogEntry } from './entry.js';
import { LogError, toLogError } from './errors.js';
import { cutShort } from './exact-read.js';
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

/**
 * The lines of `file` up to `size` bytes, where one must end. Blank lines are given, empty.
 * @throws LogError `LOG_CORRUPT` where the last line has no newline
 */
export async function* readLines(file: OpenFile, size: number): AsyncGenerator<Line> {
  let buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let filled = 0;
  let position = 0;
  let line = 0;
  while (position + filled < size) {
    if (filled === buffer.length) {
      const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
      buffer.copy(larger, 0, 0, filled);
      buffer = larger;
    }
    const wanted = Math.min(buffer.length - filled, size - position - filled);
    const read = await file.read(buffer, filled, wanted, position + filled).catch((error) => {
      throw toLogError(error, 'reading', file.path);
    });
    if (read === 0) throw cutShort(file.path, position + filled);
    let searched = filled;
    filled += read;
    let start = 0;
    for (;;) {
      const end = buffer.subarray(0, filled).indexOf(NEWLINE, searched);
      if (end < 0) break;
      line += 1;
      yield { bytes: buffer.subarray(start, end), offset: position + start, line };
      start = end + 1;
      searched = start;
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
    position += start;
  }
  if (filled > 0) throw corrupt(file.path, position, line + 1, 'it does not end');
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
export async function* readEntries(file: OpenFile, size: number, fromSeq = 0): AsyncGenerator<ReadEntry> {
  let chain = 0;
  let seq = 0;
  for await (const { bytes, offset, line } of readLines(file, size)) {
    const matches = (crcAt: number, crc: number) => extendCrc(chain, bytes.subarray(0, crcAt)) === crc;
    const tail = readTail(bytes, 0, bytes.length) ?? findTail(bytes, 0, bytes.length, matches);
    if (tail && !matches(tail.crcAt, tail.crc)) throw corrupt(file.path, offset, line, 'its checksum does not match');
    if (tail && tail.seq < fromSeq) {
      seq = tail.seq;
    } else if (bytes.length > 0) {
      for (const entry of decode(file.path, bytes, offset, line)) {
        // A checksum that stands at no place where it verifies is as damaged as one that does not.
        if (!tail && entry.crc !== undefined) throw corrupt(file.path, offset, line, 'its checksum does not match');
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
    throw new LogError(
      'LOG_TOO_LARGE',
      `Line ${line} of ${path} is too large to be one value (${bytes.length} bytes).`,
      {
        file: path,
        offset,
        line,
        cause,
        hint: 'Read its keys one by one.',
      },
    );
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

function corrupt(file: string, offset: number, line: number, why: string): LogError {
  return new LogError('LOG_CORRUPT', `${file}:${line} (line ${line}, byte ${offset}) is damaged: ${why}.`, {
    file,
    offset,
    line,
  });
}
