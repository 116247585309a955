/** The unfinished end of a log: taken away, so that the next line is not glued to it, and kept for inspection. */
import { dirname } from 'node:path';
import { type OpenFile, writeDurably } from './file-system.js';
import { freeName } from './kept-names.js';
import type { LogContext } from './log-context.js';
import type { RecoveryEvent } from './log-engine.js';
import type { ScanResult } from './scan-result.js';

const PIECE_BYTES = 1024 * 1024;

/** Cuts what stands behind the last whole line, and keeps it. The cut is not yet durable. */
export async function cutTornTail(
  context: LogContext,
  file: OpenFile,
  scan: ScanResult,
  events: RecoveryEvent[],
): Promise<void> {
  events.push(await keepTornTail(context, file, scan));
  await file.truncate(scan.end);
  scan.size = scan.end;
}

/** Keeps what is about to be cut, or written over. */
export async function keepTornTail(
  { disk, paths }: LogContext,
  file: OpenFile,
  { end, size, lines }: ScanResult,
): Promise<RecoveryEvent> {
  const keptAs = await freeName(disk, (unixMs) => paths.torn(unixMs));
  await keepBytes(disk, file, end, size, keptAs);
  return {
    found: 'torn-tail',
    action: 'cut',
    file: paths.log,
    offset: end,
    line: lines + 1,
    keptAs,
    message:
      `Cut ${size - end} bytes of an unfinished last write at byte ${end} of ${paths.log} ` +
      `(nothing acknowledged was in them); kept as ${keptAs}.`,
  };
}

/** Copies a stretch of a file aside, durably. */
async function keepBytes(
  disk: LogContext['disk'],
  file: OpenFile,
  from: number,
  to: number,
  path: string,
): Promise<void> {
  try {
    await writeDurably(await disk.open(path, 'replace'), async (kept) => {
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, to - from));
      for (let at = from; at < to; ) {
        const read = await file.read(piece, 0, Math.min(piece.length, to - at), at);
        if (read === 0) break;
        await kept.write(piece, 0, read, at - from);
        at += read;
      }
    });
    await disk.syncDirectory(dirname(path));
  } catch (error) {
    await disk.remove(path).catch(() => undefined);
    throw error;
  }
}
