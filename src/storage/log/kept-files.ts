/** Which files keep entries of a log. */
import { posix } from 'node:path';
import { archivedSegments } from './archive.js';
import { backupsOf } from './backups.js';
import { toLogError } from './errors.js';
import type { FileLog } from './file-log.js';
import type { KeptFile } from './log-engine.js';

/** The oldest first, the active log last. */
export async function keptFiles({ context, end, entries, firstSeq, checkpointBytes }: FileLog): Promise<KeptFile[]> {
  const { disk, paths } = context;
  const log = paths.name;
  try {
    const kept: KeptFile[] = [];
    for (const segment of await archivedSegments(context)) {
      const { file, bytes, firstSeq, lastSeq, from, to, entries } = segment;
      const archived: KeptFile = {
        log,
        kind: 'archive',
        file: inLogs(`archive/${log}/${file}`),
        bytes,
        compressed: true,
      };
      kept.push(segment.damaged ? archived : { ...archived, firstSeq, lastSeq, from, to, entries });
    }
    for (const { fileName, unixMs, compressed } of await backupsOf(context)) {
      const bytes = await disk.fileSize(paths.beside(fileName));
      // Pruned since it was listed.
      if (bytes === undefined) continue;
      kept.push({ log, kind: 'backup', file: inLogs(fileName), bytes, compressed, madeAt: unixMs });
    }
    const active: KeptFile = { log, kind: 'active', file: inLogs(`${log}.log`), bytes: end.offset, compressed: false };
    if (entries > 0) Object.assign(active, { firstSeq, lastSeq: end.seq, to: end.timestamp, entries });
    if (checkpointBytes > 0) active.entries = entries - 1;
    return [...kept, active];
  } catch (error) {
    throw toLogError(error, 'listing', paths.directory);
  }
}

function inLogs(fileName: string): string {
  return posix.join('logs', fileName);
}
