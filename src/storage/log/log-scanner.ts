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
  #window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  /** File offset of the window's first byte, and how many bytes of it are filled. */
  #position = 0;
  #filled = 0;

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
    for (;;) {
      const ended = await this.#fill();
      const length = this.#filled === 0 ? 0 : this.#window.lastIndexOf(NEWLINE, this.#filled - 1) + 1;
      if (length > 0) this.#region(length);
      if (ended) break;
      if (length === 0) await this.#longLine();
    }
    if (this.#filled > 0) this.#judge.partialLine(this.#window, 0, this.#filled, this.#position);
    return this.#judge.result(this.size);
  }

  /** Reads on behind what the window holds; true at the end of the file. */
  async #fill(): Promise<boolean> {
    const at = this.#position + this.#filled;
    const wanted = Math.min(this.#window.length - this.#filled, this.size - at);
    this.#filled += await this.file.read(this.#window, this.#filled, wanted, at);
    return this.#position + this.#filled >= this.size || this.#filled < wanted;
  }

  /** Whole lines at the head of the window; the rest moves to its head. */
  #region(length: number): void {
    const last = lastLine(this.#window, length);
    const tail = last && readTail(this.#window, last.start, last.end);
    const verified =
      tail !== undefined &&
      this.#judge.certain &&
      extendCrc(this.#judge.chain, this.#window.subarray(0, tail.crcAt)) === tail.crc;
    const until = verified && last ? last.end + 1 : length;
    for (let start = 0; start < until; ) {
      const end = this.#window.indexOf(NEWLINE, start);
      if (end > start) {
        if (verified) this.#judge.verifiedLine(this.#window, start, end, this.#position + start);
        else this.#judge.line(this.#window, start, end, this.#position + start);
      } else {
        this.#judge.blankLines(this.#window, start, end + 1, this.#position + start, verified);
      }
      start = end + 1;
    }
    if (verified && last) {
      const behind = this.#window.subarray(tail.crcAt, last.end + 1);
      this.#judge.verifiedUpTo(extendCrc(tail.crc, behind), this.#position + last.end + 1);
      this.#judge.blankLines(this.#window, last.end + 1, length, this.#position + last.end + 1, false);
    }
    this.#drop(length);
  }

  #drop(length: number): void {
    this.#window.copyWithin(0, length, this.#filled);
    this.#filled -= length;
    this.#position += length;
  }

  /** The window is full and holds no newline: a whole state is streamed, any other line gets a larger window. */
  async #longLine(): Promise<void> {
    const shape = lineShape(this.#window, 0);
    if ((shape === 'checkpoint' || shape === 'replace') && this.#judge.certain) {
      if (await this.#streamState(shape === 'checkpoint')) return;
    }
    const larger = Buffer.allocUnsafeSlow(this.#window.length * 2);
    this.#window.copy(larger, 0, 0, this.#filled);
    this.#window = larger;
  }

  /** False where the line is not whole or does not verify; then it is judged like any other. */
  async #streamState(checkpoint: boolean): Promise<boolean> {
    const start = this.#position;
    const end = await this.#findNewline(start + this.#filled);
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
    const head = Buffer.from(this.#window.subarray(0, TAIL_BYTES));
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
    this.#filled = 0;
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
function lastLine(buffer: Buffer, length: number): { start: number; end: number } | undefined {
  let end = length - 1;
  while (end > 0 && buffer[end - 1] === NEWLINE) end -= 1;
  if (end === 0) return undefined;
  return { start: buffer.lastIndexOf(NEWLINE, end - 1) + 1, end };
}
