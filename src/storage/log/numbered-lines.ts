/**
 * The lines of a log file as an archive keeps them: each verified, each with seq and checksum. Older lines, which have
 * neither, get the seq that they count as.
 */
import type { ByteSource } from './byte-source.js';
import { extendCrc } from './crc.js';
import type { LogEntry } from './entry.js';
import { decodeText, findTail, isoTime, lineShape, NEWLINE, parseLine, readTail } from './format.js';
import { corrupt, entriesIn, type LineStart, linesOf } from './log-reader.js';

/** Where a timestamp stands in a line of the engine. */
const TIME_AT = '{"timestamp":"'.length;
const TIME_END = TIME_AT + 24;
const NO_DIGITS = '00000000';

export interface NumberedLine {
  /** Without a newline; valid until the next one is asked for. */
  bytes: Buffer;
  /** Index of the checksum's first digit in it. */
  crcAt: number;
  seq: number;
  /** ISO 8601 UTC. */
  timestamp: string;
  isState: boolean;
  /** Where the file's line begins, and the CRC-32 of every byte before it. */
  offset: number;
  chain: number;
}

/** @throws LogError `LOG_CORRUPT` with file, line and offset at the first line that is not whole */
export async function* numberedLines(source: ByteSource, start: LineStart): AsyncGenerator<NumberedLine> {
  let { chain } = start;
  let seq = 0;
  let timestamp = new Date(0).toISOString();
  for await (const { bytes, offset, line } of linesOf(source, start)) {
    const matches = (crcAt: number, crc: number) => extendCrc(chain, bytes.subarray(0, crcAt)) === crc;
    const tail = readTail(bytes, 0, bytes.length) ?? findTail(bytes, 0, bytes.length, matches);
    if (tail && !matches(tail.crcAt, tail.crc)) {
      throw corrupt(source.path, offset, line, 'its checksum does not match');
    }
    const place = { offset, chain };
    if (tail) {
      const shape = lineShape(bytes, 0);
      const entry = shape === 'other' ? parseLine(decodeText(bytes)) : undefined;
      const time = shape === 'other' ? isoTime(entry?.timestamp ?? '') : bytes.toString('latin1', TIME_AT, TIME_END);
      timestamp = time ?? timestamp;
      seq = tail.seq;
      const isState = shape === 'checkpoint' || entry?.op === 'CHECKPOINT';
      yield { bytes, crcAt: tail.crcAt, seq, timestamp, isState, ...place };
    } else if (bytes.length > 0) {
      const entries = entriesIn(decodeText(bytes));
      if (entries.length === 0 || entries.some(({ crc }) => crc !== undefined)) {
        throw corrupt(source.path, offset, line, 'it is no entry, or its checksum does not match');
      }
      for (const entry of entries) {
        seq += 1;
        timestamp = isoTime(entry.timestamp) ?? timestamp;
        const text = entries.length === 1 ? decodeText(bytes).trimEnd() : JSON.stringify(entry);
        yield { ...numbered(text, seq), seq, timestamp, isState: isState(entry), ...place };
      }
    }
    const [known, from] = tail ? [tail.crc, tail.crcAt] : [chain, 0];
    chain = extendCrc(extendCrc(known, bytes.subarray(from)), NEWLINE_BYTE);
  }
}

const NEWLINE_BYTE = Buffer.from([NEWLINE]);

/** Spelled as it was, for a value may be one that another program spells otherwise than JSON.stringify. */
function numbered(text: string, seq: number): { bytes: Buffer; crcAt: number } {
  const bytes = Buffer.from(`${text.slice(0, -1)},"seq":${seq},"crc":"${NO_DIGITS}"}`);
  return { bytes, crcAt: bytes.length - NO_DIGITS.length - 2 };
}

function isState({ op }: LogEntry): boolean {
  return op === 'CHECKPOINT';
}
