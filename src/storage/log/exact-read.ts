/** Reads of a known length: fewer bytes, or other bytes than an entry, are never taken for a value. */
import { LogError, toLogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import { decodeMember } from './format.js';

/** What to do where an open log turns out to be damaged. */
export const CHECK_DISK = 'Check the disk, then restart: opening verifies every byte and heals what is provable.';

/** @throws LogError `LOG_IO` where the disk fails, `LOG_CORRUPT` where the file has become shorter */
export async function readExactly(file: OpenFile, buffer: Uint8Array, length: number, position: number): Promise<void> {
  let read: number;
  try {
    read = await file.read(buffer, 0, length, position);
  } catch (error) {
    throw toLogError(error, 'reading', file.path);
  }
  if (read < length) throw cutShort(file.path, position + read);
}

/** As `readExactly`, without a turn of the event loop. */
export function readExactlySync(file: OpenFile, buffer: Uint8Array, length: number, position: number): void {
  let read: number;
  try {
    read = file.readSync(buffer, 0, length, position);
  } catch (error) {
    throw toLogError(error, 'reading', file.path);
  }
  if (read < length) throw cutShort(file.path, position + read);
}

/** @throws LogError `LOG_CORRUPT` where the bytes at `offset` are no member, or one of another key than `expected` */
export function decodeAt(
  file: OpenFile,
  bytes: Buffer,
  offset: number,
  expected?: string,
): { key: string; value: unknown } {
  let member: { key: string; value: unknown } | undefined;
  let cause: unknown;
  try {
    member = decodeMember(bytes);
  } catch (error) {
    cause = error;
  }
  if (member && (expected === undefined || member.key === expected)) return member;
  const key = expected === undefined ? '' : `, key ${JSON.stringify(expected)}`;
  if (cause instanceof LogError) {
    const details = { file: file.path, offset, key: expected, cause };
    throw new LogError(cause.code, `${file.path} (byte ${offset}${key}): ${cause.message}`, details);
  }
  throw damagedSince(file, offset, expected, cause);
}

export function damagedSince(file: OpenFile, offset: number, expected?: string, cause?: unknown): LogError {
  const key = expected === undefined ? '' : `, key ${JSON.stringify(expected)}`;
  return new LogError('LOG_CORRUPT', `Damaged since it was opened: ${file.path} (byte ${offset}${key}).`, {
    file: file.path,
    offset,
    key: expected,
    cause,
    hint: CHECK_DISK,
  });
}

export function cutShort(file: string, offset: number): LogError {
  return new LogError('LOG_CORRUPT', `${file} ends at byte ${offset}, earlier than when it was opened.`, {
    file,
    offset,
    hint: 'Something else writes to this file. Restart: opening verifies every byte and heals what is provable.',
  });
}
