/**
 * `<log>.index`: the index as it was at a clean close. A hint: it counts only if it is whole and the log still has, at
 * the place where it ended then, the digits that chain to every byte before them. What came behind is read as ever.
 * Deleting it costs time and nothing else.
 */
import { chainAfter, extendCrc } from './crc.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { AFTER_CRC, NEWLINE, readTail } from './format.js';
import {
  decodeHeader,
  decodeImage,
  encodeHeader,
  HEADER_BYTES,
  type ImagedLog,
  type IndexImage,
  payloadOf,
} from './index-image.js';
import type { KeyIndex } from './key-index.js';
import type { KnownHead, ScanResult } from './scan-result.js';

/** Seq, digits and closing of a line fit into its last bytes. */
const TAIL_BYTES = 64;
/** Read at once; the checksum of as much takes a millisecond. */
const PIECE_BYTES = 2 * 1024 * 1024;
const WRITTEN_BYTES = 256 * 1024;

/** Not fsynced: a power cut may leave any bytes in it, and they will not be believed. */
export async function writeIndexFile(disk: FileSystem, path: string, image: IndexImage): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await disk.open(temporary, 'replace');
    try {
      let crc = 0;
      let bytes = 0;
      for (const piece of gathered(payloadOf(image))) {
        await file.write(piece, 0, piece.length, HEADER_BYTES + bytes);
        crc = extendCrc(crc, piece);
        bytes += piece.length;
      }
      await file.write(encodeHeader(image, bytes, crc), 0, HEADER_BYTES, 0);
    } finally {
      await file.close();
    }
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
}

/** The columns, many of which are short, in pieces worth a write. */
function* gathered(columns: readonly Uint8Array[]): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const column of columns) {
    waiting.push(column);
    bytes += column.length;
    if (bytes < WRITTEN_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/** An index, and what it says of the log up to the end of its last line then. */
export interface FoundIndex {
  index: KeyIndex;
  head: KnownHead;
}

/** Undefined where there is none that counts for this log. Never fails: without it, the log is read. */
export async function readIndexFile(disk: FileSystem, path: string, log: OpenFile): Promise<FoundIndex | undefined> {
  if ((await disk.fileSize(path).catch(() => undefined)) === undefined) return undefined;
  const file = await disk.open(path, 'read').catch(() => undefined);
  if (!file) return undefined;
  try {
    const bytes = Buffer.allocUnsafe(HEADER_BYTES);
    if ((await file.read(bytes, 0, HEADER_BYTES, 0)) < HEADER_BYTES) return undefined;
    const header = decodeHeader(bytes);
    if (!header) return undefined;
    const lastCrc = await lastDigitsOf(header.log, log);
    if (lastCrc === undefined) return undefined;
    const payload = await readPayload(file, header.payloadBytes, Number.parseInt(header.payloadCrc, 16));
    if (!payload) return undefined;
    const image = decodeImage(header, payload);
    return { index: image.index, head: { scan: scanOf(image), lastCrc } };
  } catch {
    return undefined;
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Whether an index file says of itself that every byte of it is what was written; for those who only verify. */
export async function isWholeIndexFile(disk: FileSystem, path: string): Promise<boolean> {
  const file = await disk.open(path, 'read');
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    const header = (await file.read(bytes, 0, HEADER_BYTES, 0)) < HEADER_BYTES ? undefined : decodeHeader(bytes);
    if (!header || (await file.size()) !== HEADER_BYTES + header.payloadBytes) return false;
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let chain = 0;
    for (let at = HEADER_BYTES, read = -1; read !== 0; at += read) {
      read = await file.read(piece, 0, PIECE_BYTES, at);
      chain = extendCrc(chain, piece.subarray(0, read));
    }
    return chain === Number.parseInt(header.payloadCrc, 16);
  } finally {
    await file.close();
  }
}

/** The checksum of the line at whose end the log stood then; undefined where another line stands there, or none. */
async function lastDigitsOf({ seq, bytes, chain }: ImagedLog, log: OpenFile): Promise<number | undefined> {
  const edge = Buffer.alloc(TAIL_BYTES);
  const from = Math.max(0, bytes - TAIL_BYTES);
  const length = bytes - from;
  if (length < AFTER_CRC || (await log.read(edge, 0, length, from)) < length) return undefined;
  const tail = readTail(edge, 0, length - 1);
  const isOfLog = tail?.seq === seq && edge[length - 1] === NEWLINE && chainAfter(tail.crc) === chain;
  return isOfLog ? tail.crc : undefined;
}

/** What reading the log up to there would have found. */
function scanOf({ log, pages }: IndexImage): ScanResult {
  return {
    engineLines: log.entries,
    olderLines: 0,
    lastSeq: log.seq,
    firstSeq: log.firstSeq,
    lastTimestamp: log.timestamp,
    end: log.bytes,
    chain: log.chain,
    lines: log.lines,
    lastEntryAt: log.lastEntryAt,
    size: log.bytes,
    checkpointBytes: log.checkpointBytes,
    replaced: pages !== undefined,
    statePages: pages,
    damage: [],
    unprovenEnd: log.unprovenEnd,
    missingNewline: false,
    gluedAt: [],
  };
}

/** Into memory that a thread may share. */
async function readPayload(file: OpenFile, bytes: number, crc: number): Promise<SharedArrayBuffer | undefined> {
  const payload = new SharedArrayBuffer(bytes);
  let chain = 0;
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    const piece = new Uint8Array(payload, at, Math.min(PIECE_BYTES, bytes - at));
    if ((await file.read(piece, 0, piece.length, HEADER_BYTES + at)) < piece.length) return undefined;
    chain = extendCrc(chain, piece);
  }
  return chain === crc ? payload : undefined;
}
