/**
 * Entries ⇄ messages. A message is one JSON object: `op`, `key`, `value` or `data`, `meta`, and `base`: the seq of the
 * newest boundary that its writer had seen, a whole state or a mark. See {@link Precedence}.
 */
import type { ChangeText, EntryMeta, LogEntry } from '../storage/log/index.js';

/** As it stands in the stream. */
export interface Message {
  /** `MARK` is no entry: it stands where something is about to be removed from what is before it. */
  op: 'SET' | 'DELETE' | 'MARK';
  key?: string;
  value?: unknown;
  data?: Record<string, unknown>;
  meta?: EntryMeta;
  base?: number;
  /** Of a mark: the newest whole state before it, 0 where there is none. */
  state?: number;
}

/** A message as a consumer delivers it. */
export interface Delivered {
  seq: number;
  /** When the server took it, in milliseconds since 1970. */
  timeMs: number;
  /** Set by its writer, drawn anew for each write. */
  msgId: string;
  subject: string;
  /** What its writer took for its subject's newest seq. */
  expected: number | undefined;
  payload: Uint8Array;
}

export function encodeMessage({ op, key, json, meta }: ChangeText, base?: number): Buffer {
  let text = `{"op":"${op}"`;
  if (key !== undefined) text += `,"key":${JSON.stringify(key)}`;
  if (json !== undefined) text += `,"${key === undefined ? 'data' : 'value'}":${json}`;
  if (meta !== undefined) text += `,"meta":${JSON.stringify(meta)}`;
  if (base !== undefined) text += `,"base":${base}`;
  return Buffer.from(`${text}}`);
}

export function encodeMark(stateSeq: number): Buffer {
  return Buffer.from(`{"op":"MARK","state":${stateSeq}}`);
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
  if (op === 'MARK') return message;
  return op === 'SET' && typeof message.data === 'object' && message.data !== null ? message : undefined;
}

/** What stands before a message, as far as it decides whether the message counts. */
export class Precedence {
  /** Seqs of the newest entries, tombstones included, by subject; since the boundary. */
  readonly #newest = new Map<string, number>();

  /** Seq of the newest boundary: what follows is judged by what stands behind it alone. */
  boundarySeq = 0;

  /**
   * Whether a message counts for nothing, as others came between what its writer had seen and itself: a boundary, or an
   * entry of its key. A server looks at one subject, and in a cluster (2.9) not at what is on its way to it; so whoever
   * reads the stream judges, and all judge alike, since all see the same order: also those who come when something that
   * stood before a mark is gone, since whoever wrote behind it had seen all that.
   */
  isVoid({ key, base }: Message, { seq, subject, expected }: Pick<Delivered, 'seq' | 'subject' | 'expected'>): boolean {
    if (key === undefined) {
      this.boundarySeq = seq;
      this.#newest.clear();
      return false;
    }
    if (base !== undefined && base < this.boundarySeq) return true;
    if (expected !== undefined && expected < (this.#newest.get(subject) ?? 0)) return true;
    this.#newest.set(subject, seq);
    return false;
  }
}

/** What a writer expected to be its subject's newest seq. */
export function expectedOf(headers: { get(name: string): string } | undefined): number | undefined {
  const text = headers?.get('Nats-Expected-Last-Subject-Sequence');
  return text ? Number(text) : undefined;
}

export function entryOf(message: Message, seq: number, timeMs: number): LogEntry {
  const { op } = message;
  const entry: LogEntry = { timestamp: new Date(timeMs).toISOString(), op: op === 'MARK' ? 'CHECKPOINT' : op };
  if (message.key !== undefined) entry.key = message.key;
  if (message.op === 'SET' && message.key !== undefined) entry.value = message.value;
  if (message.data !== undefined && message.key === undefined) entry.data = message.data;
  if (message.meta !== undefined) entry.meta = message.meta;
  entry.seq = seq;
  return entry;
}
