/** Reads one file of entries, a log, a backup or a segment of the archive, and names every place that is not whole. */
import { claimsOf } from './claims.js';
import type { DirectoryFile } from './directory-files.js';
import { LogError, systemCode } from './errors.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { hasValue, NEWLINE } from './format.js';
import { GunzippedFile } from './gunzipped-file.js';
import { stringEnd } from './json-scan.js';
import type { Anchor } from './lineage.js';
import { scanLog } from './log-scanner.js';
import type { Damage, LogVisitor, ScanResult } from './scan-result.js';

/** What {@link VerifyFinding.found} may say. @publicApi */
export type VerifyFindingKind =
  | 'torn-tail'
  | 'corruption'
  | 'damaged-checkpoint'
  | 'foreign-lines'
  | 'lost-entries'
  | 'truncation'
  | 'lost-log'
  | 'damaged-gzip'
  | 'damaged-seal'
  | 'damaged-index'
  | 'lost-view'
  | 'stale-view'
  | 'unproven-lines'
  | 'leftover'
  | 'kept'
  | 'unreadable';

/** One thing that verifying found. @publicApi */
export interface VerifyFinding {
  /** `damage` is something that is wrong; a `note` is something to know. */
  severity: 'damage' | 'note';
  found: VerifyFindingKind;
  /** Relative to the data directory, with slashes. */
  file: string;
  /** From 1. */
  line?: number;
  /** Byte offset in the file; of a packed file, in the bytes that were packed. */
  offset?: number;
  /** Set where `line` and `offset` count what was packed. */
  unpacked?: true;
  /** The key that the line there seems to be about. */
  key?: string;
  /** First and last missing seq, inclusive. */
  lostSeq?: [number, number];
  message: string;
  /** What helps. */
  hint?: string;
}

export interface LogFileVerification {
  /** Absent where the file is gone, or could not be read. */
  scan?: ScanResult;
  findings: VerifyFinding[];
}

/** Lines of one run of damage that are named one by one. */
const NAMED_LINES = 100;
/** Of a longer run no more is read to name its lines. */
const NAMED_BYTES = 16 * 1024 * 1024;

/** Changes nothing; for those who only verify. */
export const VERIFYING: LogVisitor = {
  set(buffer, keyAt, _offset, length) {
    if (keyAt > 0 && !hasValue(buffer, keyAt, stringEnd(buffer, keyAt, buffer.length), length)) return false;
    return undefined;
  },
  delete: () => undefined,
  replace: () => undefined,
  member: () => undefined,
};

/** @param onRead told how many bytes of the file on the disk were read */
export async function verifyLogFile(
  disk: FileSystem,
  file: DirectoryFile,
  anchor: Anchor | undefined,
  onRead: (bytes: number) => void,
): Promise<LogFileVerification> {
  const findings: VerifyFinding[] = [];
  let opened: OpenFile | undefined;
  try {
    opened = countingReads(await disk.open(file.path, 'read'), onRead);
    const packed = file.compressed ? await GunzippedFile.open(opened) : undefined;
    opened = packed ?? opened;
    const scan = await scanLog(opened, await opened.size(), VERIFYING, anchor);
    for (const damage of scan.damage) findings.push(...(await damageFindings(file, opened, damage)));
    findings.push(...noteFindings(file, scan));
    if (packed?.failure !== undefined) findings.push(gzipFinding(file, scan, packed.failure));
    return { scan, findings };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { findings };
    return { findings: [...findings, failureFinding(file, error)] };
  } finally {
    await opened?.close().catch(() => undefined);
  }
}

function countingReads(file: OpenFile, onRead: (bytes: number) => void): OpenFile {
  return Object.assign(Object.create(file) as OpenFile, {
    async read(...words: Parameters<OpenFile['read']>) {
      const read = await file.read(...words);
      onRead(read);
      return read;
    },
    size: () => file.size(),
    close: () => file.close(),
  });
}

async function damageFindings(file: DirectoryFile, opened: OpenFile, damage: Damage): Promise<VerifyFinding[]> {
  const found = kindOf(damage);
  const base = {
    severity: 'damage' as const,
    found,
    file: file.file,
    ...(file.compressed && { unpacked: true as const }),
  };
  const first: VerifyFinding = {
    ...base,
    line: damage.line,
    offset: damage.offset,
    ...(damage.key !== undefined && { key: damage.key }),
    ...(damage.lost && { lostSeq: damage.lost }),
    message: messageOf(found, damage),
    hint: hintFor(file, found),
  };
  if (found === 'torn-tail' || damage.lines < 2) return [first];
  const others = await linesBehind(opened, damage);
  return [
    first,
    ...others.map((place) => ({ ...base, ...place, message: 'So is this line, in the same run of damage.' })),
  ];
}

function kindOf(damage: Damage): VerifyFindingKind {
  if (damage.foreign) return 'foreign-lines';
  if (damage.checkpoint) return 'damaged-checkpoint';
  if (damage.isTail && !damage.unknownLines && !damage.spansBatches) return 'torn-tail';
  return damage.end === damage.offset ? 'lost-entries' : 'corruption';
}

function messageOf(found: VerifyFindingKind, damage: Damage): string {
  const lost = damage.lost ? ` ${seqs(damage.lost)} cannot be read.` : '';
  switch (found) {
    case 'foreign-lines':
      return `Lines of another log begin here.${lost}`;
    case 'damaged-checkpoint':
      return `The CHECKPOINT that heads the log does not match its checksum.${lost}`;
    case 'torn-tail':
      return `An unfinished last write: ${damage.end - damage.offset} bytes that are no whole line. Nothing acknowledged was in them.`;
    case 'lost-entries':
      return damage.lost ? `Entries are missing here: ${seqs(damage.lost)}.` : 'Entries are missing here.';
    default:
      return `The bytes here do not match their checksum, or are no entry.${lost}`;
  }
}

export function seqs([first, last]: [number, number]): string {
  return first === last ? `seq ${first}` : `seq ${first} to ${last}`;
}

function hintFor({ kind }: DirectoryFile, found: VerifyFindingKind): string {
  if (kind !== 'log') return 'Only the history needs this file: take a whole copy of it from a backup, or remove it.';
  if (found === 'torn-tail') return '`append-log repair` cuts it, as the next start does, and keeps the bytes.';
  return '`append-log repair --dry-run` tells whether it can be healed.';
}

/** The places of the other lines of a run, none of which verifies by itself. */
async function linesBehind(
  file: OpenFile,
  damage: Damage,
): Promise<Required<Pick<VerifyFinding, 'line' | 'offset'>>[]> {
  const size = Math.min(damage.end - damage.firstLineEnd, NAMED_BYTES);
  if (size <= 0) return [];
  const bytes = Buffer.allocUnsafe(size);
  const read = await file.read(bytes, 0, size, damage.firstLineEnd);
  const places: { line: number; offset: number; key?: string }[] = [];
  let line = damage.line + 1;
  for (let start = 0; start < read && places.length < NAMED_LINES; line += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 || newline > read ? read : newline;
    const { key } = claimsOf(bytes, start, end);
    if (end > start) places.push({ line, offset: damage.firstLineEnd + start, ...(key !== undefined && { key }) });
    start = end + 1;
  }
  return places;
}

function noteFindings(file: DirectoryFile, scan: ScanResult): VerifyFinding[] {
  const note = { severity: 'note' as const, file: file.file };
  const notes: VerifyFinding[] = scan.gluedAt.map(({ offset, line }) => ({
    ...note,
    found: 'torn-tail',
    line,
    offset,
    message:
      'The reference bot wrote a whole line behind a torn one, which was never acknowledged. The whole one counts.',
  }));
  if (scan.olderLines > 0) {
    notes.push({
      ...note,
      found: 'unproven-lines',
      message: `Lines without a checksum (the reference bot wrote them): ${scan.olderLines}. Rot in them would not show.`,
      ...(file.kind === 'log' && { hint: '`append-log migrate` gives every line its checksum.' }),
    });
  }
  return notes;
}

function gzipFinding(file: DirectoryFile, scan: ScanResult, why: string): VerifyFinding {
  return {
    severity: 'damage',
    found: 'damaged-gzip',
    file: file.file,
    line: scan.lines + 1,
    offset: scan.end,
    unpacked: true,
    message: `It cannot be unpacked as a whole (${why}); what comes before this place is whole.`,
    hint: hintFor(file, 'damaged-gzip'),
  };
}

function failureFinding(file: DirectoryFile, error: unknown): VerifyFinding {
  const { offset, line, message } = error as LogError;
  const placed = error instanceof LogError && offset !== undefined && line !== undefined;
  return {
    severity: 'damage',
    found: error instanceof LogError && error.code === 'LOG_CORRUPT' ? 'corruption' : 'unreadable',
    file: file.file,
    ...(placed && { offset, line }),
    ...(placed && file.compressed && { unpacked: true as const }),
    message,
    hint: hintFor(file, 'corruption'),
  };
}
