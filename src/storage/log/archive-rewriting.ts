/**
 * Writes files of former entries anew with other lines in the place of some, checksums chained again: a backup, plain or
 * compressed, and a segment of the archive, whose index follows. A line is held in memory as a whole; one that is larger
 * than a buffer can be is refused with LOG_TOO_LARGE, as whoever reads it is.
 */
import { findArchive, memberOf, startOf } from './archive.js';
import { type ArchiveSegment, emptySegment, writeArchiveIndex } from './archive-index.js';
import { lastSeqOf } from './backups.js';
import { type ByteSource, sourceOf } from './byte-source.js';
import { crcDigits, extendCrc, writeCrcDigits } from './crc.js';
import { type OpenFile, replaceFile } from './file-system.js';
import { decodeText, findTail, NEWLINE, readTail } from './format.js';
import { Unpacked, writeMember } from './gzip.js';
import type { LogContext } from './log-context.js';
import type { Backup } from './log-name.js';
import { corrupt, entriesIn, linesOf } from './log-reader.js';
import { numberedLines } from './numbered-lines.js';

/** @returns what shall stand in the place of a line, its checksum not yet right; undefined where it may stay */
export type LineRewriter = (line: Buffer) => Buffer | undefined;

const MEMBER_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
const HEAD = { offset: 0, lines: 0, chain: 0 };
const END_OF_LINE = Buffer.from([NEWLINE]);

/** @returns the number of lines that changed; where none does, nothing is written */
export async function rewriteBackup(context: LogContext, backup: Backup, rewrite: LineRewriter): Promise<number> {
  const { disk, paths } = context;
  const path = paths.beside(backup.fileName);
  const lines = await reading(context, path, backup.compressed, (source) => changesIn(source, rewrite));
  if (lines === 0) return 0;
  const lastSeq = (await lastSeqOf(context, backup)) ?? 0;
  await reading(context, path, backup.compressed, (source) =>
    replaceFile(disk, path, async (target) => {
      const pieces = gathered(rewritten(source, rewrite));
      if (backup.compressed) await writeMember(target, 0, pieces, () => lastSeq);
      else await writePieces(target, pieces);
    }),
  );
  return lines;
}

/** As `rewriteBackup`, of a segment that `archivedSegments` gave. */
export async function rewriteSegment(
  context: LogContext,
  segment: ArchiveSegment,
  rewrite: LineRewriter,
): Promise<number> {
  const { disk, paths } = context;
  const path = paths.segment(segment.file);
  if (segment.damaged) throw corrupt(path, 0, 1, 'not all of it can be read, so nothing can be taken out of it');
  const lines = await reading(context, path, true, (source) => changesIn(source, rewrite), segment.bytes);
  if (lines === 0) return 0;
  const made = emptySegment(segment.file);
  const { segments } = await findArchive(context);
  // It would be believed of other bytes: without one, all segments are read.
  await disk.remove(paths.archiveIndex);
  await disk.syncDirectory(paths.archive);
  await reading(
    context,
    path,
    true,
    (source) => replaceFile(disk, path, (target) => writeSegment(target, made, rewritten(source, rewrite))),
    segment.bytes,
  );
  const whole = { ...segment, ...made, period: segment.period };
  await writeArchiveIndex(
    context,
    segments.map((each) => (each.file === segment.file ? whole : each)),
  );
  return lines;
}

async function reading<R>(
  { disk }: LogContext,
  path: string,
  compressed: boolean,
  task: (source: ByteSource) => Promise<R>,
  bytes?: number,
): Promise<R> {
  const file = await disk.open(path, 'read');
  const size = bytes ?? (await file.size());
  const packed = compressed ? new Unpacked(file, 0, size) : undefined;
  try {
    return await task(packed ?? sourceOf(file, size));
  } finally {
    await packed?.close();
    await file.close();
  }
}

async function changesIn(source: ByteSource, rewrite: LineRewriter): Promise<number> {
  let lines = 0;
  for await (const { bytes } of linesOf(source)) if (rewrite(bytes)) lines += 1;
  return lines;
}

/** Each line with its newline and the checksum that it has behind the bytes that stand before it now. */
async function* rewritten(source: ByteSource, rewrite: LineRewriter): AsyncGenerator<Buffer> {
  const chains = { old: 0, now: 0 };
  for await (const { bytes, offset, line } of linesOf(source)) {
    const matches = (crcAt: number, crc: number) => extendCrc(chains.old, bytes.subarray(0, crcAt)) === crc;
    const tail = readTail(bytes, 0, bytes.length) ?? findTail(bytes, 0, bytes.length, matches);
    if (tail ? !matches(tail.crcAt, tail.crc) : claimsChecksum(bytes)) {
      throw corrupt(source.path, offset, line, 'its checksum does not match');
    }
    const [known, from] = tail ? [tail.crc, tail.crcAt] : [chains.old, 0];
    chains.old = extendCrc(extendCrc(known, bytes.subarray(from)), END_OF_LINE);
    const changed = rewrite(bytes);
    const written = Buffer.concat([changed ?? bytes, END_OF_LINE]);
    // What was changed is spelled as the engine does, its digits last; what another program wrote has them elsewhere.
    const crcAt = changed ? readTail(written, 0, written.length - 1)?.crcAt : tail?.crcAt;
    if (crcAt !== undefined) writeCrcDigits(written, crcAt, extendCrc(chains.now, written.subarray(0, crcAt)));
    chains.now = extendCrc(chains.now, written);
    yield written;
  }
}

/** A line without digits that count must have none. */
function claimsChecksum(line: Buffer): boolean {
  return line.includes('"crc"') && entriesIn(decodeText(line)).some(({ crc }) => crc !== undefined);
}

/** A few large pieces instead of many lines: each costs a call of the disk, or of the thread that compresses. */
async function* gathered(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

async function writePieces(target: OpenFile, pieces: AsyncIterable<Buffer>): Promise<void> {
  let at = 0;
  for await (const piece of pieces) {
    await target.write(piece, 0, piece.length, at);
    at += piece.length;
  }
}

/** In members as large as those that archiving writes; what stands in each is noted in `made`. */
async function writeSegment(target: OpenFile, made: ArchiveSegment, pieces: AsyncGenerator<Buffer>): Promise<void> {
  let next = await pieces.next();
  while (!next.done) {
    const start = startOf(made);
    let first: { firstSeq: number; from: string } | undefined;
    let chain = start.chain;
    const member = async function* () {
      for (let bytes = 0; !next.done && (bytes < MEMBER_BYTES || !first); next = await pieces.next()) {
        const piece: Buffer = next.value;
        const { seq, timestamp, isState } = await numberOf(piece, { offset: bytes, lines: 0, chain }, made);
        if (isState && made.lines === 0 && seq > 1) Object.assign(made, { stateTime: timestamp });
        else {
          first ??= { firstSeq: seq, from: timestamp };
          if (made.entries === 0) Object.assign(made, { firstSeq: seq, from: timestamp });
          Object.assign(made, { to: timestamp });
          made.entries += 1;
        }
        made.lastSeq = seq;
        made.lines += 1;
        chain = extendCrc(chain, piece);
        bytes += piece.length;
        yield piece;
      }
    };
    const written = await writeMember(target, made.bytes, gathered(member()), () => made.lastSeq);
    made.members.push(memberOf(first ?? { firstSeq: made.lastSeq, from: made.to }, written.at, start));
    made.bytes += written.bytes;
    made.rawBytes += written.rawBytes;
    made.chain = crcDigits(chain);
  }
}

async function numberOf(piece: Buffer, start: typeof HEAD, { lastSeq, to }: ArchiveSegment) {
  let at = 0;
  const source: ByteSource = {
    path: '',
    async read(buffer, from, length) {
      const read = piece.copy(buffer, from, at, Math.min(piece.length, at + length));
      at += read;
      return read;
    },
  };
  for await (const { seq, timestamp, isState } of numberedLines(source, start)) return { seq, timestamp, isState };
  return { seq: lastSeq, timestamp: to, isState: false };
}
