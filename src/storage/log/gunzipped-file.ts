/** A gzip file read as the bytes that were packed into it, from front to back for the most part. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LogError } from './errors.js';
import type { OpenFile } from './file-system.js';

const PIECE_BYTES = 256 * 1024;

export class GunzippedFile implements OpenFile {
  #unpacked: AsyncIterator<Buffer> | undefined;
  #piece: Buffer = Buffer.alloc(0);
  #pieceAt = 0;
  /** One read at a time: there is one place in the stream. */
  #reading: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly packed: OpenFile,
    private readonly bytes: number,
    /** Why not all of it could be unpacked. */
    readonly failure: string | undefined,
  ) {}

  /** Unpacks all of it once, to learn how much it is and whether it is whole. */
  static async open(packed: OpenFile): Promise<GunzippedFile> {
    let bytes = 0;
    try {
      const size = await packed.size();
      let taken = 0;
      for await (const piece of unpack(packed, (consumed) => (taken = consumed))) bytes += piece.length;
      return new GunzippedFile(packed, bytes, taken < size ? 'bytes follow that are not of it' : undefined);
    } catch (error) {
      return new GunzippedFile(packed, bytes, (error as Error).message);
    }
  }

  get path(): string {
    return this.packed.path;
  }

  read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    const read = this.#reading.then(() => this.#read(buffer, at, length, position));
    this.#reading = read.catch(() => undefined);
    return read;
  }

  async #read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    if (!this.#unpacked || position < this.#pieceAt) await this.#rewind();
    let done = 0;
    while (done < length) {
      const from = position + done - this.#pieceAt;
      if (from >= this.#piece.length) {
        // What stands behind a failure was counted and is not given.
        const next = await this.#unpacked?.next().catch(() => undefined);
        if (!next || next.done) break;
        this.#pieceAt += this.#piece.length;
        this.#piece = next.value;
        continue;
      }
      const taken = this.#piece.subarray(from, from + length - done);
      buffer.set(taken, at + done);
      done += taken.length;
    }
    return done;
  }

  async #rewind(): Promise<void> {
    await this.#unpacked?.return?.();
    this.#unpacked = unpack(this.packed)[Symbol.asyncIterator]();
    this.#piece = Buffer.alloc(0);
    this.#pieceAt = 0;
  }

  readSync(): number {
    throw this.#refusal();
  }

  write(): Promise<void> {
    return Promise.reject(this.#refusal());
  }

  async sync(): Promise<void> {}

  truncate(): Promise<void> {
    return Promise.reject(this.#refusal());
  }

  #refusal(): LogError {
    return new LogError('LOG_IO', `${this.path} is packed: it can only be read from front to back.`, {
      file: this.path,
    });
  }

  async size(): Promise<number> {
    return this.bytes;
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#unpacked?.return?.();
    await this.packed.close();
  }

  tryLock(): boolean {
    return false;
  }
}

async function* unpack(packed: OpenFile, onTaken?: (bytes: number) => unknown): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  pipeline(Readable.from(piecesOf(packed)), gunzip, () => undefined);
  for await (const piece of gunzip) yield piece as Buffer;
  onTaken?.(gunzip.bytesWritten);
}

async function* piecesOf(file: OpenFile): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const read = await file.read(piece, 0, PIECE_BYTES, at);
    if (read === 0) return;
    yield piece.subarray(0, read);
    at += read;
  }
}
