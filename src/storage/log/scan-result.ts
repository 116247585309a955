/** What reading a log yields: effects for a visitor, and an account of what was whole and what was not. */
import type { StatePages } from './state-pages.js';

/**
 * Told what the lines do to the state, oldest first. A key is given as the JSON string that opens at `keyAt`;
 * `offset` and `length` are the place of the member in the file (see `decodeMember`).
 */
export interface LogVisitor {
  /** False where the line turns out to be no entry. */
  set(buffer: Buffer, keyAt: number, offset: number, length: number, seq: number): boolean | undefined;
  delete(buffer: Buffer, keyAt: number, seq: number): void;
  /** All keys are gone; `member` is called for each key of the new state. */
  replace(seq: number): void;
  member(buffer: Uint8Array, keyAt: number, offset: number, length: number): void;
}

/** A run of bytes that did not verify, or a place where entries are missing. */
export interface Damage {
  offset: number;
  /** First byte behind it; equal to `offset` where entries are simply not there. */
  end: number;
  /** Line number of its first byte, from 1. */
  line: number;
  /** Seq of the newest whole entry before it. */
  seqBefore: number;
  /** First and last seq that no whole line accounts for; undefined where none is missing. */
  lost?: [number, number];
  /** Nothing whole follows it. */
  isTail: boolean;
  /** Its first line was written as a CHECKPOINT. */
  checkpoint: boolean;
  /** A whole CHECKPOINT follows it, which is the first line of a log: no line belongs there. */
  beforeCheckpoint: boolean;
  /** The newest seq that any of its lines claims, unproven; 0 where none does. */
  newestClaim: number;
  /** Lines in it, as far as newlines tell, and the end of the first. */
  lines: number;
  firstLineEnd: number;
  /** The key that its first line seems to be about, unproven. */
  key?: string;
  /** Whether its bytes carry the marks of a line that this engine wrote. */
  engineMade: boolean;
  /** Its lines name several times, so that they are of several batches, all but the last of which were fsynced. */
  spansBatches: boolean;
  /** Its last lines verify, though they are no entries that follow, nor copies of those before. */
  unknownLines: boolean;
  /** Lines of another log begin in it; `'all'` where the seal says that those before it are of another log too. */
  foreign?: 'from here' | 'all';
}

/** A log that is known up to the end of one of its lines. */
export interface KnownHead {
  scan: ScanResult;
  /** The checksum of that line. */
  lastCrc: number;
}

export interface ScanResult {
  /** Whole lines that are entries, by kind: with seq and crc, and older ones without. */
  engineLines: number;
  olderLines: number;
  /** Of the newest whole entry; older lines count 1, 2, 3, … */
  lastSeq: number;
  firstSeq: number;
  lastTimestamp: string | undefined;
  /** First byte behind the last whole line, the CRC-32 of everything before it, and lines up to it. */
  end: number;
  chain: number;
  lines: number;
  /** First byte of the newest whole entry. */
  lastEntryAt: number;
  /** Bytes of the file. */
  size: number;
  /** Bytes of the CHECKPOINT that heads the log, 0 without one. */
  checkpointBytes: number;
  /** Whether a CHECKPOINT or a whole-state SET makes everything before it irrelevant. */
  replaced: boolean;
  /** Checksums of the newest of these lines. */
  statePages: StatePages | undefined;
  damage: Damage[];
  /** Up to here lines stand that cannot be verified one by one, or have none before them that could be built on. */
  unprovenEnd: number;
  /** The last line is whole, but its newline is missing (an older line, perhaps edited by hand). */
  missingNewline: boolean;
  /** Torn beginnings of older lines onto which the reference bot wrote the next, whole line: byte offsets. */
  gluedAt: { offset: number; line: number }[];
}

/** Of a log that has not been read yet. */
export function nothingFound(): ScanResult {
  return {
    engineLines: 0,
    olderLines: 0,
    lastSeq: 0,
    firstSeq: 0,
    lastTimestamp: undefined,
    end: 0,
    chain: 0,
    lines: 0,
    lastEntryAt: 0,
    size: 0,
    checkpointBytes: 0,
    replaced: false,
    statePages: undefined,
    damage: [],
    unprovenEnd: -1,
    missingNewline: false,
    gluedAt: [],
  };
}
