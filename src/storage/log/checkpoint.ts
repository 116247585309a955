/** Writes a CHECKPOINT line piece by piece, however large the state; compaction and healing both end here. */
import { chainAfter, writeCrcDigits } from './crc.js';
import { type OpenFile, SYNC_BYTES } from './file-system.js';
import { AFTER_CRC, checkpointEnds } from './format.js';
import { PageSummer, type StatePages } from './state-pages.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const BUFFER_BYTES = 1024 * 1024;

/** What a CHECKPOINT says beside its state. */
export interface CheckpointEnds {
  timestamp: string;
  compactedAt: string;
  seq: number;
}

/** A CHECKPOINT that is on the disk: its size, the CRC-32 of all of it, and those of its pages. */
export interface WrittenCheckpoint {
  bytes: number;
  chain: number;
  pages: StatePages;
}

/** Where key and value of a member lie in a buffer. */
export interface MemberSlices {
  keyAt: number;
  keyEnd: number;
  valueAt: number;
  valueEnd: number;
}

export class CheckpointWriter {
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES + 4096);
  #used = 0;
  #flushed = 0;
  #synced = 0;
  /** The fsync under way, beside which the next members are copied. */
  #syncing: Promise<void> = Promise.resolve();
  readonly #pages = new PageSummer(0);
  #members = 0;
  readonly #closing: string;

  /**
   * @param file empty
   * @param timestamp of the last entry covered, so that times never go backwards within the log
   */
  constructor(
    private readonly file: OpenFile,
    line: CheckpointEnds,
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
    if (this.#members > 0) this.#addByte(COMMA);
    this.#members += 1;
    this.#add(key);
    this.#addByte(COLON);
    this.#add(value);
    return key.length + 1 + value.length;
  }

  /** As `add`, from where the member lies. */
  copy(from: Buffer, { keyAt, keyEnd, valueAt, valueEnd }: MemberSlices): number {
    const keyBytes = keyEnd - keyAt;
    const valueBytes = valueEnd - valueAt;
    this.#reserve(keyBytes + valueBytes + 2);
    if (this.#members > 0) this.#buffer[this.#used++] = COMMA;
    this.#members += 1;
    // Keys are short: a call for each would take longer than its bytes.
    for (let at = keyAt; at < keyEnd; at += 1) this.#buffer[this.#used++] = from[at] as number;
    this.#buffer[this.#used++] = COLON;
    this.#used += from.copy(this.#buffer, this.#used, valueAt, valueEnd);
    return keyBytes + 1 + valueBytes;
  }

  /** To be awaited now and then between members. */
  async flush(): Promise<void> {
    if (this.#used < BUFFER_BYTES) return;
    this.#pages.push(this.#buffer.subarray(0, this.#used));
    await this.#write();
    if (this.#flushed - this.#synced < SYNC_BYTES) return;
    await this.#syncing;
    this.#synced = this.#flushed;
    this.#syncing = this.file.sync();
    // Heard of by the next one that waits for it.
    this.#syncing.catch(() => undefined);
  }

  /** Waits until nothing is under way, as whoever gives up has to before the file is closed. */
  async settle(): Promise<void> {
    await this.#syncing.catch(() => undefined);
  }

  /** Ends the line and makes it durable. */
  async finish(): Promise<WrittenCheckpoint> {
    this.#add(Buffer.from(this.#closing));
    this.#pages.push(this.#buffer.subarray(0, this.#used));
    const crc = this.#pages.chain;
    this.#reserve(AFTER_CRC);
    writeCrcDigits(this.#buffer, this.#used, crc);
    this.#buffer.write('"}\n', this.#used + 8, 'latin1');
    this.#used += AFTER_CRC;
    await this.#write();
    await this.#syncing;
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
