/** Turns a batch of entries into the lines of the log: one time for all of them, one buffer that is used again. */
import { chainAfter, extendCrc } from './crc.js';
import { AFTER_CRC, endLine, lineUpToCrc, NEWLINE } from './format.js';
import type { PendingAppend } from './pending-append.js';

/** Where a log ends: the next line begins at `offset`, behind bytes whose CRC-32 is `chain`. */
export interface LogEnd {
  offset: number;
  chain: number;
  seq: number;
  timestamp: string | undefined;
}

const SMALLEST_BUFFER = 64 * 1024;
/** A buffer that one huge value needed is not kept. */
const LARGEST_KEPT_BUFFER = 8 * 1024 * 1024;

export class BatchEncoder {
  #bytes = Buffer.allocUnsafeSlow(SMALLEST_BUFFER);
  #lastMs = 0;
  #lastTimestamp = '';

  /** @param timestamp of the newest entry: none that follows is earlier */
  constructor(timestamp: string | undefined) {
    const ms = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
    if (!Number.isNaN(ms)) this.#rememberTime(ms);
  }

  /** The lines of the newest batch, and what was put behind them; until the next one. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Writes the lines of `batch` as they follow `end`, and into each entry where its line stands. */
  encode(batch: readonly PendingAppend[], end: LogEnd): { length: number; chain: number } {
    const timestamp = this.#now();
    let { chain, seq, offset } = end;
    let at = 0;
    for (const entry of batch) {
      seq += 1;
      const text = lineUpToCrc(timestamp, entry.change.body, seq);
      this.#reserve(at, text.length * 3 + AFTER_CRC);
      const crcAt = at + this.#bytes.write(text, at);
      const crc = extendCrc(chain, this.#bytes.subarray(at, crcAt));
      endLine(this.#bytes, crcAt, crc);
      entry.timestamp = timestamp;
      entry.seq = seq;
      entry.crc = crc;
      entry.start = at;
      entry.crcAt = crcAt;
      entry.offset = offset;
      chain = chainAfter(crc);
      offset += crcAt + AFTER_CRC - at;
      at = crcAt + AFTER_CRC;
    }
    return { length: at, chain };
  }

  /** Newlines behind the first `length` bytes. */
  putSpace(length: number, space: number): void {
    this.#reserve(length, space);
    this.#bytes.fill(NEWLINE, length, length + space);
  }

  /** The batch is done with. */
  release(): void {
    if (this.#bytes.length > LARGEST_KEPT_BUFFER) this.#bytes = Buffer.allocUnsafeSlow(SMALLEST_BUFFER);
  }

  #reserve(used: number, needed: number): void {
    if (used + needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, used + needed));
    this.#bytes.copy(larger, 0, 0, used);
    this.#bytes = larger;
  }

  /** ISO time, never earlier than the entry before. */
  #now(): string {
    const now = Date.now();
    if (now > this.#lastMs) this.#rememberTime(now);
    return this.#lastTimestamp;
  }

  #rememberTime(ms: number): void {
    this.#lastMs = ms;
    this.#lastTimestamp = new Date(ms).toISOString();
  }
}
