/**
 * What stands in each segment of an archive, kept in a file beside them so that a reader finds a moment without
 * unpacking what lies before it. It is derived: where it is lost or damaged it is made again from the segments.
 */
import { crcDigits } from './crc.js';
import { replaceFile } from './file-system.js';
import type { LogContext, LogPlace } from './log-context.js';
import { proven, readProven } from './proven-text.js';

/** A gzip member of a segment: where a reader may begin. */
export interface ArchiveMember {
  /** Where it begins in the file, and in what that unpacks to; lines and CRC-32 (hex) of what stands before it there. */
  at: number;
  rawAt: number;
  line: number;
  chain: string;
  /** Of its first entry. */
  firstSeq: number;
  from: string;
}

/** One file of an archive. */
export interface ArchiveSegment {
  file: string;
  period: string;
  /** First and last entry, the CHECKPOINT at the head not counted. */
  firstSeq: number;
  lastSeq: number;
  from: string;
  to: string;
  entries: number;
  /** Bytes of the file that count, and of what they unpack to; lines of that, and its CRC-32 in hex. */
  bytes: number;
  rawBytes: number;
  lines: number;
  chain: string;
  /** Time of the CHECKPOINT at the head: that of the entry before the first. Absent where the segment begins at seq 1. */
  stateTime?: string;
  members: ArchiveMember[];
  /**
   * `inside`: the file is shorter than it was. `behind`: bytes stand behind what counts that are no whole member, and no
   * index tells whether they ever were.
   */
  damaged?: 'inside' | 'behind';
}

const SEGMENT = /^([A-Za-z0-9-]{1,40}?)(?:\.([2-9]|[1-9]\d+))?\.log\.gz$/;

/** The period that a segment is of; undefined for any other file. */
export function periodOf(fileName: string): string | undefined {
  return SEGMENT.exec(fileName)?.[1];
}

/** A name that no segment has. */
export function freeSegmentName(period: string, segments: readonly ArchiveSegment[]): string {
  const taken = new Set(segments.map(({ file }) => file));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? `${period}.log.gz` : `${period}.${n}.log.gz`;
    if (!taken.has(name)) return name;
  }
}

export function emptySegment(file: string): ArchiveSegment {
  return {
    file,
    period: periodOf(file) ?? file,
    firstSeq: 0,
    lastSeq: 0,
    from: '',
    to: '',
    entries: 0,
    bytes: 0,
    rawBytes: 0,
    lines: 0,
    chain: crcDigits(0),
    members: [],
  };
}

/** In the order of their entries; those that tell nothing of theirs first. */
export function inOrder(segments: readonly ArchiveSegment[]): ArchiveSegment[] {
  return [...segments].sort((a, b) => a.firstSeq - b.firstSeq || a.lastSeq - b.lastSeq);
}

/** Undefined where there is none that is whole. */
export async function readArchiveIndex({ disk, paths }: LogPlace): Promise<ArchiveSegment[] | undefined> {
  const content = await disk.readFile(paths.archiveIndex);
  const text = content?.toString('utf8') ?? '';
  if (!text.endsWith('\n')) return undefined;
  return readProven<{ segments: ArchiveSegment[] }>(text.slice(0, -1))?.segments;
}

export async function writeArchiveIndex({ disk, paths }: LogContext, segments: ArchiveSegment[]): Promise<void> {
  const line = Buffer.from(`${proven({ format: 1, log: paths.name, segments })}\n`);
  await replaceFile(disk, paths.archiveIndex, (file) => file.write(line, 0, line.length, 0));
}
