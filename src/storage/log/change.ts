/**
 * A caller's change, checked and turned into text at the moment of the call: what the caller does to the objects
 * afterwards is of no consequence.
 */
import { crcDigits } from './crc.js';
import type { EntryMeta, LogChange, LogEntry } from './entry.js';
import { deleteBody, replaceBody, setBody } from './format.js';
import { assertPlainObject, encodeJson } from './json-value.js';

export interface ChangeText {
  op: 'SET' | 'DELETE';
  /** Undefined where the whole state is replaced. */
  key: string | undefined;
  /** The new value, or the new whole state, as JSON text; undefined for a tombstone. */
  json: string | undefined;
  meta: EntryMeta | undefined;
}

export interface EncodedChange extends ChangeText {
  /** The line between timestamp and seq. */
  body: string;
}

/** @throws TypeError naming what is wrong, and where in the value */
export function changeText(change: LogChange, meta?: EntryMeta): ChangeText {
  assertPlainObject(change, 'entry');
  const { op } = change;
  if (op !== 'SET' && op !== 'DELETE')
    throw new TypeError(`Expected \`op\` to be 'SET' or 'DELETE', got ${String(op)}`);
  const kept = meta && { ...meta };
  if (op === 'SET' && !('key' in change)) {
    assertPlainObject(change.data, 'data');
    return { op, key: undefined, json: encodeJson(change.data, 'data'), meta: kept };
  }
  const { key, value } = change as { key: string; value?: unknown };
  assertKey(key);
  return { op, key, json: op === 'SET' ? encodeJson(value, 'value') : undefined, meta: kept };
}

/** The same, with the line of a file that it becomes. @throws TypeError */
export function encodeChange(change: LogChange, meta?: EntryMeta): EncodedChange {
  const { op, key, json, meta: kept } = changeText(change, meta);
  return { op, key, json, meta: kept, body: bodyOf(key, json, kept) };
}

function bodyOf(key: string | undefined, json: string | undefined, meta: EntryMeta | undefined): string {
  if (key === undefined) return replaceBody(json as string, meta);
  const name = JSON.stringify(key);
  return json === undefined ? deleteBody(name, meta) : setBody(name, json, meta);
}

/** @throws TypeError */
export function assertKey(key: unknown): asserts key is string {
  if (typeof key !== 'string')
    throw new TypeError(`Expected \`key\` to be a string, got ${String(key)} (${typeof key})`);
}

/** Where and how an entry was written. */
export interface Written {
  timestamp: string;
  seq: number;
  crc: number;
}

/** The entry as it stands in the log. Its value is decoded when it is looked at: most callers never do. */
export function entryOf(change: EncodedChange, written: Written): LogEntry {
  return new AppendedEntry(change, written);
}

class AppendedEntry implements LogEntry {
  readonly timestamp: string;
  readonly op: 'SET' | 'DELETE';
  declare readonly key?: string;
  declare readonly value?: unknown;
  declare readonly data?: Record<string, unknown>;
  declare readonly meta?: EntryMeta;
  readonly seq: number;
  readonly crc: string;
  readonly #json: string | undefined;
  #decoded: unknown;

  constructor({ op, key, json, meta }: EncodedChange, { timestamp, seq, crc }: Written) {
    this.#json = json;
    this.timestamp = timestamp;
    this.op = op;
    if (key !== undefined) this.key = key;
    if (json !== undefined) Object.defineProperty(this, key === undefined ? 'data' : 'value', AppendedEntry.#decoding);
    if (meta) this.meta = meta;
    this.seq = seq;
    this.crc = crcDigits(crc);
  }

  /** One and the same for all entries, so that they are of one shape: making them costs next to nothing then. */
  static readonly #decoding: PropertyDescriptor = {
    get(this: AppendedEntry) {
      this.#decoded ??= JSON.parse(this.#json as string);
      return this.#decoded;
    },
    enumerable: true,
    configurable: true,
  };
}
