/** Which segments of an archive go, the oldest first, and their going. */
import { findArchive } from './archive.js';
import { type ArchiveSegment, writeArchiveIndex } from './archive-index.js';
import type { LogContext } from './log-context.js';
import type { RetentionOptions } from './log-engine.js';

/** Removes what no longer has to be kept. A crash in between is of no consequence: what is gone is left out of the index. */
export async function pruneArchive(context: LogContext, retention: RetentionOptions): Promise<void> {
  const { disk, paths } = context;
  const { segments } = await findArchive(context);
  const expired = expiredSegments(segments, retention, Date.now());
  if (expired.length === 0) return;
  for (const { file } of expired) await disk.remove(paths.segment(file));
  await disk.syncDirectory(paths.archive);
  await writeArchiveIndex(context, segments.slice(expired.length));
}

/** Pure. @param segments the oldest first; the newest stays, since later entries continue it */
export function expiredSegments(
  segments: readonly ArchiveSegment[],
  { maxAgeMs, maxCount, maxBytes }: RetentionOptions,
  nowMs: number,
): ArchiveSegment[] {
  let count = segments.length;
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const expired: ArchiveSegment[] = [];
  for (const segment of segments.slice(0, -1)) {
    const isOld = maxAgeMs !== undefined && Date.parse(segment.to) < nowMs - maxAgeMs;
    const isMany = maxCount !== undefined && count > maxCount;
    const isMuch = maxBytes !== undefined && bytes > maxBytes;
    if (!isOld && !isMany && !isMuch) break;
    expired.push(segment);
    count -= 1;
    bytes -= segment.bytes;
  }
  return expired;
}
