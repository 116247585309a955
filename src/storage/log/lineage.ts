/**
 * Tells the lines of this log from lines of another one, or of a former life of it, which a stray block write, a copied
 * file or a restored backup put into it: they carry right checksums and follow one another, yet not what stands before.
 */
import { chainAfter } from './crc.js';

/** What the seal knows: the seq of the newest entry at the last clean close, and the CRC-32 of the log up to it. */
export interface Anchor {
  seq: number;
  chain: number;
}

/** A line whose checksum is right. */
export interface VerifiedLine {
  seq: number;
  /** Undefined where its digits are not the last thing in it. */
  crc: number | undefined;
  checkpoint: boolean;
}

export class Lineage {
  /** Digits of the newest line that was accepted. */
  #lastCrc: number | undefined;

  constructor(private anchor: Anchor | undefined) {}

  accepted({ seq, crc, checkpoint }: VerifiedLine): void {
    this.#lastCrc = crc;
    // The log was folded since: other bytes lead up to the same seq.
    if (checkpoint && this.anchor && seq >= this.anchor.seq) this.anchor = undefined;
  }

  /** The seal saw another line with this seq. A CHECKPOINT may have been written since. */
  contradictsSeal({ seq, crc, checkpoint }: VerifiedLine): boolean {
    const { anchor } = this;
    return !checkpoint && crc !== undefined && seq === anchor?.seq && chainAfter(crc) !== anchor.chain;
  }

  /** Whether a line with this seq, behind bytes that have this checksum, goes on where the sealed log ended. */
  leavesSeal(seq: number, chainBefore: number): boolean {
    return this.anchor !== undefined && seq === this.anchor.seq + 1 && chainBefore !== this.anchor.chain;
  }

  /** Whether bytes with this checksum end in the newest line that was accepted, or a copy of it. */
  endsAsAccepted(chain: number): boolean {
    return this.#lastCrc === undefined || chain === chainAfter(this.#lastCrc);
  }

  /** Whether a line with the newest seq is the very line that was accepted under it. */
  isCopy({ crc }: VerifiedLine): boolean {
    return crc !== undefined && crc === this.#lastCrc;
  }
}
