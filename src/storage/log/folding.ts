/**
 * Folds a log into a CHECKPOINT while appends go on, and swaps it in as docs/format.md says:
 * write temp → fsync temp → hold appends for the last few entries → link the old log to its backup name →
 * rename temp over the log → fsync the directory → release appends → prune backups.
 */
import type { WrittenCheckpoint } from './checkpoint.js';
import { chainAfter, extendCrc, writeCrcDigits } from './crc.js';
import { LogError, toLogError } from './errors.js';
import { CHECK_DISK } from './exact-read.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { type Fold, fold } from './fold.js';
import { orderOf } from './fold-order.js';
import { foldInThread, NoThread } from './folding-thread.js';
import { NEWLINE, readTail } from './format.js';
import { linkUnderFreeName } from './kept-names.js';
import type { LogContext } from './log-context.js';
import { backupsIn } from './log-name.js';
import type { WholeFile } from './members.js';
import type { Move } from './places.js';
import type { StatePages } from './state-pages.js';

/** The log that is folded, as it stood when the snapshot of its places was taken. */
export interface FoldSource extends WholeFile {
  file: OpenFile;
  move: Move;
  /** The newest entry that its places cover. */
  seq: number;
  timestamp: string;
}

export interface Folded {
  file: OpenFile;
  /** Size of the CHECKPOINT line; entries copied behind it begin here. */
  checkpointBytes: number;
  pages: StatePages;
  end: { offset: number; chain: number };
}

/**
 * Writes the CHECKPOINT beside the log. On failure nothing is left of it.
 * @throws LogError `LOG_CORRUPT` with the place of the damage
 */
export async function foldLog(context: LogContext, source: FoldSource): Promise<Folded> {
  const { disk, paths } = context;
  const file = await disk.open(paths.compacting, 'replace').catch((error) => {
    throw toLogError(error, 'creating', paths.compacting);
  });
  try {
    const { move, timestamp, seq } = source;
    const line = { timestamp, compactedAt: new Date().toISOString(), seq };
    const { bytes, chain, pages } = await foldSomewhere(context, { source, target: file, move, line });
    return { file, checkpointBytes: bytes, pages, end: { offset: bytes, chain } };
  } catch (error) {
    await discard(disk, file);
    throw toLogError(error, 'writing', paths.compacting);
  }
}

/** In a thread of its own where that pays. */
export async function foldSomewhere({ logger }: LogContext, work: Fold): Promise<WrittenCheckpoint> {
  const order = orderOf(work);
  if (!order) return fold(work);
  try {
    return await foldInThread(order, work.move);
  } catch (error) {
    if (!(error instanceof NoThread)) throw error;
    logger.warn(`No thread could be started to fold ${order.source.path}, this one does it: ${error.message}`);
    return fold(work);
  }
}

/**
 * Copies the entries that were appended meanwhile; their checksums chain to other bytes now.
 * @param chain CRC-32 of the source up to `from`
 * @returns CRC-32 of the source up to `to`
 */
export async function copyEntries(
  source: OpenFile,
  { from, to, chain }: { from: number; to: number; chain: number },
  folded: Folded,
): Promise<number> {
  let before = chain;
  let buffer = Buffer.allocUnsafeSlow(Math.min(256 * 1024, Math.max(1, to - from)));
  for (let at = from; at < to; ) {
    const read = await source.read(buffer, 0, Math.min(buffer.length, to - at), at);
    const length = buffer.subarray(0, read).lastIndexOf(NEWLINE) + 1;
    if (length === 0) {
      if (read < buffer.length) throw new LogError('LOG_IO', `${source.path} ended early while it was compacted.`);
      buffer = Buffer.allocUnsafeSlow(buffer.length * 2);
      continue;
    }
    const chains = { old: before, now: folded.end.chain };
    rechain(buffer, length, chains, (line) => damagedMeanwhile(source.path, at + line));
    before = chains.old;
    folded.end.chain = chains.now;
    await folded.file.write(buffer, 0, length, folded.end.offset);
    folded.end.offset += length;
    at += length;
  }
  return before;
}

/** Gives each line of `buffer` the checksum that it has behind other bytes; lengths stay the same. */
function rechain(
  buffer: Buffer,
  length: number,
  chains: { old: number; now: number },
  damaged: (start: number) => LogError,
): void {
  for (let start = 0; start < length; ) {
    const end = buffer.indexOf(NEWLINE, start);
    const tail = readTail(buffer, start, end);
    if (!tail) throw damaged(start);
    const line = buffer.subarray(start, tail.crcAt);
    if (extendCrc(chains.old, line) !== tail.crc) throw damaged(start);
    const crc = extendCrc(chains.now, line);
    writeCrcDigits(buffer, tail.crcAt, crc);
    chains.old = chainAfter(tail.crc);
    chains.now = chainAfter(crc);
    start = end + 1;
  }
}

function damagedMeanwhile(file: string, offset: number): LogError {
  return new LogError('LOG_CORRUPT', `An entry of ${file} (byte ${offset}) changed while the log was compacted.`, {
    file,
    offset,
    hint: CHECK_DISK,
  });
}

/**
 * Puts the folded log in place. Appends must be held.
 * @returns the backup's file name, if one is kept; `durable` fails where the directory could not be fsynced:
 *   the new log is in place, yet a power cut may bring the old one back
 */
export async function swapIn(
  context: LogContext,
  folded: Folded,
  keepsBackup: boolean,
): Promise<{ backup: string | undefined; durable: Promise<void> }> {
  const { disk, paths } = context;
  let backup: string | undefined;
  try {
    await folded.file.sync();
    if (keepsBackup) backup = await linkBackup(context);
    await disk.rename(paths.compacting, paths.log);
    folded.file.path = paths.log;
  } catch (error) {
    if (await isGone(disk, paths.compacting)) throw new LateAnswer('the swap was done', { cause: error });
    if (backup) await disk.remove(backup).catch(() => undefined);
    throw toLogError(error, 'swapping in', paths.compacting);
  }
  return { backup, durable: disk.syncDirectory(paths.directory) };
}

/**
 * The new log is in place, though the disk said that it could not be put there, as happens over a network. The open
 * file is no longer the log then.
 */
export class LateAnswer extends Error {}

async function isGone(disk: FileSystem, path: string): Promise<boolean> {
  return (await disk.fileSize(path).catch(() => 0)) === undefined;
}

export async function discard(disk: FileSystem, file: OpenFile): Promise<void> {
  await file.close().catch(() => undefined);
  await disk.remove(file.path).catch(() => undefined);
}

async function linkBackup({ disk, paths }: LogContext): Promise<string> {
  const newest = backupsIn(await disk.list(paths.directory), paths.name).at(-1)?.unixMs ?? 0;
  const later = Math.max(Date.now(), newest + 1);
  return linkUnderFreeName(disk, paths.log, (unixMs) => paths.backup(unixMs), later);
}
