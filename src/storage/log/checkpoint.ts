/** Writes a CHECKPOINT line piece by piece, however large the state; compaction and healing both end here. */
import { chainAfter, writeCrcDigits } from './crc.js';
import type { OpenFile } from './file-system.js';
import { AFTER_CRC, checkpointEnds } from './format.js';
import { PageSummer, type StatePages } from './state-pages.js';

const BUFFER_BYTES = 1024 * 1024;
/** Bytes between two fsyncs: one large fsync at the end would hold up the fsyncs of those who append meanwhile. */
const SYNC_BYTES = 8 * 1024 * 1024;

export class CheckpointWriter {
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES + 4096);
  #used = 0;
  #flushed = 0;
  #synced = 0;
  readonly #pages = new PageSummer(0);
  #members = 0;
  readonly #closing: string;

  /**
   * @param file empty
   * @param timestamp of the last entry covered, so that times never go backwards within the log
   */
  constructor(
    private readonly file: OpenFile,
    line: { timestamp: string; compactedAt: string; seq: number },
  ) {
    const [opening, closing] = checkpointEnds(line.timestamp, line.compactedAt, line.seq);
    this.#closing = closing;
    this.#add(Buffer.from(opening));
  }

  /** Where the next member will begin in the file. */
  get position(): number {
    return this.#flushed + this.#used + (this.#members > 0 ? 1 : 0);
  }

  /** @returns the length of the member */
  add(key: Uint8Array, value: Uint8Array): number {
    if (this.#members > 0) this.#addByte(0x2c);
    this.#members += 1;
    this.#add(key);
    this.#addByte(0x3a);
    this.#add(value);
    return key.length + 1 + value.length;
  }

  /** To be awaited now and then between members. */
  async flush(atLeast = BUFFER_BYTES): Promise<void> {
    if (this.#used < atLeast) return;
    this.#pages.push(this.#buffer.subarray(0, this.#used));
    await this.#write();
    if (this.#flushed - this.#synced < SYNC_BYTES) return;
    await this.file.sync();
    this.#synced = this.#flushed;
  }

  /** Ends the line and makes it durable. @returns its size, the CRC-32 of all of it, and those of its pages */
  async finish(): Promise<{ bytes: number; chain: number; pages: StatePages }> {
    this.#add(Buffer.from(this.#closing));
    this.#pages.push(this.#buffer.subarray(0, this.#used));
    const crc = this.#pages.chain;
    this.#reserve(AFTER_CRC);
    writeCrcDigits(this.#buffer, this.#used, crc);
    this.#buffer.write('"}\n', this.#used + 8, 'latin1');
    this.#used += AFTER_CRC;
    await this.#write();
    await this.file.sync();
    return { bytes: this.#flushed, chain: chainAfter(crc), pages: this.#pages.finish() };
  }

  async #write(): Promise<void> {
    await this.file.write(this.#buffer, 0, this.#used, this.#flushed);
    this.#flushed += this.#used;
    this.#used = 0;
  }

  #add(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #addByte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#used] = byte;
    this.#used += 1;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#used + bytes));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}
