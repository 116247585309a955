/**
 * Erasing from a stream: each message that tells of it is deleted, overwritten by the server. A message cannot be changed,
 * so where a live value stands in one that must go, a whole state for instance, it is first written again by itself.
 * What is to be erased is noted first and the note removed last: whoever opens the log in between goes on. Every step may
 * be done again, and by several processes at once.
 */
import { randomBytes } from 'node:crypto';
import { type EntryMeta, type ErasureReceipt, LogError, Texts } from '../storage/log/index.js';
import { type ErasureIntent, ErasureIntents } from './erasure-intents.js';
import { isNowhere } from './link.js';
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
  await finishErasures(log);
  // What others wrote before this was called is erased, too.
  await log.catchUp();
  const intent: ErasureIntent = {
    id: randomBytes(6).toString('hex'),
    requestedAt: new Date().toISOString(),
    mentions: [...mentions],
    mentionsUpToSeq: await assertNotMentioned(log, erasure),
    existed: key !== undefined && log.view.index.has(key),
  };
  if (key !== undefined) intent.key = key;
  const texts = new Texts([...mentions, ...(key === undefined ? [] : [key])]);
  if (meta && !texts.standIn(meta)) intent.meta = meta;
  await intentsOf(log).begin(intent);
  const { receipt, isWhole } = await finish(log, intent);
  if (isWhole) return receipt;
  const { stream } = log.context.names;
  throw new LogError(
    'LOG_IO',
    `The values are erased from ${stream}, the tombstones are not: a process that follows it lags behind.`,
    { file: stream, hint: 'Erase again, or open the log again, once it has caught up or ended.' },
  );
}

/** Goes on with what was begun, here or by another process; one that is still at it is not disturbed. */
export async function finishErasures(log: StreamLog): Promise<void> {
  const intents = intentsOf(log);
  for (const id of await intents.pending()) {
    const kept = await intents.read(id);
    if (!kept) continue;
    const { isWhole } = await finish(log, kept.intent);
    const { logger, names } = log.context;
    if (isWhole) logger.log(`An erasure from ${names.log} that had begun at ${kept.intent.requestedAt} is finished.`);
    else logger.warn(`Tombstones of an erasure from ${names.log} are left: a process that follows it lags behind.`);
  }
}

/** @returns whether nothing is left for later */
async function finish(log: StreamLog, intent: ErasureIntent): Promise<{ receipt: ErasureReceipt; isWhole: boolean }> {
  const { id, requestedAt, existed, meta } = intent;
  const { names } = log.context;
  const upToSeq = await deleteKey(log, intent);
  let outcome = { lines: 0, isWhole: true };
  if (upToSeq !== undefined) {
    const found = await search(log, intent, upToSeq);
    await keepLiveValues(log, found);
    outcome = await deleteAll(log, found, upToSeq);
    if (outcome.isWhole) await intentsOf(log).drop(id);
  }
  const { lines, isWhole } = outcome;
  const receipt: ErasureReceipt = {
    id,
    log: names.log,
    requestedAt,
    finishedAt: new Date().toISOString(),
    existed,
    upToSeq: upToSeq ?? log.view.seq,
    files: lines > 0 ? [{ file: names.stream, lines }] : [],
    removedFiles: [],
  };
  if (meta) receipt.meta = meta;
  return { receipt, isWhole };
}

/**
 * The tombstone comes before everything else: from then on nobody reads the value. It stands only behind values that were
 * there while the intent said that it is missing; so one who comes late does not delete what was written since.
 * @returns the seq behind which a later life begins; undefined where another process has finished the erasure
 */
async function deleteKey(log: StreamLog, { id, key }: ErasureIntent): Promise<number | undefined> {
  const intents = intentsOf(log);
  for (;;) {
    let kept = await intents.read(id);
    if (!kept) return undefined;
    if (kept.intent.upToSeq !== undefined) return kept.intent.upToSeq;
    await log.catchUp();
    let upToSeq = log.view.seq;
    const isWanted = async () => {
      upToSeq = log.view.seq;
      kept = await intents.read(id);
      return kept !== undefined && kept.intent.upToSeq === undefined;
    };
    const tombstone = key === undefined ? undefined : await log.revise(key, { fn: () => undefined, isWanted });
    upToSeq = tombstone?.seq ?? upToSeq;
    if (kept && kept.intent.upToSeq === undefined && (await intents.noteDeleted(kept, upToSeq))) return upToSeq;
  }
}

function intentsOf({ context }: StreamLog): ErasureIntents {
  return new ErasureIntents(context.link, context.names);
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
  { key, mentions, mentionsUpToSeq }: ErasureIntent,
  upToSeq: number,
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
  const again = { fn: (value: unknown) => value, meta: KEPT, isWanted: isGoing };
  const window = 256;
  for (let at = 0; at < keys.length; at += window) {
    await Promise.all(keys.slice(at, at + window).map((key) => log.revise(key, again)));
  }
}

async function deleteAll(log: StreamLog, found: Found, upToSeq: number) {
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
    await link.ask(doing, () =>
      link.manager.streams.deleteMessage(names.stream, seq, true).catch((error) => {
        // Gone already, by a compaction or by another process.
        if (!isNowhere(error)) throw error;
      }),
    );
    removed.add(seq);
  };
  if (stateSeq > 0)
    for await (const { seq, isVoid } of readPast(log, 1, upToSeq)) if (seq <= stateSeq || isVoid) await remove(seq);
  for (const seq of seqs) if (!removed.has(seq)) await remove(seq);
  log.values.forget();
  const isWhole = tombstones.length === 0 || (await allHaveSeen(log, upToSeq));
  if (isWhole) for (const seq of tombstones) if (!removed.has(seq)) await remove(seq);
  return { lines: Math.max(0, before - (await log.messages())), isWhole };
}
