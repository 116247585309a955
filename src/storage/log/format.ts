/**
 * The bytes of a line (docs/format.md). Pure: no I/O, no state. Writer and reader meet only here.
 *
 * {"timestamp":"…24…","op":"SET","key":"…","value":…,"meta":{…},"seq":42,"crc":"1a2b3c4d"}\n
 */
import { readCrcDigits, writeCrcDigits } from './crc.js';
import type { EntryMeta, LogEntry } from './entry.js';
import { LogError } from './errors.js';
import { jsonValueEnd, memberValue, stringEnd } from './json-scan.js';
import { encodeJson } from './json-value.js';

export const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COLON = 0x3a;
const CLOSE_BRACE = 0x7d;

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const HEAD = ascii('{"timestamp":"');
const OP = ascii('","op":"');
const TIMESTAMP_LENGTH = 24;
const OP_AT = HEAD.length + TIMESTAMP_LENGTH;
const NAME_AT = OP_AT + OP.length;
const SET_KEY = ascii('SET","key":"');
const SET_DATA = ascii('SET","data":{');
const DELETE_KEY = ascii('DELETE","key":"');
const CHECKPOINT_STATE = ascii('CHECKPOINT","state":{');
const VALUE = ascii(',"value":');
const CRC = ascii(',"crc":"');
const SEQ = ascii(',"seq":');

/** Bytes before the key's opening quote in a line `SET key`. */
export const SET_KEY_AT = NAME_AT + SET_KEY.length - 1;
/** Bytes of a line behind its checksum's first digit: digits, closing, newline. */
export const AFTER_CRC = 11;
/** A head or a tail of this many bytes holds all that classifies a line. */
export const EDGE_BYTES = 96;

/** The part of a line from `"op"` up to its seq, which a caller decides; JSON text. */
export function setBody(keyJson: string, valueJson: string, meta?: EntryMeta): string {
  return `"op":"SET","key":${keyJson},"value":${valueJson}${metaPart(meta)}`;
}

export function replaceBody(dataJson: string, meta?: EntryMeta): string {
  return `"op":"SET","data":${dataJson}${metaPart(meta)}`;
}

export function deleteBody(keyJson: string, meta?: EntryMeta): string {
  return `"op":"DELETE","key":${keyJson}${metaPart(meta)}`;
}

function metaPart(meta: EntryMeta | undefined): string {
  return meta === undefined ? '' : `,"meta":${encodeJson(meta, 'meta')}`;
}

/** A whole line up to the digits of its checksum. */
export function lineUpToCrc(timestamp: string, body: string, seq: number): string {
  return `{"timestamp":"${timestamp}",${body},"seq":${seq},"crc":"`;
}

/** Writes what ends a line: its checksum at `crcAt`, closing and newline. */
export function endLine(buffer: Uint8Array, crcAt: number, crc: number): void {
  writeCrcDigits(buffer, crcAt, crc);
  buffer[crcAt + 8] = QUOTE;
  buffer[crcAt + 9] = CLOSE_BRACE;
  buffer[crcAt + 10] = NEWLINE;
}

/** The two ends of a CHECKPOINT line around its members; the second ends where the checksum begins. */
export function checkpointEnds(timestamp: string, compactedAt: string, seq: number): [string, string] {
  return [
    `{"timestamp":"${timestamp}","op":"CHECKPOINT","state":{`,
    `},"compactedAt":"${compactedAt}","seq":${seq},"crc":"`,
  ];
}

function matches(buffer: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i += 1) if (buffer[at + i] !== pattern[i]) return false;
  return true;
}

/** What an engine-written line says of itself at its end. */
export interface LineTail {
  crc: number;
  /** Index of the first checksum digit. */
  crcAt: number;
  seq: number;
  /** Index of the comma before `"seq"`. */
  seqAt: number;
}

/** Reads `…,"seq":N,"crc":"xxxxxxxx"}` before `end`, the index of the newline. Undefined for any other ending. */
export function readTail(buffer: Uint8Array, start: number, end: number): LineTail | undefined {
  const crcAt = end - 10;
  const commaAt = crcAt - CRC.length;
  if (commaAt <= start || buffer[end - 1] !== CLOSE_BRACE || buffer[end - 2] !== QUOTE) return undefined;
  if (!matches(buffer, commaAt, CRC)) return undefined;
  const crc = readCrcDigits(buffer, crcAt);
  if (crc < 0) return undefined;
  let at = commaAt - 1;
  let seq = 0;
  for (let power = 1; power <= 1e15 && at > start; power *= 10, at -= 1) {
    const digit = (buffer[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    seq += digit * power;
  }
  const seqAt = at + 1 - SEQ.length;
  if (at === commaAt - 1 || !isSeq(seq) || seqAt <= start || !matches(buffer, seqAt, SEQ)) return undefined;
  return { crc, crcAt, seq, seqAt };
}

/**
 * As `readTail`, for a line in another member order or spacing: its checksum counts every byte before its digits,
 * wherever they stand. Of several places that look like it, the one that verifies is meant.
 * @param verifies whether the bytes up to an index have a checksum
 */
export function findTail(
  buffer: Buffer,
  start: number,
  end: number,
  verifies: (crcAt: number, crc: number) => boolean,
): LineTail | undefined {
  const entry = buffer.subarray(start, end).includes('"crc"') ? parseLine(decodeText(buffer, start, end)) : undefined;
  if (entry?.crc === undefined || entry.seq === undefined) return undefined;
  const crc = Number.parseInt(entry.crc, 16);
  let crcAt = buffer.lastIndexOf(entry.crc, end - 1, 'latin1');
  for (; crcAt > start; crcAt = buffer.lastIndexOf(entry.crc, crcAt - 1, 'latin1')) {
    if (verifies(crcAt, crc)) return { crc, crcAt, seq: entry.seq, seqAt: end };
  }
  return undefined;
}

/** A time as the engine writes it: ISO 8601 UTC with milliseconds; undefined for a text that is no time. */
export function isoTime(text: string): string | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** Which line it is, where it has exactly the member order that the engine writes. */
export type LineShape = 'set' | 'delete' | 'replace' | 'checkpoint' | 'other';

export function lineShape(buffer: Uint8Array, start: number): LineShape {
  if (!matches(buffer, start, HEAD) || !matches(buffer, start + OP_AT, OP)) return 'other';
  const name = start + NAME_AT;
  if (matches(buffer, name, SET_KEY)) return 'set';
  if (matches(buffer, name, DELETE_KEY)) return 'delete';
  if (matches(buffer, name, CHECKPOINT_STATE)) return 'checkpoint';
  return matches(buffer, name, SET_DATA) ? 'replace' : 'other';
}

/** What a line calls the whole state that it gives. */
export function stateMember(checkpoint: boolean): 'state' | 'data' {
  return checkpoint ? 'state' : 'data';
}

/** Index of the key's opening quote in a line of shape `set` or `delete`. */
export function keyAt(shape: 'set' | 'delete', start: number): number {
  return start + NAME_AT + (shape === 'set' ? SET_KEY.length : DELETE_KEY.length) - 1;
}

/** Whether a line, perhaps damaged, was written as a CHECKPOINT, which a rename put there whole. */
export function looksLikeCheckpoint(head: Buffer): boolean {
  return head.subarray(0, EDGE_BYTES).includes('"op":"CHECKPOINT"');
}

/** Whether the member of a SET line holds a value; `keyEnd` is the index behind its key. */
export function hasValue(buffer: Buffer, start: number, keyEnd: number, length: number): boolean {
  if (matches(buffer, keyEnd, VALUE)) return true;
  // Members of a later version may stand before it.
  return Object.hasOwn(JSON.parse(`{"key":${decodeText(buffer, start, start + length)}}`) as object, 'value');
}

/**
 * A member is how the index points at a value: `"key","value":V` inside a SET line (perhaps with `,"meta":M`
 * behind), `"key":V` inside a whole state, or a whole line that has another member order.
 */
export function decodeMember(bytes: Buffer): { key: string; value: unknown } {
  const member = parseMember(bytes);
  if (typeof member?.key !== 'string' || member.value === undefined) throw new SyntaxError('no key with a value');
  return member;
}

function parseMember(bytes: Buffer): { key: string; value: unknown } {
  const afterKey = bytes[0] === QUOTE ? stringEnd(bytes, 0, bytes.length) : -1;
  if (afterKey < 0) return JSON.parse(decodeText(bytes));
  if (bytes[afterKey] === 0x2c) return JSON.parse(`{"key":${decodeText(bytes)}}`);
  const colon = bytes.indexOf(COLON, afterKey);
  return { key: JSON.parse(decodeText(bytes, 0, afterKey)), value: JSON.parse(decodeText(bytes, colon + 1)) };
}

/** Index of a member's value, whose key ends at `keyEnd`; -1 where another program put something between. */
export function valueIndex(bytes: Uint8Array, keyEnd: number): number {
  if (bytes[keyEnd] === COLON) return keyEnd + 1;
  return matches(bytes, keyEnd, VALUE) ? keyEnd + VALUE.length : -1;
}

/** The key and the value of a member as JSON bytes, without decoding the value. */
export function splitMember(bytes: Buffer): { key: Buffer; value: Buffer } {
  const afterKey = bytes[0] === QUOTE ? stringEnd(bytes, 0, bytes.length) : -1;
  const valueAt = afterKey > 0 ? valueIndex(bytes, afterKey) : -1;
  // Behind the value of a SET line an audit trail, or members of a later version, may stand.
  const end = valueAt > 0 ? jsonValueEnd(bytes, valueAt, bytes.length) : -1;
  if (end > 0) return { key: bytes.subarray(0, afterKey), value: bytes.subarray(valueAt, end) };
  const { key, value } = decodeMember(bytes);
  const spelled = bytes[0] === QUOTE ? undefined : memberValue(bytes, 'value');
  return { key: Buffer.from(JSON.stringify(key)), value: spelled ?? Buffer.from(JSON.stringify(value)) };
}

/**
 * The text of an entry, or of a part of it.
 * @throws LogError `LOG_TOO_LARGE` where that is more than a string can hold (512 MiB on Node 20); no place is named
 */
export function decodeText(bytes: Buffer, start = 0, end = bytes.length): string {
  try {
    return bytes.toString('utf8', start, end);
  } catch (cause) {
    throw new LogError('LOG_TOO_LARGE', `${end - start} bytes are more than one JavaScript string can hold.`, {
      cause,
    });
  }
}

const OPS = new Set(['SET', 'DELETE', 'CHECKPOINT']);

/**
 * Any line, in any member order, with or without seq and crc, as an entry.
 * @returns undefined where the bytes are not an entry: no JSON, no object, members missing or of the wrong kind
 */
export function parseLine(text: string): LogEntry | undefined {
  let entry: LogEntry;
  try {
    entry = JSON.parse(text) as LogEntry;
  } catch {
    return undefined;
  }
  if (typeof entry !== 'object' || entry === null || !OPS.has(entry.op)) return undefined;
  if (entry.timestamp === undefined && entry.op === 'CHECKPOINT' && typeof entry.compactedAt === 'string') {
    // The reference bot documented a timestamp on checkpoints but wrote none.
    entry = { ...entry, timestamp: entry.compactedAt };
  }
  if (typeof entry.timestamp !== 'string') return undefined;
  return hasPayload(entry) && hasWholeProof(entry) ? entry : undefined;
}

function hasPayload(entry: LogEntry): boolean {
  if (entry.op === 'CHECKPOINT') return isObject(entry.state);
  if (typeof entry.key === 'string') {
    return entry.op === 'DELETE' ? true : Object.hasOwn(entry, 'value');
  }
  return entry.op === 'SET' && entry.key === undefined && isObject(entry.data);
}

/** Seq and crc come together: one without the other is a damaged line, not an older one. */
function hasWholeProof(entry: LogEntry): boolean {
  if (entry.seq === undefined && entry.crc === undefined) return true;
  return isSeq(entry.seq) && typeof entry.crc === 'string' && /^[0-9a-f]{8}$/.test(entry.crc);
}

/** Seqs begin at 1, and another must be able to follow. */
function isSeq(seq: unknown): boolean {
  return Number.isSafeInteger(seq) && (seq as number) >= 1 && (seq as number) < Number.MAX_SAFE_INTEGER;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
