/** Former logs beside a log, plain or compressed: how far they go, reading them in any order, compressing and pruning. */
import { sourceOf } from './byte-source.js';
import { chainAfter, extendCrc } from './crc.js';
import { systemCode, toLogError } from './errors.js';
import { type OpenFile, replaceFile } from './file-system.js';
import { decodeText, lineShape, NEWLINE, parseLine, readTail } from './format.js';
import { memberAt, Unpacked, writeMember } from './gzip.js';
import type { LogContext, LogPlace } from './log-context.js';
import { type Backup, backupsIn } from './log-name.js';
import { corrupt, entriesOf, type LineStart, type ReadEntry } from './log-reader.js';

const PIECE_BYTES = 256 * 1024;
/** Digits, seq and closing of a line fit into its last bytes. */
const TAIL_BYTES = 64;

export async function backupsOf({ disk, paths }: LogContext): Promise<Backup[]> {
  return backupsIn(await disk.list(paths.directory), paths.name);
}

/**
 * Those whose entries have a place in the order of seqs: not what the reference bot left before a log that begins anew
 * with its lines.
 */
export async function orderedBackups(context: LogContext): Promise<Backup[]> {
  const backups = await backupsOf(context);
  for (let at = backups.length - 1; at > 0; at -= 1) {
    const older = await withBackup(context, backups[at] as Backup, beginsOlder);
    if (older) return backups.slice(at);
  }
  return backups;
}

/** Undefined where it was pruned since it was listed: no longer kept. */
export async function openKept({ disk }: Pick<LogPlace, 'disk'>, path: string): Promise<OpenFile | undefined> {
  return disk.open(path, 'read').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw toLogError(error, 'opening', path);
  });
}

/** The entries of a backup, plain or compressed. */
export async function* backupEntries(context: LogContext, backup: Backup, fromSeq = 0): AsyncGenerator<ReadEntry> {
  const path = context.paths.beside(backup.fileName);
  const file = await openKept(context, path);
  if (!file) return;
  const size = await file.size();
  const packed = backup.compressed ? new Unpacked(file, 0, size) : undefined;
  try {
    yield* entriesOf(packed ?? sourceOf(file, size), fromSeq);
    if (packed?.rawBytes === 0) throw corrupt(path, 0, 1, 'it holds nothing');
  } finally {
    await packed?.close();
    await file.close();
  }
}

/** Opens a backup to be read at any place; a compressed one is unpacked for as long. */
export async function withBackup<R>(
  { disk, paths }: LogContext,
  { fileName, compressed }: Backup,
  task: (file: OpenFile, size: number) => Promise<R>,
): Promise<R> {
  const file = await disk.open(paths.beside(fileName), 'read');
  try {
    if (!compressed) return await task(file, await file.size());
    const plain = await disk.open(paths.unpacked, 'replace');
    try {
      const size = await unpack(file, plain);
      plain.path = file.path;
      return await task(plain, size);
    } finally {
      await plain.close();
      await disk.remove(paths.unpacked);
    }
  } finally {
    await file.close();
  }
}

async function unpack(file: OpenFile, target: OpenFile): Promise<number> {
  const packed = new Unpacked(file, 0, await file.size());
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  try {
    for (;;) {
      const read = await packed.read(piece, 0, PIECE_BYTES);
      if (read === 0) return packed.rawBytes;
      await target.write(piece, 0, read, packed.rawBytes - read);
    }
  } catch (error) {
    throw corrupt(file.path, packed.rawBytes, 1, (error as Error).message);
  } finally {
    await packed.close();
  }
}

/** Seq of the last entry, where it is told without reading all of the file. */
export async function lastSeqOf(
  { disk, paths }: LogContext,
  { fileName, compressed }: Backup,
): Promise<number | undefined> {
  const file = await disk.open(paths.beside(fileName), 'read');
  try {
    const size = await file.size();
    if (compressed) return (await memberAt(file, 0, size))?.lastSeq || undefined;
    return (await lastTail(file, size))?.seq;
  } finally {
    await file.close();
  }
}

async function lastTail(file: OpenFile, size: number): Promise<ReturnType<typeof readTail>> {
  const edge = Buffer.alloc(TAIL_BYTES);
  const length = Math.min(TAIL_BYTES, size);
  await file.read(edge, 0, length, size - length);
  return edge[length - 1] === NEWLINE ? readTail(edge, 0, length - 1) : undefined;
}

/** Whether a file begins with a line of the reference bot, which says nothing of the files before it. */
export async function beginsOlder(file: OpenFile, size: number): Promise<boolean> {
  const head = Buffer.alloc(Math.min(PIECE_BYTES, size));
  await file.read(head, 0, head.length, 0);
  if (lineShape(head, 0) === 'checkpoint') return false;
  const end = head.indexOf(NEWLINE);
  const line = end < 0 ? head : head.subarray(0, end);
  return !readTail(line, 0, line.length) && parseLine(decodeText(line))?.seq === undefined;
}

/** The CHECKPOINT at the head of a log, however large. */
export interface StateHead {
  seq: number;
  timestamp: string;
  /** Where the lines behind it begin. */
  behind: LineStart;
}

/**
 * Passes over it in constant memory; undefined where another line stands there.
 * @throws LogError `LOG_CORRUPT` where it does not verify
 */
export async function passState(file: OpenFile, size: number): Promise<StateHead | undefined> {
  const piece = Buffer.alloc(PIECE_BYTES);
  const source = sourceOf(file, size);
  let timestamp: string | undefined;
  let chain = 0;
  for (let at = 0, read = 0; ; at += read) {
    read = await source.read(piece, 0, PIECE_BYTES);
    if (at === 0 && (read === 0 || lineShape(piece, 0) !== 'checkpoint')) return undefined;
    if (read === 0) throw corrupt(file.path, 0, 1, 'it does not end');
    timestamp ??= piece.toString('latin1', 14, 38);
    const end = piece.subarray(0, read).indexOf(NEWLINE);
    const until = end < 0 ? read : end + 1;
    chain = extendCrc(chain, piece.subarray(0, until));
    if (end < 0) continue;
    const offset = at + until;
    const tail = await lastTail(file, offset);
    if (!tail) return undefined;
    if (chain !== chainAfter(tail.crc)) throw corrupt(file.path, 0, 1, 'its checksum does not match');
    return { seq: tail.seq, timestamp, behind: { offset, lines: 1, chain } };
  }
}

/** Puts a compressed file in the place of each plain backup; one that a crash left beside its copy is removed. */
export async function compressBackups(context: LogContext): Promise<void> {
  const { disk, paths, logger } = context;
  for (const backup of await backupsOf(context)) {
    if (backup.compressed) continue;
    const path = paths.beside(backup.fileName);
    try {
      if (await disk.isSameFile(paths.log, path)) continue;
      const lastSeq = (await lastSeqOf(context, backup)) ?? 0;
      await withBackup(context, backup, (file, size) =>
        replaceFile(disk, `${path}.gz`, async (target) => {
          await writeMember(target, 0, piecesOf(file, size), () => lastSeq);
        }),
      );
      await disk.remove(path);
    } catch (error) {
      logger.warn(`${path} could not be compressed: ${(error as Error).message}`);
    }
  }
}

async function* piecesOf(file: OpenFile, size: number): AsyncGenerator<Buffer> {
  const source = sourceOf(file, size);
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const read = await source.read(piece, 0, PIECE_BYTES);
    if (read === 0) return;
    yield piece.subarray(0, read);
  }
}

/**
 * Removes all but the newest `keep` backups; a failure is told, it never fails the compaction.
 * @param archivedSeq of the newest entry in the archive, where there is one: a backup that goes further stays
 */
export async function pruneBackups(context: LogContext, keep: number, archivedSeq?: number): Promise<void> {
  const { disk, paths, logger } = context;
  try {
    const backups = await backupsOf(context);
    for (const backup of backups.slice(0, Math.max(0, backups.length - keep))) {
      const { unixMs, compressed } = backup;
      if (archivedSeq !== undefined && ((await lastSeqOf(context, backup)) ?? 0) > archivedSeq) continue;
      const path = paths.backup(unixMs);
      if (!compressed) await disk.remove(path);
      await disk.remove(`${path}.gz`);
    }
  } catch (error) {
    logger.warn(`Old backups of ${paths.log} could not be removed: ${(error as Error).message}`);
  }
}
