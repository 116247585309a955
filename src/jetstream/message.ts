/**
 * Entries ⇄ messages. A message is one JSON object: `op`, `key`, `value` or `data`, `meta`, and for a change that builds
 * on what was read, `base`: the seq of the newest whole state that its writer had seen. See {@link isVoid}.
 */
import type { EntryMeta, LogEntry } from '../storage/index.js';

/** A change as JSON text, made at the moment of the call. */
export interface EncodedWrite {
  op: 'SET' | 'DELETE';
  key: string | undefined;
  /** The value, or the whole state; undefined for a tombstone. */
  json: string | undefined;
  meta: EntryMeta | undefined;
}

/** As it stands in the stream. */
export interface Message {
  op: 'SET' | 'DELETE';
  key?: string;
  value?: unknown;
  data?: Record<string, unknown>;
  meta?: EntryMeta;
  base?: number;
}

/** A message as a consumer delivers it. */
export interface Delivered {
  seq: number;
  /** When the server took it, in milliseconds since 1970. */
  timeMs: number;
  /** Set by its writer, drawn anew for each write. */
  msgId: string;
  subject: string;
  payload: Uint8Array;
}

export function encodeMessage({ op, key, json, meta }: EncodedWrite, base?: number): Buffer {
  let text = `{"op":"${op}"`;
  if (key !== undefined) text += `,"key":${JSON.stringify(key)}`;
  if (json !== undefined) text += `,"${key === undefined ? 'data' : 'value'}":${json}`;
  if (meta !== undefined) text += `,"meta":${JSON.stringify(meta)}`;
  if (base !== undefined) text += `,"base":${base}`;
  return Buffer.from(`${text}}`);
}

const decoder = new TextDecoder();

/** Undefined for what is no entry: somebody else wrote into the stream. */
export function decodeMessage(payload: Uint8Array): Message | undefined {
  let message: Message;
  try {
    message = JSON.parse(decoder.decode(payload)) as Message;
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { op } = message;
  if (typeof message.key === 'string')
    return op === 'DELETE' || (op === 'SET' && 'value' in message) ? message : undefined;
  return op === 'SET' && typeof message.data === 'object' && message.data !== null ? message : undefined;
}

/**
 * Whether an update counts for nothing: a whole state came between what it read and itself. No server looks at two
 * subjects at once, so whoever reads the stream judges, and all judge alike, since all see the same order.
 * @param stateSeq seq of the newest whole state before the message
 */
export function isVoid(message: Message, stateSeq: number): boolean {
  return message.base !== undefined && message.base < stateSeq;
}

export function entryOf(message: Message, seq: number, timeMs: number): LogEntry {
  const entry: LogEntry = { timestamp: new Date(timeMs).toISOString(), op: message.op };
  if (message.key !== undefined) entry.key = message.key;
  if (message.op === 'SET' && message.key !== undefined) entry.value = message.value;
  if (message.data !== undefined && message.key === undefined) entry.data = message.data;
  if (message.meta !== undefined) entry.meta = message.meta;
  entry.seq = seq;
  return entry;
}
