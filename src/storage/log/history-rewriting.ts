/** Writes the files anew in which former entries of a log are kept, with other lines in the place of some. */
import { posix } from 'node:path';
import { archivedSegments } from './archive.js';
import { type LineRewriter, rewriteBackup, rewriteSegment } from './archive-rewriting.js';
import { backupsOf } from './backups.js';
import { LogError } from './errors.js';
import type { LogContext } from './log-context.js';
import type { ErasureReceipt } from './log-engine.js';

/**
 * @returns the files that were rewritten, each with the number of lines that changed
 * @throws LogError `LOG_CORRUPT` for the first file that is damaged, once all others are done
 */
export async function rewriteHistory(context: LogContext, scrub: LineRewriter): Promise<ErasureReceipt['files']> {
  const { name } = context.paths;
  const files: ErasureReceipt['files'] = [];
  const damaged: LogError[] = [];
  const rewriteOne = async (file: string, rewrite: () => Promise<number>): Promise<void> => {
    try {
      const lines = await rewrite();
      if (lines > 0) files.push({ file, lines });
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'LOG_CORRUPT') throw error;
      damaged.push(error);
    }
  };
  for (const segment of await archivedSegments(context)) {
    const file = posix.join('logs', 'archive', name, segment.file);
    await rewriteOne(file, () => rewriteSegment(context, segment, scrub));
  }
  for (const backup of await backupsOf(context)) {
    await rewriteOne(posix.join('logs', backup.fileName), () => rewriteBackup(context, backup, scrub));
  }
  await removeUnfinished(context);
  if (damaged[0]) throw withHint(damaged[0]);
  return files;
}

/** Nothing is taken away that somebody may still want to read: that is for people to decide. */
function withHint({ code, message, file, offset, line }: LogError): LogError {
  return new LogError(code, message, {
    file,
    offset,
    line,
    hint: 'Nothing can be taken out of a file that is not whole. Move it away, or remove it: the next start goes on.',
  });
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
