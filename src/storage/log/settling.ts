/**
 * Before anything is built on what opening found, it is made durable: a process that died between a write and its
 * fsync, or between a rename and the fsync of the directory, leaves what can be read and may yet be lost.
 *
 * An fsync alone would not do. Where the fsync before had failed, the kernel has dropped the bytes that it could not
 * write while they can still be read, and reports success from then on (A. Rebello et al., "Can applications recover
 * from fsync failures?", USENIX ATC 2020). So the end of the log is written again, the same bytes in the same place.
 */
import { crcDigits } from './crc.js';
import { readExactly } from './exact-read.js';
import type { OpenFile } from './file-system.js';
import type { LogContext } from './log-context.js';
import type { ScanResult } from './scan-result.js';
import type { Seal } from './seal.js';

/** More than one batch takes: after a failed fsync nothing else was written, so no more than that can be missing. */
const UNSETTLED_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** Makes the log durable up to the end of its last whole line, and its name. */
export async function settle({ disk, paths }: LogContext, file: OpenFile, scan: ScanResult): Promise<void> {
  // A CHECKPOINT was fsynced before it got its name; behind it, a single entry may be larger than any batch.
  const from = Math.max(scan.checkpointBytes, Math.min(scan.end - UNSETTLED_BYTES, scan.lastEntryAt));
  await writeAgain(file, from, scan.end);
  await file.sync();
  await disk.syncDirectory(paths.directory);
}

/** A seal is written once everything is durable; a log that still ends where it says has been left alone since. */
export function wasClosedCleanly({ lastSeq, end, size, chain }: ScanResult, seal: Seal | undefined): boolean {
  return seal?.seq === lastSeq && seal.bytes === end && size === end && seal.crc === crcDigits(chain);
}

async function writeAgain(file: OpenFile, from: number, to: number): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(Math.max(0, Math.min(PIECE_BYTES, to - from)));
  for (let at = from; at < to; at += piece.length) {
    const length = Math.min(piece.length, to - at);
    await readExactly(file, piece, length, at);
    await file.write(piece, 0, length, at);
  }
}
