/**
 * Erasing from a stream: each message that tells of it is deleted, overwritten by the server. A message cannot be changed,
 * so where a live value stands in one that must go, a whole state for instance, it is first written again by itself.
 * Safe to repeat: an erasure that was interrupted is finished by calling it again.
 */
import { randomBytes } from 'node:crypto';
import { type EntryMeta, type ErasureReceipt, LogError, Texts } from '../storage/log/index.js';
import { allHaveSeen } from './stream-compaction.js';
import { type Past, readPast } from './stream-history.js';
import type { StreamLog } from './stream-log.js';

const NAMED_KEYS = 5;
const KEPT: EntryMeta = { reason: 'kept while what stood beside it was erased' };

export interface Erasure {
  key: string | undefined;
  mentions: readonly string[];
  meta: EntryMeta | undefined;
}

/** @throws LogError `LOG_CONFLICT` where a live value mentions what is to be erased; nothing is changed then */
export async function eraseFromStream(log: StreamLog, erasure: Erasure): Promise<ErasureReceipt> {
  const { key, mentions, meta } = erasure;
  const requestedAt = new Date().toISOString();
  const mentionsUpToSeq = await assertNotMentioned(log, erasure);
  const existed = key !== undefined && log.view.index.has(key);
  if (existed) await log.append({ op: 'DELETE', key, json: undefined, meta: undefined });
  const upToSeq = log.view.seq;
  const found = await search(log, erasure, upToSeq, mentionsUpToSeq);
  await keepLiveValues(log, found);
  const lines = await deleteAll(log, found, upToSeq);
  const receipt: ErasureReceipt = {
    id: randomBytes(6).toString('hex'),
    log: log.context.names.log,
    requestedAt,
    finishedAt: new Date().toISOString(),
    existed,
    upToSeq,
    files: lines > 0 ? [{ file: log.context.names.stream, lines }] : [],
    removedFiles: [],
  };
  const texts = new Texts([...mentions, ...(key === undefined ? [] : [key])]);
  if (meta && !texts.standIn(meta)) receipt.meta = meta;
  return receipt;
}

/** @returns where the log stood when nothing live mentioned it */
async function assertNotMentioned(log: StreamLog, { key, mentions }: Erasure): Promise<number> {
  const { seq } = log.view;
  if (mentions.length === 0) return seq;
  const texts = new Texts(mentions);
  const found: string[] = [];
  for await (const [live, value] of log.entriesNow()) {
    if (live !== key && (texts.standIn(live) || texts.standIn(value))) found.push(live);
  }
  if (found.length === 0) return seq;
  const { log: name, stream } = log.context.names;
  const named = found.slice(0, NAMED_KEYS).map((each) => JSON.stringify(each));
  const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
  throw new LogError(
    'LOG_CONFLICT',
    `Values of ${name} still mention what is to be erased: ${named.join(', ')}${more}.`,
    { file: stream, hint: 'Change or delete these first; nothing was erased.' },
  );
}

interface Found {
  /** Messages that go, tombstones of the key apart. */
  seqs: Set<number>;
  tombstones: number[];
  /** The newest whole state that tells of it; it goes, and so does everything before it. */
  stateSeq: number;
  /** Whether entries of other keys are among them, so that earlier moments are no longer what they were. */
  changesHistory: boolean;
  upToMs: number;
}

async function search(
  log: StreamLog,
  { key, mentions }: Erasure,
  upToSeq: number,
  mentionsUpToSeq: number,
): Promise<Found> {
  const mentioned = new Texts(mentions);
  const all = new Texts([...mentions, ...(key === undefined ? [] : [key])]);
  const found: Found = { seqs: new Set(), tombstones: [], stateSeq: 0, changesHistory: false, upToMs: 0 };
  const isMentioned = ({ seq }: Past, ...values: unknown[]) =>
    mentions.length > 0 && seq <= mentionsUpToSeq && values.some((value) => mentioned.standIn(value));
  for await (const past of readPast(log, 1, upToSeq)) {
    found.upToMs = Math.max(found.upToMs, past.timeMs);
    const { message, seq } = past;
    if (!message) continue;
    const isNamed = message.meta !== undefined && all.standIn(message.meta);
    if (message.key === undefined) {
      const data = message.data ?? {};
      if (isNamed || (key !== undefined && Object.hasOwn(data, key)) || isMentioned(past, data)) found.stateSeq = seq;
    } else if (message.key === key) {
      if (message.op === 'DELETE') found.tombstones.push(seq);
      else found.seqs.add(seq);
    } else if (isNamed || isMentioned(past, message.key, message.value)) {
      found.seqs.add(seq);
      found.changesHistory = true;
    }
  }
  return found;
}

/** Live values that lie in what is to go are written again, unless somebody writes them meanwhile. */
async function keepLiveValues(log: StreamLog, { seqs, stateSeq }: Found): Promise<void> {
  const isGoing = (seq: number) => seq <= stateSeq || seqs.has(seq);
  const keys = [...log.view.index].filter(([, { seq }]) => isGoing(seq)).map(([key]) => key);
  const window = 256;
  for (let at = 0; at < keys.length; at += window) {
    await Promise.all(keys.slice(at, at + window).map((key) => log.update<unknown>(key, (value) => value, KEPT)));
  }
}

async function deleteAll(log: StreamLog, found: Found, upToSeq: number): Promise<number> {
  const { control, names, link } = log.context;
  const { seqs, tombstones, stateSeq, changesHistory, upToMs } = found;
  const before = await log.messages();
  const boundary =
    stateSeq > 0 || changesHistory
      ? { wholeFromSeq: log.view.seq, wholeFromMs: Math.max(upToMs, log.view.timeMs) }
      : {};
  await control.raise(names.log, { ...boundary, tombstonesGoneSeq: upToSeq, stateFloorSeq: stateSeq });
  const doing = `Erasing from ${names.stream}`;
  const removed = new Set<number>();
  const remove = async (seq: number) => {
    await link
      .ask(doing, () => link.manager.streams.deleteMessage(names.stream, seq, true))
      .catch((error) => {
        // Gone already, by a compaction or by the attempt before.
        if (!isGone(error)) throw error;
      });
    removed.add(seq);
  };
  if (stateSeq > 0)
    for await (const { seq, isVoid } of readPast(log, 1, upToSeq)) if (seq <= stateSeq || isVoid) await remove(seq);
  for (const seq of seqs) if (!removed.has(seq)) await remove(seq);
  log.values.forget();
  if (tombstones.length > 0 && !(await allHaveSeen(log, upToSeq))) {
    throw new LogError(
      'LOG_IO',
      `The values are erased from ${names.stream}, the tombstones are not: a process that follows it lags behind.`,
      {
        file: names.stream,
        hint: 'Erase again once it has caught up or ended.',
      },
    );
  }
  for (const seq of tombstones) if (!removed.has(seq)) await remove(seq);
  return Math.max(0, before - (await log.messages()));
}

function isGone(error: unknown): boolean {
  const code = (error as { code?: unknown })?.code;
  return code === 10057 || code === 10043 || code === 10037;
}
