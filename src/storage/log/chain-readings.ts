/**
 * What the checksum of all bytes so far may truly be. One value while everything verifies; after damage several
 * readings, until a later line verifies under one of them and so tells which is true:
 * the damaged bytes were inserted; the damaged line's digits are right; only its digits or closing are wrong.
 */
import { chainAfter, extendCrc, readCrcDigits } from './crc.js';
import { EDGE_BYTES, type LineTail, readTail } from './format.js';

/** A line whose content is whole if a later line verifies under the chain `proof`. */
export interface UnprovenLine {
  bytes: Buffer;
  offset: number;
  tail: LineTail;
  proof: number;
}

/** What a line that verified says of the damage before it. */
export interface Reading {
  chain: number;
  /** The damaged line before is whole but for its digits or closing. */
  proven: UnprovenLine | undefined;
  /** The blank line before does not belong there. */
  blankInserted: boolean;
  /** The damaged bytes before do not belong there, or there are none. */
  insertedOnly: boolean;
}

/** A longer damaged line is not kept aside for a second look. */
const UNPROVEN_BYTES = 64 * 1024 * 1024;
const AFTER_DIGITS = 10;
const MOST_READINGS = 64;

export class ChainReadings {
  #chains = [0];
  /** How many readings the damage left open; blank lines behind it multiply them. */
  #open = 1;
  #unproven: UnprovenLine | undefined;
  /** Readings from here on take the last blank line for an insertion. */
  #blankInsertedFrom = Number.POSITIVE_INFINITY;
  /** Nothing but newlines came since they were doubled for such. */
  #endsBlank = false;

  /** Only one reading is left. */
  get certain(): boolean {
    return this.#chains.length === 1;
  }

  /** The likeliest. */
  get chain(): number {
    return this.#chains[0] as number;
  }

  know(chain: number): void {
    this.#endsBlank = false;
    this.#chains = [chain];
    this.#open = 1;
    this.#unproven = undefined;
    this.#blankInsertedFrom = Number.POSITIVE_INFINITY;
  }

  /** Bytes without a checksum of their own, which belong to the chain. */
  extend(bytes: Uint8Array): void {
    this.#endsBlank = false;
    this.#chains = this.#chains.map((chain) => extendCrc(chain, bytes));
  }

  /**
   * Newlines alone, which may have been there when the next line was written, or not; of a run of them all or none. Each
   * run doubles the readings: beyond a few runs they are taken as they are.
   */
  blank(bytes: Uint8Array): void {
    const extended = (chain: number) => extendCrc(chain, bytes);
    if (this.#endsBlank) {
      const without = this.#chains.slice(this.#blankInsertedFrom);
      this.#chains = [...this.#chains.slice(0, this.#blankInsertedFrom).map(extended), ...without];
    } else if (this.#chains.length >= MOST_READINGS) {
      this.#chains = this.#chains.map(extended);
    } else {
      const without = this.#chains;
      this.#chains = [...without.map(extended), ...without];
      this.#blankInsertedFrom = without.length;
      this.#endsBlank = true;
    }
  }

  /** The reading under which the bytes from `start` to `crcAt` have this checksum. */
  match(buffer: Buffer, start: number, crcAt: number, crc: number): Reading | undefined {
    const bytes = buffer.subarray(start, crcAt);
    const at = this.#chains.findIndex((candidate) => extendCrc(candidate, bytes) === crc);
    if (at < 0) return undefined;
    const chain = this.#chains[at] as number;
    const proven = this.#unproven?.proof === chain ? this.#unproven : undefined;
    return { chain, proven, blankInserted: at >= this.#blankInsertedFrom, insertedOnly: at % this.#open === 0 };
  }

  /** The line from `start` to its newline at `end` does not verify. */
  damaged(buffer: Buffer, start: number, end: number, offset: number, tail: LineTail | undefined): void {
    const inserted = this.chain;
    const chains = [inserted];
    this.#endsBlank = false;
    this.#unproven = undefined;
    this.#blankInsertedFrom = Number.POSITIVE_INFINITY;
    // The digits stand at a fixed place before the end, readable also where what stands around them is not.
    const digits = tail?.crc ?? (end - start > AFTER_DIGITS ? readCrcDigits(buffer, end - AFTER_DIGITS) : -1);
    if (digits >= 0) chains.push(chainAfter(digits));
    const tailAgain = readAgain(buffer, start, end, inserted);
    if (tailAgain) {
      const proof = chainAfter(tailAgain.crc);
      chains.push(proof);
      if (end - start <= UNPROVEN_BYTES) this.#unproven = kept(buffer.subarray(start, end), offset, tailAgain, proof);
    }
    this.#chains = [...new Set(chains)];
    this.#open = this.#chains.length;
  }
}

/** The end of the line with its digits and closing mended, should everything before them be whole. */
function readAgain(buffer: Buffer, start: number, end: number, chain: number): LineTail | undefined {
  if (end - start < EDGE_BYTES / 2) return undefined;
  const footAt = Math.max(start, end - EDGE_BYTES);
  const foot = mended(buffer.subarray(footAt, end));
  const tail = readTail(foot, 0, foot.length);
  if (!tail) return undefined;
  const crcAt = footAt - start + tail.crcAt;
  const crc = extendCrc(chain, buffer.subarray(start, start + crcAt));
  return { crc, crcAt, seq: tail.seq, seqAt: footAt - start + tail.seqAt };
}

function kept(line: Buffer, offset: number, tail: LineTail, proof: number): UnprovenLine {
  return { bytes: mended(line), offset, tail, proof };
}

function mended(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.write('00000000"}', copy.length - AFTER_DIGITS, 'latin1');
  return copy;
}
