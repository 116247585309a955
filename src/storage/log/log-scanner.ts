/**
 * Reads a whole log once: verifies every byte, reports what each line does to the state, and tells damage apart.
 * Runs of whole lines are verified by one checksum call up to the last of them; only where that fails, line by line.
 * It never writes and never judges: what damage means is decided in recovery.
 */

import { chainAfter, extendCrc } from './crc.js';
import { LogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import { AFTER_CRC, lineShape, NEWLINE, readTail, stateMember } from './format.js';
import { StateScanner } from './json-scan.js';
import { LineJudge } from './line-judge.js';
import type { Anchor } from './lineage.js';
import type { KnownHead, LogVisitor, ScanResult } from './scan-result.js';
import { PageSummer } from './state-pages.js';

/** Read and judged between two turns of the event loop: a few milliseconds. */
const WINDOW_BYTES = 256 * 1024;
/**
 * Before a window, for the line that the one before ends in. Odd: a read into memory whose address equals the file
 * offset modulo 4096 takes four times as long.
 */
const ROOM_BYTES = 32 * 1024 + 1;
/** Digits, seq and closing of a line fit into its last bytes. */
const TAIL_BYTES = 64;

/**
 * @param file a log, or a backup
 * @param size bytes to read; what stands behind is not looked at
 * @param anchor what the seal says of the log
 * @param head what is known of it already and is not read again
 */
export async function scanLog(
  file: OpenFile,
  size: number,
  visitor: LogVisitor,
  anchor?: Anchor,
  head?: KnownHead,
): Promise<ScanResult> {
  return new LogScanner(file, size, visitor, anchor, head).run();
}

class LogScanner {
  readonly #judge: LineJudge;
  /** The bytes that are judged: those of `#window` from `#from` up to `#to`, which begin at `#position` in the file. */
  #window: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  #position = 0;
  /** Where the bytes begin that were read last. */
  #fresh = 0;
  /** While a window is judged the next one is read, behind room for the line that the judged one ends in. */
  #spare: Buffer | undefined;
  #ahead: Promise<number> | undefined;

  constructor(
    private readonly file: OpenFile,
    private readonly size: number,
    private readonly visitor: LogVisitor,
    anchor: Anchor | undefined,
    head: KnownHead | undefined,
  ) {
    this.#judge = new LineJudge(visitor, anchor, head);
    if (head) this.#position = head.scan.end;
  }

  async run(): Promise<ScanResult> {
    try {
      return await this.#scan();
    } catch (error) {
      // Those who look at bytes know no files. What verifies and is no JSON was written by nobody who means well.
      const isPlaced = error instanceof LogError ? error.file !== undefined : !(error instanceof SyntaxError);
      if (isPlaced) throw error;
      const code = error instanceof LogError ? error.code : 'LOG_CORRUPT';
      const { line, offset } = this.#judge.place;
      const at = `${this.file.path}:${line} (line ${line}, byte ${offset})`;
      throw new LogError(code, `${at}: ${(error as Error).message}`, {
        file: this.file.path,
        offset,
        line,
        cause: error,
      });
    }
  }

  async #scan(): Promise<ScanResult> {
    this.#readAhead();
    for (;;) {
      const ended = await this.#nextWindow();
      // What is left of the window before holds no newline.
      const newline = this.#window.subarray(this.#fresh, this.#to).lastIndexOf(NEWLINE);
      if (newline >= 0) this.#region(this.#fresh + newline + 1);
      if (ended) break;
      if (newline < 0) await this.#longLine();
    }
    if (this.#to > this.#from) this.#judge.partialLine(this.#window, this.#from, this.#to, this.#position);
    return this.#judge.result(this.size);
  }

  /** File offset behind the bytes that are here. */
  get #readTo(): number {
    return this.#position + this.#to - this.#from;
  }

  #readAhead(): void {
    const at = this.#readTo;
    const wanted = Math.min(WINDOW_BYTES, this.size - at);
    if (wanted <= 0) return;
    this.#spare ??= Buffer.allocUnsafeSlow(ROOM_BYTES + Math.min(WINDOW_BYTES, this.size));
    this.#ahead = this.file.read(this.#spare, ROOM_BYTES, wanted, at);
    // Whoever waits for it is told; nobody does where the judge has failed before.
    this.#ahead.catch(() => undefined);
  }

  /** What was read ahead, behind what is left of the window; true at the end of the file. */
  async #nextWindow(): Promise<boolean> {
    const wanted = Math.min(WINDOW_BYTES, this.size - this.#readTo);
    this.#fresh = this.#to;
    if (wanted <= 0) return true;
    const read = (await this.#ahead) ?? 0;
    const spare = this.#spare as Buffer;
    const left = this.#to - this.#from;
    if (left <= ROOM_BYTES) {
      this.#window.copy(spare, ROOM_BYTES - left, this.#from, this.#to);
      this.#spare = this.#window.length === spare.length ? this.#window : undefined;
      this.#window = spare;
      this.#from = ROOM_BYTES - left;
      this.#fresh = ROOM_BYTES;
      this.#to = ROOM_BYTES + read;
    } else {
      this.#makeRoom(read);
      this.#fresh = this.#to;
      spare.copy(this.#window, this.#to, ROOM_BYTES, ROOM_BYTES + read);
      this.#to += read;
    }
    const ended = this.#readTo >= this.size || read < wanted;
    if (!ended) this.#readAhead();
    return ended;
  }

  /** A line is longer than a window: what there is of it moves to the head of one that is twice as large. */
  #makeRoom(bytes: number): void {
    if (this.#window.length - this.#to >= bytes) return;
    const left = this.#to - this.#from;
    const window = Buffer.allocUnsafeSlow(Math.max(this.#window.length * 2, left + bytes));
    this.#window.copy(window, 0, this.#from, this.#to);
    this.#window = window;
    this.#from = 0;
    this.#to = left;
  }

  /** Whole lines at the head of the window. */
  #region(until: number): void {
    const window = this.#window;
    const { certain, chain } = this.#judge;
    const last = lastLine(window, this.#from, until);
    const tail = last && readTail(window, last.start, last.end);
    const verified =
      tail !== undefined && certain && extendCrc(chain, window.subarray(this.#from, tail.crcAt)) === tail.crc;
    const shift = this.#position - this.#from;
    this.#lines(this.#from, verified && last ? last.end + 1 : until, shift, verified);
    if (verified && last) {
      const behind = window.subarray(tail.crcAt, last.end + 1);
      this.#judge.verifiedUpTo(extendCrc(tail.crc, behind), shift + last.end + 1);
      this.#judge.blankLines(window, last.end + 1, until, shift + last.end + 1, false);
    }
    this.#position += until - this.#from;
    this.#from = until;
  }

  /** @param shift from a place in the window to that in the file */
  #lines(from: number, until: number, shift: number, verified: boolean): void {
    const window = this.#window;
    for (let start = from; start < until; ) {
      let end = window.indexOf(NEWLINE, start);
      if (end === start) {
        while (end + 1 < until && window[end + 1] === NEWLINE) end += 1;
        this.#judge.blankLines(window, start, end + 1, shift + start, verified);
      } else if (verified) this.#judge.verifiedLine(window, start, end, shift + start);
      else this.#judge.line(window, start, end, shift + start);
      start = end + 1;
    }
  }

  /** The window holds no newline: a whole state is streamed, any other line is gathered. */
  async #longLine(): Promise<void> {
    const shape = lineShape(this.#window, this.#from);
    if ((shape === 'checkpoint' || shape === 'replace') && this.#judge.certain) {
      if (await this.#streamState(shape === 'checkpoint')) {
        await this.#ahead;
        this.#readAhead();
      }
    }
  }

  /** False where the line is not whole or does not verify; then it is judged like any other. */
  async #streamState(checkpoint: boolean): Promise<boolean> {
    const start = this.#position;
    const end = await this.#findNewline(this.#readTo);
    if (end < 0) return false;
    const edge = Buffer.allocUnsafe(TAIL_BYTES);
    await this.file.read(edge, 0, TAIL_BYTES, end - TAIL_BYTES);
    const tail = readTail(edge, 0, TAIL_BYTES);
    if (tail === undefined) return false;
    const crcAt = end - TAIL_BYTES + tail.crcAt;
    const summer = new PageSummer(start, this.#judge.chain);
    await this.#pass(start, crcAt, 0, (_, piece) => {
      summer.push(piece);
      return 0;
    });
    if (summer.chain !== tail.crc) return false;
    const head = Buffer.from(this.#window.subarray(this.#from, this.#from + TAIL_BYTES));
    const line = { checkpoint, seq: tail.seq, crc: tail.crc, offset: start, end };
    const applies = this.#judge.stateLine(head, line, summer.finish());
    if (applies) {
      const scanner = new StateScanner(start, stateMember(checkpoint), (...member) => this.visitor.member(...member));
      await this.#pass(start, end, 0, (_, piece) => {
        scanner.push(piece, 0, piece.length);
        return 0;
      });
    }
    this.#judge.verifiedUpTo(chainAfter(tail.crc), crcAt + AFTER_CRC);
    this.#position = end + 1;
    this.#from = this.#to;
    return true;
  }

  async #findNewline(from: number): Promise<number> {
    let found = -1;
    await this.#pass(from, this.size, 0, (at, piece) => {
      const index = piece.indexOf(NEWLINE);
      if (index >= 0) found = from + at + index;
      return index >= 0 ? -1 : at + piece.length;
    });
    return found;
  }

  /** Folds `step` over the bytes from `start` to `end`, in pieces; a negative result ends it early. */
  async #pass(
    start: number,
    end: number,
    initial: number,
    step: (folded: number, piece: Buffer) => number,
  ): Promise<number> {
    const piece = Buffer.allocUnsafeSlow(WINDOW_BYTES);
    let folded = initial;
    for (let at = start; at < end && folded >= 0; ) {
      const read = await this.file.read(piece, 0, Math.min(WINDOW_BYTES, end - at), at);
      if (read === 0) break;
      folded = step(folded, piece.subarray(0, read));
      at += read;
    }
    return folded;
  }
}

/** The last line of a region that is not blank: its first byte and its newline. */
function lastLine(buffer: Buffer, from: number, until: number): { start: number; end: number } | undefined {
  let end = until - 1;
  while (end > from && buffer[end - 1] === NEWLINE) end -= 1;
  if (end === from) return undefined;
  return { start: Math.max(from, buffer.lastIndexOf(NEWLINE, end - 1) + 1), end };
}
