/**
 * Carries what stands in backups over into the archive, a segment for each period. A segment unpacked is a whole log file
 * by itself: unless it begins at seq 1 its first line is a CHECKPOINT of the state before its first entry. What is in the
 * archive already is told by seq, so whatever a crash or a full disk left undone is done the next time.
 */
import { type FoundArchive, findArchive, lastSeqIn, memberOf, startOf } from './archive.js';
import { type ArchiveSegment, emptySegment, freeSegmentName, writeArchiveIndex } from './archive-index.js';
import { lastSeqOf, orderedBackups, passState, withBackup } from './backups.js';
import { sourceOf } from './byte-source.js';
import { crcDigits, extendCrc, writeCrcDigits } from './crc.js';
import { toLogError } from './errors.js';
import { makeDirectoryDurably, type OpenFile } from './file-system.js';
import { foldSomewhere } from './folding.js';
import { NEWLINE } from './format.js';
import { writeMember } from './gzip.js';

import { KeyIndex } from './key-index.js';
import type { LogContext } from './log-context.js';
import type { CompactOptions } from './log-engine.js';
import { corrupt } from './log-reader.js';
import { scanLog } from './log-scanner.js';
import { type NumberedLine, numberedLines } from './numbered-lines.js';
import { indexVisitor } from './recovery.js';

type Rotate = NonNullable<CompactOptions['rotate']>;

const PIECE_BYTES = 256 * 1024;
/** A member ends behind so many bytes of lines, so that a reader can begin near what it wants. */
const MEMBER_BYTES = 4 * 1024 * 1024;
const HEAD = { offset: 0, lines: 0, chain: 0 };

/** Archives all that is not archived yet, the oldest first. @returns the files that were written, by name */
export async function archiveBackups(context: LogContext, rotate: Rotate): Promise<string[]> {
  const { disk, paths } = context;
  try {
    await makeDirectoryDurably(disk, paths.archive);
    const archive = await findArchive(context);
    await settle(context, archive);
    const written = new Set<string>();
    for (const backup of await orderedBackups(context)) {
      if (((await lastSeqOf(context, backup)) ?? Number.POSITIVE_INFINITY) <= lastSeqIn(archive.segments)) continue;
      await withBackup(context, backup, (file) => new BackupArchiver(context, archive, rotate, file, written).run());
    }
    return [...written];
  } catch (error) {
    throw toLogError(error, 'archiving into', paths.archive);
  }
}

/** What a crash left behind the index counts once it is durable. */
async function settle(context: LogContext, { segments, unindexed, isStale }: FoundArchive): Promise<void> {
  if (!isStale) return;
  const { disk, paths } = context;
  for (const { file: name } of unindexed) {
    const file = await disk.open(paths.segment(name), 'write');
    await file.sync().finally(() => file.close());
  }
  await disk.syncDirectory(paths.archive);
  await writeArchiveIndex(context, segments);
}

class BackupArchiver {
  #lines: AsyncGenerator<NumberedLine> | undefined;
  /** The next line that is to be archived. */
  #next: NumberedLine | undefined;
  /** Of the line before it. */
  #before: { seq: number; timestamp: string } = { seq: 0, timestamp: '' };

  constructor(
    private readonly context: LogContext,
    private readonly archive: FoundArchive,
    private readonly rotate: Rotate,
    private readonly file: OpenFile,
    private readonly written: Set<string>,
  ) {}

  async run(): Promise<void> {
    const size = await this.file.size();
    const head = await passState(this.file, size);
    const start = head?.behind ?? HEAD;
    if (head) this.#before = head;
    this.#lines = numberedLines(sourceOf(this.file, size, start.offset), start);
    try {
      const last = lastSeqIn(this.archive.segments);
      do await this.#advance();
      while (this.#next && this.#next.seq <= last);
      while (this.#next) await this.#archiveSegment(this.#next);
    } finally {
      await this.#lines.return(undefined);
    }
  }

  async #advance(): Promise<void> {
    if (this.#next) this.#before = { seq: this.#next.seq, timestamp: this.#next.timestamp };
    const next = await this.#lines?.next();
    this.#next = next?.done ? undefined : next?.value;
  }

  /** Up to the end of the period, or of the backup. */
  async #archiveSegment(first: NumberedLine): Promise<void> {
    const { disk, paths } = this.context;
    const { name, endMs } = this.rotate(Date.parse(first.timestamp));
    const { segments } = this.archive;
    const newest = segments.findLast(({ entries }) => entries > 0);
    const isNext = newest?.lastSeq === first.seq - 1 && newest.damaged !== 'inside';
    // Whatever stands behind it is not needed.
    if (isNext) delete newest.damaged;
    const goesOn = isNext && newest.period === name;
    const segment = goesOn ? structuredClone(newest) : emptySegment(freeSegmentName(name, segments));
    segment.period = name;
    const file = await disk.open(paths.segment(segment.file), 'write');
    try {
      // What stands behind was being written when a process died.
      await file.truncate(segment.bytes);
      const state = goesOn || first.seq === 1 ? undefined : await this.#stateBefore(first);
      do await this.#writeMember(file, segment, segment.bytes === 0 ? state : undefined, endMs);
      while (this.#goesOn(segment, endMs));
      await file.sync();
    } catch (error) {
      await file.truncate(goesOn ? newest.bytes : 0).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
      await disk.remove(this.#statePath);
    }
    await disk.syncDirectory(paths.archive);
    if (goesOn) segments.splice(segments.indexOf(newest), 1);
    segments.push(segment);
    await writeArchiveIndex(this.context, segments);
    this.written.add(segment.file);
  }

  #goesOn({ lastSeq }: ArchiveSegment, endMs: number): boolean {
    const next = this.#next;
    return next !== undefined && next.seq === lastSeq + 1 && Date.parse(next.timestamp) < endMs;
  }

  async #writeMember(
    file: OpenFile,
    segment: ArchiveSegment,
    state: WrittenState | undefined,
    endMs: number,
  ): Promise<void> {
    const start = startOf(segment);
    const { seq: firstSeq, timestamp: from } = this.#next as NumberedLine;
    const member = await writeMember(file, segment.bytes, this.#pieces(segment, state, endMs), () => segment.lastSeq);
    segment.members.push(memberOf({ firstSeq, from }, member.at, start));
    segment.bytes += member.bytes;
    segment.rawBytes += member.rawBytes;
  }

  /** The lines of a member, their checksums chained from the segment's first byte. */
  async *#pieces(segment: ArchiveSegment, state: WrittenState | undefined, endMs: number): AsyncGenerator<Buffer> {
    let chain = Number.parseInt(segment.chain, 16);
    if (state) {
      yield* this.#copyState(state);
      ({ chain } = state);
      Object.assign(segment, { lines: 1, stateTime: state.timestamp, lastSeq: state.seq });
    }
    let waiting: Buffer[] = [];
    let bytes = 0;
    let total = 0;
    for (let line = this.#next; line && total < MEMBER_BYTES; line = this.#next) {
      if (segment.entries > 0 && !this.#goesOn(segment, endMs)) break;
      const copy = Buffer.concat([line.bytes, END_OF_LINE]);
      const crc = extendCrc(chain, copy.subarray(0, line.crcAt));
      writeCrcDigits(copy, line.crcAt, crc);
      chain = extendCrc(crc, copy.subarray(line.crcAt));
      if (segment.entries === 0) Object.assign(segment, { firstSeq: line.seq, from: line.timestamp });
      Object.assign(segment, { lastSeq: line.seq, to: line.timestamp });
      segment.entries += 1;
      segment.lines += 1;
      waiting.push(copy);
      bytes += copy.length;
      total += copy.length;
      await this.#advance();
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
    }
    segment.chain = crcDigits(chain);
    if (bytes > 0) yield Buffer.concat(waiting);
  }

  async *#copyState({ bytes }: WrittenState): AsyncGenerator<Buffer> {
    const file = await this.context.disk.open(this.#statePath, 'read');
    try {
      const source = sourceOf(file, bytes);
      for (;;) {
        const piece = Buffer.allocUnsafe(PIECE_BYTES);
        const read = await source.read(piece, 0, PIECE_BYTES);
        if (read === 0) return;
        yield piece.subarray(0, read);
      }
    } finally {
      await file.close();
    }
  }

  /** Folds what stands before a line into a CHECKPOINT, in a file of its own. */
  async #stateBefore({ offset, chain, timestamp, seq }: NumberedLine): Promise<WrittenState> {
    const { disk } = this.context;
    const index = new KeyIndex();
    const scan = await scanLog(this.file, offset, indexVisitor(index));
    const [damage] = scan.damage;
    if (damage) throw corrupt(this.file.path, damage.offset, damage.line, 'its checksum does not match');
    const before = { seq: this.#before.seq || seq - 1, timestamp: this.#before.timestamp || timestamp };
    const target = await disk.open(this.#statePath, 'replace');
    try {
      const source = { file: this.file, size: offset, chain };
      const line = { ...before, compactedAt: new Date().toISOString() };
      const { bytes, chain: after } = await foldSomewhere(this.context, {
        source,
        target,
        move: index.beginMove(),
        line,
      });
      return { bytes, chain: after, ...before };
    } finally {
      await target.close();
    }
  }

  get #statePath(): string {
    return this.context.paths.segment('state.tmp');
  }
}

interface WrittenState {
  bytes: number;
  chain: number;
  seq: number;
  timestamp: string;
}

const END_OF_LINE = Buffer.from([NEWLINE]);
