/**
 * Checksums of the pages in which a whole state lies, taken when its line was verified or written: its members have
 * none of their own, and may be read long after. Pages of 2 KiB, counted from the line's first byte; that costs
 * 2 bytes of memory for each KiB.
 */
import { extendCrc } from './crc.js';
import { crcJoiner, joinCrcs } from './crc-joining.js';

const PAGE_BYTES = 2048;
const behindPage = crcJoiner(PAGE_BYTES);

/** Takes in the bytes of a line, piece by piece. */
export class PageSummer {
  #crcs = new Uint32Array(16);
  #pages = 0;
  /** The page that is not yet full. */
  #open = 0;
  #openBytes = 0;
  #chain: number;

  /**
   * @param start file offset of the first byte
   * @param chain CRC-32 of the file before it
   */
  constructor(
    private readonly start: number,
    chain = 0,
  ) {
    this.#chain = chain;
  }

  /** CRC-32 of the file up to here. */
  get chain(): number {
    return this.#openBytes === 0 ? this.#chain : joinCrcs(this.#chain, this.#open, this.#openBytes);
  }

  push(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const length = Math.min(bytes.length - from, PAGE_BYTES - this.#openBytes);
      this.#open = extendCrc(this.#open, bytes.subarray(from, from + length));
      this.#openBytes += length;
      from += length;
      if (this.#openBytes === PAGE_BYTES) this.#closePage(behindPage(this.#chain, this.#open));
    }
  }

  /** No more bytes follow. */
  finish(): StatePages {
    const end = this.start + this.#pages * PAGE_BYTES + this.#openBytes;
    if (this.#openBytes > 0) this.#closePage(this.chain);
    return new StatePages(this.start, end, this.#crcs.slice(0, this.#pages));
  }

  #closePage(chain: number): void {
    if (this.#pages === this.#crcs.length) {
      const larger = new Uint32Array(this.#crcs.length * 2);
      larger.set(this.#crcs);
      this.#crcs = larger;
    }
    this.#crcs[this.#pages] = this.#open;
    this.#pages += 1;
    this.#chain = chain;
    this.#open = 0;
    this.#openBytes = 0;
  }
}

export class StatePages {
  constructor(
    /** First byte of the state, and first byte behind it. */
    readonly start: number,
    readonly end: number,
    readonly crcs: Uint32Array,
  ) {}

  covers(offset: number): boolean {
    return offset >= this.start && offset < this.end;
  }

  /** What must be read to verify the bytes from `from` to `to`; they begin inside of the state. */
  around(from: number, to: number): { from: number; to: number } {
    const rest = (to - this.start) % PAGE_BYTES;
    return {
      from: from - ((from - this.start) % PAGE_BYTES),
      to: Math.min(this.end, rest === 0 ? to : to + PAGE_BYTES - rest),
    };
  }

  /**
   * Where bytes that were read at `from` are no longer what they were, undefined where they are.
   * @param bytes whole pages, the last of which ends with the state
   */
  damageIn(bytes: Uint8Array, from: number): number | undefined {
    const first = (from - this.start) / PAGE_BYTES;
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
      const crc = extendCrc(0, bytes.subarray(at, at + PAGE_BYTES));
      if (crc !== this.crcs[first + at / PAGE_BYTES]) return from + at;
    }
    return undefined;
  }

  /** The same line in another file. */
  shifted(by: number): StatePages {
    return new StatePages(this.start + by, this.end + by, this.crcs);
  }
}
