/**
 * Judges one line after the other: whole, damaged, lost, doubled. What damage leaves open is kept as several readings
 * of the bytes (`chain-readings`), until a later line tells which of them is true.
 */
import { isUtf8 } from 'node:buffer';
import { ChainReadings, type Reading } from './chain-readings.js';
import { extendCrc } from './crc.js';
import { DamageNotes } from './damage-notes.js';
import type { LogEntry } from './entry.js';
import {
  decodeText,
  findTail,
  isoTime,
  keyAt,
  type LineShape,
  type LineTail,
  lineShape,
  looksLikeCheckpoint,
  parseLine,
  readTail,
  stateMember,
} from './format.js';
import { StateScanner } from './json-scan.js';
import { type Anchor, Lineage, type VerifiedLine } from './lineage.js';
import { type KnownHead, type LogVisitor, nothingFound, type ScanResult } from './scan-result.js';
import { PageSummer, type StatePages } from './state-pages.js';

const LINE_HEAD = '{"timestamp":"';
const OLDER_MEMBERS = new Set(['timestamp', 'op', 'key', 'value', 'data', 'state', 'compactedAt']);

const NEWLINE = Buffer.from('\n');
const CLOSE_BRACE = 0x7d;

export class LineJudge {
  readonly #readings = new ChainReadings();
  /** Where the last blank line stands, should it turn out not to belong there. */
  #blank: { offset: number; line: number } | undefined;
  /** Where blank lines ended: a line that begins there has no digits right before it. */
  #blankEnd = -1;
  /** Where the open damage began, and the chain there: a torn tail is cut back to this. */
  #wholeEnd = 0;
  #wholeChain = 0;
  #wholeLines = 0;
  #line = 0;
  #offset = 0;
  readonly #found = nothingFound();

  readonly #notes = new DamageNotes(this.#found);
  readonly #lineage: Lineage;
  #foreign = false;
  /** Where the time of the newest line stands, while its bytes are here. */
  #timeIn: Buffer | undefined;
  #timeAt = 0;

  /**
   * @param anchor what the seal says of the log, where there is one
   * @param head what is known already; the next line that is judged stands behind it
   */
  constructor(
    private readonly visitor: LogVisitor,
    anchor?: Anchor,
    head?: KnownHead,
  ) {
    this.#lineage = new Lineage(anchor);
    if (!head) return;
    const { scan, lastCrc } = head;
    Object.assign(this.#found, scan);
    this.#line = scan.lines;
    this.#readings.know(scan.chain);
    this.#whole(scan.end);
    this.#lineage.accepted({ seq: scan.lastSeq, crc: lastCrc, checkpoint: false });
  }

  /** No damage is open: `chain` is the CRC-32 of every byte so far. */
  get certain(): boolean {
    return this.#notes.open === undefined && this.#readings.certain;
  }

  get chain(): number {
    return this.#readings.chain;
  }

  /** The line that is being judged. */
  get place(): { offset: number; line: number } {
    return { offset: this.#offset, line: this.#line + 1 };
  }

  /** A line in a run whose bytes have been verified as a whole. */
  verifiedLine(buffer: Buffer, start: number, end: number, offset: number): void {
    this.#offset = offset;
    this.#line += 1;
    const tail = readTail(buffer, start, end) ?? findTail(buffer, start, end, () => true);
    if (this.#foreign) this.#damaged(buffer, start, end, offset, undefined);
    else if (tail) this.#engineLine(buffer, start, end, offset, tail);
    else if (!this.#olderLine(buffer, start, end, offset)) this.#damaged(buffer, start, end, offset, undefined);
  }

  /** The chain at the end of a verified run. */
  verifiedUpTo(chain: number, offset: number): void {
    this.#readTime();
    // A verified run may still hold a seq that jumps; that damage stays open for recovery to judge.
    this.#readings.know(chain);
    if (this.#notes.open === undefined) this.#whole(offset);
  }

  /** A line that must be verified by itself. */
  line(buffer: Buffer, start: number, end: number, offset: number): void {
    this.#judgeLine(buffer, start, end, offset);
    this.#readTime();
  }

  #judgeLine(buffer: Buffer, start: number, end: number, offset: number): void {
    this.#offset = offset;
    const tail = readTail(buffer, start, end);
    const found =
      tail ??
      findTail(buffer, start, end, (crcAt, crc) => this.#readings.match(buffer, start, crcAt, crc) !== undefined);
    const reading = found && this.#readings.match(buffer, start, found.crcAt, found.crc);
    if (found && reading && !looksLikeCheckpoint(buffer.subarray(start, end)) && this.#isForeign(found.seq, reading)) {
      this.#notes.begin(offset, this.#line).foreign = 'from here';
    }
    if (found && reading && !this.#foreign) {
      this.#settle(reading);
      this.#line += 1;
      this.#readings.know(extendCrc(found.crc, buffer.subarray(found.crcAt, end)));
      this.#readings.extend(NEWLINE);
      this.#engineLine(buffer, start, end, offset, found);
      if (this.#notes.open === undefined) this.#whole(offset + end - start + 1);
      return;
    }
    if (!this.#foreign && this.#splitAtLostNewline(buffer, start, end, offset)) return;
    this.#line += 1;
    if (!tail && !this.#foreign && this.#olderLine(buffer, start, end, offset)) {
      this.#readings.extend(buffer.subarray(start, end + 1));
      if (this.#notes.open === undefined) this.#whole(offset + end - start + 1);
      return;
    }
    this.#damaged(buffer, start, end, offset, tail);
  }

  /** What stands behind the last newline. */
  partialLine(buffer: Buffer, start: number, end: number, offset: number): void {
    this.#offset = offset;
    const lostNewline = this.#foreign ? undefined : readTail(buffer, start, end - 1);
    if (lostNewline && this.#readings.match(buffer, start, lostNewline.crcAt, lostNewline.crc)) {
      this.#notes.note(this.#line, buffer, start, end - 1, offset);
      this.line(buffer, start, end - 1, offset);
      return;
    }
    const older = !this.#foreign && buffer[end - 1] === CLOSE_BRACE && !readTail(buffer, start, end);
    const entry = older ? this.#parseOlder(buffer, start, end) : undefined;
    this.#line += 1;
    if (entry) {
      this.#notes.close(undefined);
      this.#apply(entry, buffer, start, end, offset);
      this.#readings.extend(buffer.subarray(start, end));
      this.#found.missingNewline = true;
      this.#whole(offset + end - start);
      return;
    }
    this.#damaged(buffer, start, end - 1, offset, undefined);
  }

  /** Newlines alone: space filled ahead, or an editor's. */
  blankLines(buffer: Buffer, start: number, end: number, offset: number, verified: boolean): void {
    if (end <= start) return;
    this.#line += end - start;
    this.#blankEnd = offset + end - start;
    if (verified) return;
    const bytes = buffer.subarray(start, end);
    if (this.#found.engineLines > 0) this.#readings.blank(bytes);
    else this.#readings.extend(bytes);
    this.#blank = { offset, line: this.#line };
  }

  /** A verified whole-state line that is streamed; false where it must not be applied. */
  stateLine(head: Buffer, line: VerifiedLine & { offset: number; end: number }, pages: StatePages): boolean {
    this.#line += 1;
    if (!this.#accepts(line, line.offset, line.end + 1)) return false;
    this.#found.statePages = pages;
    this.#found.engineLines += 1;
    this.#found.lastTimestamp = head.toString('latin1', LINE_HEAD.length, LINE_HEAD.length + 24);
    this.#startState(line.seq, line.checkpoint, line.offset, line.end + 1);
    return true;
  }

  result(size: number): ScanResult {
    const found = this.#found;
    found.size = size;
    this.#notes.endAt(size);
    found.end = this.#wholeEnd;
    found.chain = this.#wholeChain;
    found.lines = this.#wholeLines;
    return found;
  }

  /** A line verified: what that proves of the bytes before it. */
  #settle({ proven, blankInserted }: Reading): void {
    if (proven) this.#engineLine(proven.bytes, 0, proven.bytes.length, proven.offset, proven.tail);
    if (!blankInserted || !this.#blank || this.#notes.open) return;
    const { offset, line } = this.#blank;
    this.#notes.begin(offset, line).end = offset + 1;
  }

  #engineLine(buffer: Buffer, start: number, end: number, offset: number, tail: LineTail): void {
    // A line that ends otherwise than the engine's is known by its decoded form alone.
    const shape = tail.seqAt === end ? 'other' : shapeOf(buffer, start, end);
    const entry = shape === 'other' ? parseLine(decodeText(buffer, start, end)) : undefined;
    if (shape === 'other' && !entry) {
      // Its checksum is right: perhaps an entry of a later version, in no case an unfinished write.
      this.#damaged(buffer, start, end, offset, tail);
      this.#notes.begin(offset, this.#line).unknownLines = true;
      return;
    }
    const checkpoint = shape === 'checkpoint' || entry?.op === 'CHECKPOINT';
    const line = { seq: tail.seq, crc: tail.seqAt === end ? undefined : tail.crc, checkpoint };
    if (!this.#accepts(line, offset, offset + end - start + 1)) return;
    this.#found.engineLines += 1;
    if (entry) {
      this.#apply(entry, buffer, start, end, offset, tail.seq);
      return;
    }
    this.#timeIn = buffer;
    this.#timeAt = start + LINE_HEAD.length;
    if (shape === 'set' || shape === 'delete') {
      const key = keyAt(shape, start);
      if (shape === 'set') {
        const length = tail.seqAt - key;
        if (this.visitor.set(buffer, key, offset + key - start, length, tail.seq) !== false) return;
        this.#takeBack(buffer, start, end, offset, tail);
      } else this.visitor.delete(buffer, key, tail.seq);
    } else {
      this.#state(buffer, start, end, offset, tail.seq, checkpoint);
    }
  }

  /** A line that verifies behind damage, though no reading of the damage lets it follow what stands before. */
  #isForeign(seq: number, { chain, proven, insertedOnly }: Reading): boolean {
    if (this.#foreign || proven) return false;
    const follows = this.#notes.open !== undefined && seq === this.#found.lastSeq + 1;
    const strays = follows && !insertedOnly && !this.#lineage.endsAsAccepted(chain);
    this.#foreign = strays || this.#lineage.leavesSeal(seq, chain);
    return this.#foreign;
  }

  /** A line that was accepted by its shape, and sets nothing. */
  #takeBack(buffer: Buffer, start: number, end: number, offset: number, tail: LineTail): void {
    this.#found.engineLines -= 1;
    this.#found.lastSeq -= 1;
    this.#damaged(buffer, start, end, offset, tail);
    this.#notes.begin(offset, this.#line).unknownLines = true;
  }

  /** Checks that `seq` follows, closing open damage; false for a doubled or moved line, which is damage itself. */
  #accepts(line: VerifiedLine, offset: number, end: number): boolean {
    const found = this.#found;
    const { seq, checkpoint } = line;
    const entries = found.engineLines + found.olderLines;
    const heads = checkpoint && entries === 0 && this.#notes.open === undefined;
    const expected = checkpoint && entries > 0 ? found.lastSeq : found.lastSeq + 1;
    const contradicts = this.#lineage.contradictsSeal(line);
    if (contradicts || (!heads && seq < expected)) {
      const damage = this.#notes.begin(offset, this.#line);
      damage.end = end;
      damage.engineMade ||= line.crc !== undefined;
      const copy = seq === found.lastSeq && this.#lineage.isCopy(line);
      damage.unknownLines = !copy;
      this.#foreign = contradicts || (seq === found.lastSeq && !copy);
      if (this.#foreign) damage.foreign = contradicts ? 'all' : 'from here';
      return false;
    }
    const lost: [number, number] | undefined = heads || seq === expected ? undefined : [expected, seq - 1];
    if (lost) this.#notes.begin(offset, this.#line);
    this.#notes.close(lost, checkpoint);
    if (entries === 0) found.firstSeq = seq;
    found.lastSeq = seq;
    found.lastEntryAt = offset;
    if (this.#blankEnd === offset) found.unprovenEnd = offset;
    this.#lineage.accepted(line);
    return true;
  }

  #olderLine(buffer: Buffer, start: number, end: number, offset: number): boolean {
    const entry = this.#parseOlder(buffer, start, end);
    if (!entry) return this.#found.engineLines === 0 && this.#gluedLines(buffer, start, end, offset);
    this.#notes.close(undefined);
    this.#apply(entry, buffer, start, end, offset);
    return true;
  }

  /**
   * The reference bot wrote its next line onto a torn one: the fragment was never acknowledged, the rest is whole.
   * Where the part before is whole too, perhaps with one byte that was a newline, it counts as well.
   */
  #gluedLines(buffer: Buffer, start: number, end: number, offset: number): boolean {
    const glued = start + buffer.subarray(start, end).lastIndexOf(LINE_HEAD);
    if (glued <= start || !this.#parseOlder(buffer, glued, end)) return false;
    if (!this.#olderLine(buffer, start, glued, offset)) this.#olderLine(buffer, start, glued - 1, offset);
    this.#found.gluedAt.push({ offset, line: this.#line });
    return this.#olderLine(buffer, glued, end, offset + glued - start);
  }

  #parseOlder(buffer: Buffer, start: number, end: number): LogEntry | undefined {
    if (buffer[start] !== 0x7b || !isUtf8(buffer.subarray(start, end))) return undefined;
    const entry = parseLine(decodeText(buffer, start, end));
    if (!entry || entry.seq !== undefined) return undefined;
    // Behind lines with checksums a stranger is damage, unless it is just what the reference bot writes.
    if (this.#found.engineLines === 0) return entry;
    // Where bytes are out of place, so may this line be: nothing in it says where it belongs.
    if (this.#notes.open) return undefined;
    return Object.keys(entry).every((member) => OLDER_MEMBERS.has(member)) ? entry : undefined;
  }

  /** An entry known by its decoded form: an older line, or one in another member order. */
  #apply(entry: LogEntry, buffer: Buffer, start: number, end: number, offset: number, knownSeq?: number): void {
    const found = this.#found;
    found.unprovenEnd = offset + end - start + 1;
    const seq = knownSeq ?? found.lastSeq + 1;
    if (knownSeq === undefined) {
      if (found.olderLines + found.engineLines === 0) found.firstSeq = seq;
      found.olderLines += 1;
      found.lastSeq = seq;
      found.lastEntryAt = offset;
      this.#lineage.accepted({ seq, crc: undefined, checkpoint: false });
    }
    found.lastTimestamp = isoTime(entry.timestamp) ?? found.lastTimestamp;
    if (entry.key === undefined || entry.op === 'CHECKPOINT') {
      this.#state(buffer, start, end, offset, seq, entry.op === 'CHECKPOINT');
      return;
    }
    const key = Buffer.from(JSON.stringify(entry.key));
    if (entry.op === 'SET') this.visitor.set(key, 0, offset, end - start, seq);
    else this.visitor.delete(key, 0, seq);
  }

  #state(buffer: Buffer, start: number, end: number, offset: number, seq: number, checkpoint: boolean): void {
    this.#startState(seq, checkpoint, offset, offset + end - start + 1);
    const pages = new PageSummer(offset);
    pages.push(buffer.subarray(start, end));
    this.#found.statePages = pages.finish();
    const scanner = new StateScanner(offset, stateMember(checkpoint), (...member) => this.visitor.member(...member));
    scanner.push(buffer, start, end);
  }

  #startState(seq: number, checkpoint: boolean, offset: number, end: number): void {
    this.#found.replaced = true;
    if (checkpoint && offset === 0) this.#found.checkpointBytes = end;
    this.visitor.replace(seq);
  }

  #damaged(buffer: Buffer, start: number, end: number, offset: number, tail: LineTail | undefined): void {
    this.#notes.note(this.#line, buffer, start, end, offset);
    this.#readings.damaged(buffer, start, end, offset, tail);
  }

  /** A newline became another byte: two whole lines in one, each of which verifies. */
  #splitAtLostNewline(buffer: Buffer, start: number, end: number, offset: number): boolean {
    let found = buffer.indexOf(LINE_HEAD, start + 1, 'latin1');
    // The text of a line's head may also stand in a value.
    for (; found > 0 && found < end; found = buffer.indexOf(LINE_HEAD, found + 1, 'latin1')) {
      const tail = readTail(buffer, start, found - 1);
      if (!tail || !this.#readings.match(buffer, start, tail.crcAt, tail.crc)) continue;
      this.line(buffer, start, found - 1, offset);
      this.#notes.note(this.#line, buffer, found - 1, found, offset + found - 1 - start);
      this.line(buffer, found, end, offset + found - start);
      return true;
    }
    return false;
  }

  /** Decoded once for each run of lines. */
  #readTime(): void {
    if (!this.#timeIn) return;
    this.#found.lastTimestamp = this.#timeIn.toString('latin1', this.#timeAt, this.#timeAt + 24);
    this.#timeIn = undefined;
  }

  #whole(offset: number): void {
    this.#wholeEnd = offset;
    this.#wholeChain = this.chain;
    this.#wholeLines = this.#line;
  }
}

/** Behind a whole state another program may have written a key, which makes it a SET of that key. */
function shapeOf(buffer: Buffer, start: number, end: number): LineShape {
  const shape = lineShape(buffer, start);
  if (shape !== 'replace') return shape;
  const line = buffer.subarray(start, end);
  return line.includes('"key"') || line.includes('\\u00') ? 'other' : shape;
}
