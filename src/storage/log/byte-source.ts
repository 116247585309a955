/** Bytes that are read from the first to the last: those of a file, or what a compressed one unpacks to. */
import { toLogError } from './errors.js';
import { cutShort } from './exact-read.js';
import type { OpenFile } from './file-system.js';

export interface ByteSource {
  readonly path: string;
  /** Reads up to `length` bytes; none only at the end. */
  read(buffer: Uint8Array, at: number, length: number): Promise<number>;
}

/** A compressed file is not whole: it ends early, or its own checksum says so. */
export class DamagedGzip extends Error {}

/** @throws LogError `LOG_CORRUPT` where the file ends before `size` */
export function sourceOf(file: OpenFile, size: number, from = 0): ByteSource {
  let position = from;
  return {
    path: file.path,
    async read(buffer, at, length) {
      const wanted = Math.min(length, size - position);
      if (wanted <= 0) return 0;
      const read = await file.read(buffer, at, wanted, position).catch((error) => {
        throw toLogError(error, 'reading', file.path);
      });
      if (read === 0) throw cutShort(file.path, position);
      position += read;
      return read;
    },
  };
}
