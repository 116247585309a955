/** An entry as it goes to a page: all text, nothing longer than a bound. Pure. */
import type { EntryOp, LogEntry } from '../../storage/index.js';
import { cutText, previewOf } from './preview.js';

/** Characters of a value, a key, and of who and why, that the stream carries. */
export const VALUE_CHARS = 280;
export const KEY_CHARS = 1_024;
const META_CHARS = 200;

/** @internal */
export interface ShownEntry {
  log: string;
  op: EntryOp;
  at: string;
  seq?: number;
  key?: string;
  /** The key is longer than `key` shows; its history cannot be asked for by it. */
  keyCut?: true;
  /** JSON of the value, or of the whole state. */
  value?: string;
  /** The value is longer than `value` shows. */
  cut?: true;
  actor?: string;
  reason?: string;
}

export function shownEntry(log: string, entry: LogEntry, valueChars = VALUE_CHARS): ShownEntry {
  const { op, timestamp, seq, key, meta } = entry;
  const shown: ShownEntry = { log, op, at: timestamp, ...(seq !== undefined && { seq }) };
  if (key !== undefined) {
    shown.key = cutText(key, KEY_CHARS);
    if (shown.key.length < key.length) shown.keyCut = true;
  }
  const value = op === 'CHECKPOINT' ? entry.state : (entry.data ?? entry.value);
  if (value !== undefined) {
    const { text, cut } = previewOf(value, valueChars);
    shown.value = text;
    if (cut) shown.cut = true;
  }
  if (meta?.actor !== undefined) shown.actor = cutText(String(meta.actor), META_CHARS);
  if (meta?.reason !== undefined) shown.reason = cutText(String(meta.reason), META_CHARS);
  return shown;
}

/** What a viewer wants to see; everything where nothing is chosen. @internal */
export interface EntryChoice {
  log?: string;
  /** A part of the key, in any case. */
  key?: string;
  op?: EntryOp;
}

/** Whether an entry is one of those. A whole state has no key and is no match for one. */
export function isChosen({ log, key, op }: EntryChoice, entryLog: string, entry: LogEntry): boolean {
  if (log !== undefined && log !== entryLog) return false;
  if (op !== undefined && op !== entry.op) return false;
  return key === undefined || (entry.key?.toLowerCase().includes(key.toLowerCase()) ?? false);
}
