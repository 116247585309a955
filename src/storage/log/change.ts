/**
 * A caller's change, checked and turned into text at the moment of the call: what the caller does to the objects
 * afterwards is of no consequence.
 */
import { crcDigits } from './crc.js';
import type { EntryMeta, LogChange, LogEntry } from './entry.js';
import { deleteBody, replaceBody, setBody } from './format.js';
import { assertPlainObject, encodeJson } from './json-value.js';

export interface EncodedChange {
  op: 'SET' | 'DELETE';
  /** Undefined where the whole state is replaced. */
  key: string | undefined;
  /** The new value, or the new whole state, as JSON text; undefined for a tombstone. */
  json: string | undefined;
  meta: EntryMeta | undefined;
  /** The line between timestamp and seq. */
  body: string;
}

/** @throws TypeError naming what is wrong, and where in the value */
export function encodeChange(change: LogChange, meta?: EntryMeta): EncodedChange {
  assertPlainObject(change, 'entry');
  const { op } = change;
  if (op !== 'SET' && op !== 'DELETE')
    throw new TypeError(`Expected \`op\` to be 'SET' or 'DELETE', got ${String(op)}`);
  const kept = meta && { ...meta };
  if (op === 'SET' && !('key' in change)) {
    assertPlainObject(change.data, 'data');
    const json = encodeJson(change.data, 'data');
    return { op, key: undefined, json, meta: kept, body: replaceBody(json, kept) };
  }
  const { key } = change as { key: string };
  assertKey(key);
  if (op === 'DELETE') return { op, key, json: undefined, meta: kept, body: deleteBody(JSON.stringify(key), kept) };
  const json = encodeJson((change as { value: unknown }).value, 'value');
  return { op, key, json, meta: kept, body: setBody(JSON.stringify(key), json, kept) };
}

/** @throws TypeError */
export function assertKey(key: unknown): asserts key is string {
  if (typeof key !== 'string')
    throw new TypeError(`Expected \`key\` to be a string, got ${String(key)} (${typeof key})`);
}

/** The entry as it stands in the log. Its value is decoded when it is looked at: most callers never do. */
export function entryOf(
  { op, key, json, meta }: EncodedChange,
  { timestamp, seq, crc }: { timestamp: string; seq: number; crc: number },
): LogEntry {
  const end = { ...(meta && { meta }), seq, crc: crcDigits(crc) };
  if (op === 'DELETE') return { timestamp, op, key: key as string, ...end };
  let decoded: unknown;
  const decode = (): unknown => {
    decoded ??= JSON.parse(json as string);
    return decoded;
  };
  if (key === undefined) {
    return Object.defineProperties({ timestamp, op, data: {}, ...end }, { data: lazily(decode) }) as LogEntry;
  }
  return Object.defineProperties({ timestamp, op, key, value: undefined, ...end }, { value: lazily(decode) });
}

function lazily(get: () => unknown): PropertyDescriptor {
  return { get, enumerable: true, configurable: true };
}
