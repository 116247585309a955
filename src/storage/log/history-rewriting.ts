/** Writes the files anew in which former entries of a log are kept, with other lines in the place of some. */
import { posix } from 'node:path';
import { archivedSegments } from './archive.js';
import { type LineRewriter, rewriteBackup, rewriteSegment } from './archive-rewriting.js';
import { backupsOf } from './backups.js';
import type { LogContext } from './log-context.js';
import type { ErasureReceipt } from './log-engine.js';

/** @returns the files that were rewritten, each with the number of lines that changed */
export async function rewriteHistory(context: LogContext, scrub: LineRewriter): Promise<ErasureReceipt['files']> {
  const { name } = context.paths;
  const files: ErasureReceipt['files'] = [];
  for (const segment of await archivedSegments(context)) {
    const lines = await rewriteSegment(context, segment, scrub);
    if (lines > 0) files.push({ file: posix.join('logs', 'archive', name, segment.file), lines });
  }
  for (const backup of await backupsOf(context)) {
    const lines = await rewriteBackup(context, backup, scrub);
    if (lines > 0) files.push({ file: posix.join('logs', backup.fileName), lines });
  }
  await removeUnfinished(context);
  return files;
}

/** What a crash left of writing any of these files. */
async function removeUnfinished({ disk, paths }: LogContext): Promise<void> {
  await disk.remove(paths.unpacked);
  for (const fileName of await disk.list(paths.directory)) {
    if (fileName.startsWith(`${paths.name}.log.backup.`) && fileName.endsWith('.tmp')) {
      await disk.remove(paths.beside(fileName));
    }
  }
  for (const fileName of await disk.list(paths.archive)) {
    if (fileName.endsWith('.tmp')) await disk.remove(paths.segment(fileName));
  }
}
