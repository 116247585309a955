/**
 * The index of a log as bytes, so that opening follows the number of keys and not the bytes of the log. A header, one
 * line of JSON filled up with spaces; behind it the columns of the index as they lie in memory: of each chunk its
 * offsets, hashes, checks and lengths, then the hash tables, then the checksums of the state's pages. Little-endian.
 */
import { crcDigits } from './crc.js';
import { type Chunk, KeyIndex, type KeyIndexParts } from './key-index.js';
import { CHUNK, lengthColumn, offsetColumn } from './places.js';
import { proven, readProven } from './proven-text.js';
import { StatePages } from './state-pages.js';

export const HEADER_BYTES = 8192;
const FORMAT = 1;

/** The log that an image is of, up to the end of its last line then. */
export interface ImagedLog {
  seq: number;
  bytes: number;
  /** CRC-32 of those bytes. */
  chain: number;
  timestamp: string | undefined;
  entries: number;
  firstSeq: number;
  lines: number;
  lastEntryAt: number;
  checkpointBytes: number;
  unprovenEnd: number;
}

export interface IndexImage {
  log: ImagedLog;
  index: KeyIndex;
  pages: StatePages | undefined;
}

export interface ImageHeader {
  format: number;
  log: ImagedLog;
  keys: number;
  ids: number;
  liveBytes: number;
  seeds: [number, number];
  /** Keys in each hash table, and the table's slots. */
  counts: number[];
  slots: number[];
  pages: { start: number; end: number; count: number } | null;
  payloadBytes: number;
  payloadCrc: string;
}

/** The columns in the order in which they are written. */
export function payloadOf({ index, pages }: IndexImage): Uint8Array[] {
  const { chunks, ids, tables } = index.parts();
  const columns = [
    ...chunks.flatMap(({ offset, hash, check, length }, i) => {
      // Of the last chunk only what is in use.
      const rows = Math.min(CHUNK, ids - i * CHUNK);
      return [offset, hash, check, length].map((column) => column.subarray(0, rows));
    }),
    ...tables,
    ...(pages ? [pages.crcs] : []),
  ];
  return columns.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
}

/** @param payloadCrc CRC-32 of the payload */
export function encodeHeader({ log, index, pages }: IndexImage, payloadBytes: number, payloadCrc: number): Buffer {
  const { seeds, counts, tables, keys, ids, liveBytes } = index.parts();
  const header: ImageHeader = {
    format: FORMAT,
    log,
    keys,
    ids,
    liveBytes,
    seeds,
    counts: [...counts],
    slots: tables.map(({ length }) => length),
    pages: pages ? { start: pages.start, end: pages.end, count: pages.crcs.length } : null,
    payloadBytes,
    payloadCrc: crcDigits(payloadCrc),
  };
  const line = proven(header);
  if (line.length >= HEADER_BYTES) throw new RangeError(`an index header of ${line.length} bytes`);
  return Buffer.from(`${line.padEnd(HEADER_BYTES - 1)}\n`, 'latin1');
}

/** Undefined for bytes that are no header of this format, or no longer one. */
export function decodeHeader(bytes: Buffer): ImageHeader | undefined {
  const line = bytes.toString('latin1');
  const header = line.endsWith('\n') ? readProven<ImageHeader>(line.replace(/ *\n$/, '')) : undefined;
  return header?.format === FORMAT ? header : undefined;
}

/** Lays columns over a payload, without a copy. @param payload verified, at a multiple of 8 bytes */
export function decodeImage(header: ImageHeader, payload: SharedArrayBuffer): IndexImage {
  let at = 0;
  const take = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  const words = (length: number) => new Uint32Array(payload, take(4 * length), length);
  const chunks = Array.from({ length: Math.ceil(header.ids / CHUNK) }, (_, i) => {
    const rows = Math.min(CHUNK, header.ids - i * CHUNK);
    const offset = new Float64Array(payload, take(8 * rows), rows);
    const chunk = { offset, hash: words(rows), check: words(rows), length: words(rows), held: false };
    return rows < CHUNK ? grown(chunk) : chunk;
  });
  const tables = header.slots.map((slots) => new Int32Array(payload, take(4 * slots), slots));
  const { seeds, keys, ids, liveBytes } = header;
  const parts: KeyIndexParts = { seeds, keys, ids, liveBytes, chunks, tables, counts: Uint32Array.from(header.counts) };
  const pages = header.pages && new StatePages(header.pages.start, header.pages.end, words(header.pages.count));
  return { log: header.log, index: new KeyIndex(parts), pages: pages ?? undefined };
}

/** The last chunk, with room for the ids to come. */
function grown(chunk: Chunk): Chunk {
  const hash = new Uint32Array(CHUNK);
  const check = new Uint32Array(CHUNK);
  const offset = offsetColumn();
  hash.set(chunk.hash);
  check.set(chunk.check);
  offset.set(chunk.offset);
  return { hash, check, offset, length: lengthColumn(chunk.length), held: false };
}
