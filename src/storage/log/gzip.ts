/**
 * Compressed files: one gzip member or more, each with a header that says how long the member is and how far its
 * entries go, in a field that every other program skips. So what a crash tore off is told without unpacking anything,
 * and a damaged member does not hide those behind it. Streamed both ways, in constant memory.
 */
import { pipeline, Readable } from 'node:stream';
import { pipeline as run } from 'node:stream/promises';
import { createDeflateRaw, createGunzip } from 'node:zlib';
import { type ByteSource, DamagedGzip } from './byte-source.js';
import { extendCrc } from './crc.js';
import { LogError, systemCode, toLogError } from './errors.js';
import { type OpenFile, SYNC_BYTES } from './file-system.js';

const PIECE_BYTES = 64 * 1024;
/** Deflate, with an extra field (RFC 1952), of an unknown time and system; the field is named `AL` and 24 bytes long. */
const OPENING = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 28, 0, 0x41, 0x4c, 24, 0]);
const HEADER_BYTES = OPENING.length + 24;
const TRAILER_BYTES = 8;

export interface GzipMember {
  at: number;
  /** With header and trailer. */
  bytes: number;
  rawBytes: number;
  /** Of the last entry in it. */
  lastSeq: number;
}

/** Writes one member at `at`; nothing is durable yet. @param lastSeq asked for at the end */
export async function writeMember(
  file: OpenFile,
  at: number,
  pieces: AsyncIterable<Uint8Array>,
  lastSeq: () => number,
): Promise<GzipMember> {
  let rawBytes = 0;
  let crc = 0;
  let end = at + HEADER_BYTES;
  let synced = at;
  const counted = async function* () {
    for await (const piece of pieces) {
      rawBytes += piece.length;
      crc = extendCrc(crc, piece);
      yield piece;
    }
  };
  await run(Readable.from(counted(), { objectMode: true }), createDeflateRaw(), async (packed) => {
    for await (const chunk of packed as AsyncIterable<Buffer>) {
      await file.write(chunk, 0, chunk.length, end);
      end += chunk.length;
      if (end - synced < SYNC_BYTES) continue;
      await file.sync();
      synced = end;
    }
  });
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(rawBytes % 2 ** 32, 4);
  await file.write(trailer, 0, TRAILER_BYTES, end);
  const member = { at, bytes: end + TRAILER_BYTES - at, rawBytes, lastSeq: lastSeq() };
  const header = Buffer.alloc(HEADER_BYTES);
  OPENING.copy(header);
  for (const [i, value] of [member.bytes, rawBytes, member.lastSeq].entries()) {
    header.writeBigUInt64LE(BigInt(value), OPENING.length + 8 * i);
  }
  await file.write(header, 0, HEADER_BYTES, at);
  return member;
}

/** Undefined where no member of ours begins there, or not all of it is there. */
export async function memberAt(file: OpenFile, at: number, size: number): Promise<GzipMember | undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  if (at + HEADER_BYTES > size || (await file.read(header, 0, HEADER_BYTES, at)) < HEADER_BYTES) return undefined;
  if (!header.subarray(0, OPENING.length).equals(OPENING)) return undefined;
  const [bytes, rawBytes, lastSeq] = [0, 1, 2].map((i) => Number(header.readBigUInt64LE(OPENING.length + 8 * i)));
  const member = { at, bytes: bytes ?? 0, rawBytes: rawBytes ?? 0, lastSeq: lastSeq ?? 0 };
  return member.bytes > HEADER_BYTES && at + member.bytes <= size ? member : undefined;
}

/** What the members from `from` up to `to` unpack to. To be closed before the file is. */
export class Unpacked implements ByteSource {
  readonly path: string;
  /** Given so far. */
  rawBytes = 0;
  readonly #packed: NodeJS.ReadableStream & { destroy(): void };
  readonly #chunks: AsyncIterator<Buffer>;
  #left: Buffer = Buffer.alloc(0);
  #reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: OpenFile,
    from: number,
    to: number,
  ) {
    this.path = file.path;
    const pieces = Readable.from(this.#pieces(from, to), { objectMode: true });
    // How it ends is told to whoever reads.
    this.#packed = pipeline(pieces, createGunzip({ chunkSize: PIECE_BYTES }), () => undefined);
    this.#chunks = this.#packed[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(buffer: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#left.length === 0) {
      const next = await this.#chunks.next().catch((error) => {
        throw failure(error, this.path);
      });
      if (next.done) return 0;
      this.#left = next.value;
    }
    const read = Math.min(length, this.#left.length);
    buffer.set(this.#left.subarray(0, read), at);
    this.#left = this.#left.subarray(read);
    this.rawBytes += read;
    return read;
  }

  async close(): Promise<void> {
    this.#packed.destroy();
    await this.#reading.catch(() => undefined);
  }

  async *#pieces(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; ) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - at));
      const reading = this.file.read(piece, 0, piece.length, at);
      this.#reading = reading;
      const read = await reading;
      if (read === 0) return;
      at += read;
      yield piece.subarray(0, read);
    }
  }
}

function failure(error: unknown, path: string): Error {
  if (error instanceof LogError) return error;
  const code = systemCode(error) ?? '';
  if (!code.startsWith('Z_')) return toLogError(error, 'reading', path);
  return new DamagedGzip((error as Error).message, { cause: error });
}
