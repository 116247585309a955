/** One compaction of an open log, from the snapshot to the swap. */

import { basename } from 'node:path';
import { archivedSeq } from './archive.js';
import { pruneArchive } from './archive-retention.js';
import { archiveBackups } from './archiving.js';
import { compressBackups, pruneBackups } from './backups.js';
import { toLogError } from './errors.js';
import type { FileLog } from './file-log.js';
import { copyEntries, discard, type Folded, foldLog, LateAnswer, swapIn } from './folding.js';
import { SharedFile } from './log-context.js';
import type { CompactionReport, CompactOptions } from './log-engine.js';

export const KEEP_BACKUPS = 3;
/** Entries are copied without holding appends until no more than this is left. */
const HELD_BYTES = 64 * 1024;
/** Up to this size the main file is brought up to date at once; that of a larger log follows in its own time. */
const VIEW_BYTES = 8 * 1024 * 1024;

/** @throws LogError where it failed; the log is then as it was */
export async function compactLog(log: FileLog, options: CompactOptions = {}): Promise<CompactionReport> {
  const keepBackups = options.keepBackups ?? KEEP_BACKUPS;
  const began = performance.now();
  const report: CompactionReport = {
    log: log.context.paths.name,
    outcome: 'skipped',
    startedAt: new Date().toISOString(),
    durationMs: 0,
    bytesBefore: log.end.offset,
    bytesAfter: log.end.offset,
    entriesBefore: log.entries,
    entriesAfter: log.entries,
    keys: log.index.size,
    seq: log.end.seq,
  };
  log.assertOpen();
  if (log.writer.poisoned) throw log.writer.poisoned;
  if (log.entries === 0 || (log.entries === 1 && log.checkpointBytes > 0)) {
    report.reason = log.entries === 0 ? 'the log is empty' : 'the log holds nothing but its checkpoint';
    return report;
  }
  const backup = await fold(log, keepBackups > 0 || options.rotate !== undefined, report).catch((error) => {
    log.noteDamage(error);
    throw toLogError(error, 'compacting', log.context.paths.log);
  });
  await keepHistory(log, options, report);
  await dropIndexFile(log.context, report.bytesBefore);
  if (log.index.liveBytes <= VIEW_BYTES) await log.mainFile.write();
  report.outcome = 'compacted';
  report.bytesAfter = log.end.offset;
  report.entriesAfter = log.entries;
  if (backup) report.backup = basename(backup);
  report.durationMs = performance.now() - began;
  return report;
}

async function fold(log: FileLog, keepsBackup: boolean, report: CompactionReport): Promise<string | undefined> {
  await log.writer.ready();
  const source = log.shared.hold();
  try {
    const boundary = log.end.offset;
    let { chain } = log.end;
    const move = log.index.beginMove();
    report.seq = log.end.seq;
    report.keys = move.places.count;
    const timestamp = log.end.timestamp ?? report.startedAt;
    const folded = await foldLog(log.context, {
      file: source.file,
      size: boundary,
      chain,
      move,
      seq: report.seq,
      timestamp,
    });
    let copied = boundary;
    try {
      while (log.end.offset - copied > HELD_BYTES) {
        const until = log.end.offset;
        chain = await copyEntries(source.file, { from: copied, to: until, chain }, folded);
        copied = until;
        await folded.file.sync();
      }
      await log.writer.hold();
      if (log.writer.poisoned) throw log.writer.poisoned;
      await copyEntries(source.file, { from: copied, to: log.end.offset, chain }, folded);
      const { backup, durable } = await swapIn(log.context, folded, keepsBackup);
      const shift = folded.checkpointBytes - boundary;
      const statePages = move.cleared ? log.statePages?.shifted(shift) : folded.pages;
      moveInto(log, folded, () => {
        log.index.finishMove(move, shift);
        log.statePages = statePages;
        log.unprovenEnd = -1;
      });
      log.entries -= report.entriesBefore - 1;
      log.lines = log.entries;
      log.lastEntryAt = log.entries === 1 ? 0 : log.lastEntryAt + shift;
      log.firstSeq = report.seq;
      await durable.catch((cause) => {
        throw log.writer.poison('the directory could not be fsynced after a compaction', cause);
      });
      return backup;
    } catch (error) {
      if (log.shared.file !== folded.file) await discard(log.context.disk, folded.file);
      if (error instanceof LateAnswer)
        throw log.writer.poison('a rename was done and failed all the same', error.cause);
      throw error;
    } finally {
      log.writer.release();
    }
  } catch (error) {
    log.index.abandonMove();
    throw error;
  } finally {
    await letGo(log, source);
  }
}

/** What is not archived stays where it is: no backup is pruned, or compressed, before all of them are. */
async function keepHistory({ context }: FileLog, options: CompactOptions, report: CompactionReport): Promise<void> {
  const { rotate, retention, compressBackups: compresses } = options;
  try {
    if (rotate) report.archived = await archiveBackups(context, rotate);
    // Whoever compacts without archiving, a command for instance, shall leave no hole in an archive.
    await pruneBackups(context, options.keepBackups ?? KEEP_BACKUPS, await archivedSeq(context));
    if (compresses) await compressBackups(context);
    if (retention) await pruneArchive(context, retention);
  } catch (error) {
    report.archiveError = (error as Error).message;
    context.logger.warn(
      `${context.paths.log} was compacted, yet not archived; its backups stay: ${report.archiveError}`,
    );
  }
}

/** In one step, so that no reader sees the new file with old places. */
function moveInto(log: FileLog, folded: Folded, movePlaces: () => void): void {
  const former = log.shared;
  movePlaces();
  log.shared = new SharedFile(folded.file);
  log.checkpointBytes = folded.checkpointBytes;
  log.writer.moveTo(folded.file, folded.end);
  void letGo(log, former);
}

/** It was of the former log, and would never be believed. */
async function dropIndexFile({ disk, paths, options }: FileLog['context'], formerBytes: number): Promise<void> {
  if (!options.indexFile || formerBytes < options.indexFile.fromBytes) return;
  await disk.remove(paths.index).catch(() => undefined);
}

/** Whether the former log could be closed is of no consequence to the new one. */
async function letGo({ context }: FileLog, former: SharedFile): Promise<void> {
  await former.release().catch((error) => {
    context.logger.warn(`Closing the former file of ${context.paths.log} failed: ${(error as Error).message}`);
  });
}
