/**
 * What a log holds: the meaning of a line, apart from its bytes (see docs/format.md).
 * A SET gives one key a value or replaces the whole state, a DELETE is a tombstone,
 * a CHECKPOINT carries the whole state as of its seq.
 */

/** The audit trail of a write: who did it, and why. Both texts are optional. */
export interface EntryMeta {
  actor?: string;
  reason?: string;
}

export type EntryOp = 'SET' | 'DELETE' | 'CHECKPOINT';

/** One entry as read from, or written to, a log. @publicApi */
export interface LogEntry {
  /** ISO 8601 UTC with milliseconds; never goes backwards within a log. */
  timestamp: string;
  op: EntryOp;
  key?: string;
  value?: unknown;
  /** `SET` without a key: the new whole state. */
  data?: Record<string, unknown>;
  /** `CHECKPOINT`: the whole state as of `seq`. */
  state?: Record<string, unknown>;
  /** `CHECKPOINT`: when the compaction ran. `timestamp` is that of the last entry covered. */
  compactedAt?: string;
  meta?: EntryMeta;
  /** Rises by exactly one from entry to entry; absent on lines of the reference bot. */
  seq?: number;
  /** CRC-32 of every byte of the file before these eight hex digits; absent on lines of the reference bot. */
  crc?: string;
}

/** A change that a caller asks for; the engine adds time, seq and checksum. @publicApi */
export type LogChange =
  | { op: 'SET'; key: string; value: unknown }
  | { op: 'SET'; data: Record<string, unknown> }
  | { op: 'DELETE'; key: string };
