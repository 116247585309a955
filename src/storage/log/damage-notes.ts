/** Keeps account of damage while a log is read: one run of bytes at a time, open until a line behind it verifies. */
import { claimsOf } from './claims.js';
import { looksLikeCheckpoint } from './format.js';
import type { Damage, ScanResult } from './scan-result.js';

export class DamageNotes {
  /** The run that is still open. */
  open: Damage | undefined;
  /** The first time that can be read in it. */
  #time: string | undefined;

  constructor(private readonly found: ScanResult) {}

  /** The open run; opened here where there is none. */
  begin(offset: number, line: number): Damage {
    this.open ??= {
      offset,
      end: offset,
      line: line || 1,
      seqBefore: this.found.lastSeq,
      isTail: false,
      newestClaim: 0,
      lines: 0,
      firstLineEnd: offset,
      checkpoint: false,
      beforeCheckpoint: false,
      engineMade: false,
      spansBatches: false,
      unknownLines: false,
    };
    return this.open;
  }

  /** Takes in a line, or a part of one, that is damaged. */
  note(line: number, buffer: Buffer, start: number, end: number, offset: number): void {
    const { key, time, seq, engineMade } = claimsOf(buffer, start, end);
    if (!this.open) {
      this.#time = undefined;
      const opened = this.begin(offset, line);
      opened.firstLineEnd = offset + end - start + 1;
      opened.checkpoint = looksLikeCheckpoint(buffer.subarray(start, end));
      if (key !== undefined) opened.key = key;
    }
    const damage = this.begin(offset, line);
    damage.end = offset + end - start + 1;
    damage.spansBatches ||= time !== undefined && this.#time !== undefined && time !== this.#time;
    this.#time ??= time;
    damage.lines += 1;
    damage.newestClaim = Math.max(damage.newestClaim, seq ?? 0);
    damage.engineMade ||= engineMade;
  }

  /** A whole line follows, and tells which entries are missing. */
  close(lost: [number, number] | undefined, beforeCheckpoint = false): void {
    if (!this.open) return;
    this.open.beforeCheckpoint = beforeCheckpoint;
    if (lost) this.open.lost = lost;
    this.found.damage.push(this.open);
    this.open = undefined;
  }

  /** Nothing whole follows up to the end of the file. */
  endAt(size: number): void {
    if (!this.open) return;
    this.open.isTail = true;
    this.open.end = size;
    this.close(undefined);
  }
}
