/** The archive of a log as it is on the disk: its segments, whatever became of their index, and what stands in them. */

import {
  type ArchiveMember,
  type ArchiveSegment,
  emptySegment,
  inOrder,
  periodOf,
  readArchiveIndex,
} from './archive-index.js';
import { openKept } from './backups.js';
import { crcDigits } from './crc.js';
import { joinCrcs } from './crc-joining.js';
import { LogError, toLogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import { type GzipMember, memberAt, Unpacked } from './gzip.js';
import type { LogPlace } from './log-context.js';
import { corrupt, entriesOf, type LineStart, type ReadEntry } from './log-reader.js';
import { numberedLines } from './numbered-lines.js';

/** Segments, oldest first, and those of which the index knew less than stands in them. */
export interface FoundArchive {
  segments: ArchiveSegment[];
  /** Read again, wholly or behind what the index knew; their bytes may not be durable yet. */
  unindexed: ArchiveSegment[];
  /** Whether the index says otherwise. */
  isStale: boolean;
}

/** The segments of the archive of a log, oldest first; none where there is no archive. */
export async function archivedSegments(context: LogPlace): Promise<ArchiveSegment[]> {
  return (await findArchive(context)).segments;
}

/** Of the newest entry that is archived; undefined where there is no archive. */
export async function archivedSeq(context: LogPlace): Promise<number | undefined> {
  const segments = await archivedSegments(context);
  return segments.length === 0 ? undefined : lastSeqIn(segments);
}

export function lastSeqIn(segments: readonly ArchiveSegment[]): number {
  return Math.max(0, ...segments.map(({ lastSeq, entries }) => (entries > 0 ? lastSeq : 0)));
}

export async function findArchive(context: LogPlace): Promise<FoundArchive> {
  const { disk, paths } = context;
  try {
    const files = (await disk.list(paths.archive)).filter((file) => periodOf(file) !== undefined);
    const indexed = files.length > 0 ? ((await readArchiveIndex(context)) ?? []) : [];
    const segments: ArchiveSegment[] = [];
    const unindexed: ArchiveSegment[] = [];
    for (const file of files) {
      const known = indexed.find((segment) => segment.file === file);
      const found = await checked(context, known ?? emptySegment(file), known !== undefined);
      if (!found) continue;
      if (found !== known) unindexed.push(found);
      if (found.bytes > 0 || found.damaged) segments.push(found);
    }
    return { segments: placed(segments), unindexed, isStale: unindexed.length > 0 || indexed.length !== files.length };
  } catch (error) {
    throw toLogError(error, 'reading', paths.archive);
  }
}

/** The segment as the index knows it, with what stands behind that; undefined once the file is gone. */
async function checked(
  context: LogPlace,
  known: ArchiveSegment,
  isIndexed: boolean,
): Promise<ArchiveSegment | undefined> {
  const path = context.paths.segment(known.file);
  const size = await context.disk.fileSize(path);
  if (size === undefined) return undefined;
  if (size < known.bytes) return known.damaged === 'inside' ? known : { ...known, damaged: 'inside' };
  if (size === known.bytes && isIndexed) return known;
  const file = await openKept(context, path);
  if (!file) return undefined;
  try {
    const segment = structuredClone(known);
    while (await takeNext(file, segment, size));
    if (!isIndexed && (await isDamagedBehind(file, segment, size))) segment.damaged = 'behind';
    return isIndexed && segment.bytes === known.bytes ? known : segment;
  } finally {
    await file.close();
  }
}

/** False where no whole member follows. */
async function takeNext(file: OpenFile, segment: ArchiveSegment, size: number): Promise<boolean> {
  const member = await memberAt(file, segment.bytes, size);
  if (!member) return false;
  const longer = structuredClone(segment);
  if (await takeIn(file, longer, member)) {
    Object.assign(segment, longer);
    return true;
  }
  // Its head tells which entries stood in a segment of which nothing can be read.
  if (segment.entries === 0) segment.lastSeq = member.lastSeq;
  return false;
}

/** A member gets its head last: where that is empty a process died while it was being written, and nothing counts. */
async function isDamagedBehind(file: OpenFile, { bytes }: ArchiveSegment, size: number): Promise<boolean> {
  if (size <= bytes) return false;
  const head = Buffer.alloc(16);
  await file.read(head, 0, Math.min(head.length, size - bytes), bytes);
  return head.some((byte) => byte !== 0);
}

/** Adds what a member holds; false where it is not whole. */
async function takeIn(file: OpenFile, segment: ArchiveSegment, member: GzipMember): Promise<boolean> {
  const start = startOf(segment);
  const packed = new Unpacked(file, member.at, member.at + member.bytes);
  let first: ArchiveMember | undefined;
  try {
    for await (const line of numberedLines(packed, start)) {
      segment.lines += 1;
      if (line.isState && line.offset === 0 && line.seq > 1) segment.stateTime = line.timestamp;
      else {
        first ??= { ...memberOf(segment, member.at, start), firstSeq: line.seq, from: line.timestamp };
        if (segment.entries === 0) Object.assign(segment, { firstSeq: line.seq, from: line.timestamp });
        Object.assign(segment, { lastSeq: line.seq, to: line.timestamp });
        segment.entries += 1;
      }
    }
    if (packed.rawBytes !== member.rawBytes || !first) return false;
    segment.members.push(first);
  } catch (error) {
    if (error instanceof LogError && error.code === 'LOG_CORRUPT') return false;
    throw error;
  } finally {
    await packed.close();
  }
  const trailer = Buffer.alloc(4);
  await file.read(trailer, 0, 4, member.at + member.bytes - 8);
  segment.chain = crcDigits(joinCrcs(start.chain, trailer.readUInt32LE(), member.rawBytes));
  segment.bytes = member.at + member.bytes;
  segment.rawBytes += member.rawBytes;
  return true;
}

/**
 * In the order of their entries. Of a segment of which nothing can be read the place is told by those before it; where
 * another one holds its entries, which a crash left to be archived again, it is left out.
 */
function placed(segments: readonly ArchiveSegment[]): ArchiveSegment[] {
  const readable = inOrder(segments.filter(({ entries }) => entries > 0));
  const unreadable = segments.filter(({ entries }) => entries === 0);
  for (const segment of unreadable) {
    const before = readable.findLast(({ lastSeq }) => lastSeq < segment.lastSeq);
    segment.firstSeq = (before?.lastSeq ?? 0) + 1;
    segment.stateTime = before?.to ?? '';
  }
  const lost = unreadable.filter(({ firstSeq, lastSeq }) =>
    readable.every((each) => each.firstSeq > firstSeq || each.lastSeq < lastSeq),
  );
  return inOrder([...readable, ...lost]);
}

export function startOf({ rawBytes, lines, chain }: ArchiveSegment): LineStart {
  return { offset: rawBytes, lines, chain: Number.parseInt(chain, 16) };
}

export function memberOf(
  { firstSeq, from }: Pick<ArchiveMember, 'firstSeq' | 'from'>,
  at: number,
  { offset, lines, chain }: LineStart,
): ArchiveMember {
  return { at, rawAt: offset, line: lines, chain: crcDigits(chain), firstSeq, from };
}

/**
 * The entries of a segment, its CHECKPOINT first.
 * @param member where to begin, the head where left out
 * @throws LogError `LOG_CORRUPT` with file and line where it is damaged
 */
export async function* segmentEntries(
  context: LogPlace,
  segment: ArchiveSegment,
  fromSeq = 0,
  member?: ArchiveMember,
): AsyncGenerator<ReadEntry> {
  const file = await openKept(context, context.paths.segment(segment.file));
  if (!file) return;
  const packed = new Unpacked(file, member?.at ?? 0, segment.bytes);
  const start = member && { offset: member.rawAt, lines: member.line, chain: Number.parseInt(member.chain, 16) };
  let line = start?.lines ?? 0;
  try {
    for await (const entry of entriesOf(packed, fromSeq, start)) {
      ({ line } = entry);
      yield entry;
    }
    const end = (start?.offset ?? 0) + packed.rawBytes;
    // Other bytes in the place of a member's head end the unpacking without a word.
    if (segment.damaged || end !== segment.rawBytes)
      throw corrupt(file.path, end, line + 1, 'what follows is not whole');
  } finally {
    await packed.close();
    await file.close();
  }
}
