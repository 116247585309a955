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
import { type Message, Precedence } from './message.js';
import { untilAllHaveSeen } from './stream-compaction.js';
import type { StreamLog } from './stream-log.js';
import { readPast } from './stream-past.js';

const NAMED_KEYS = 5;
/** How long those who lag behind are waited for: they would have to read the log anew. */
const POLITE_MS = 2000;
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
  await log.live.catchUp();
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
  return finish(log, intent);
}

/** Goes on with what was begun, here or by another process; one that is still at it is not disturbed. */
export async function finishErasures(log: StreamLog): Promise<void> {
  const intents = intentsOf(log);
  for (const id of await intents.pending()) {
    const kept = await intents.read(id);
    if (!kept) continue;
    await finish(log, kept.intent);
    const { logger, names } = log.context;
    logger.log(`An erasure from ${names.log} that had begun at ${kept.intent.requestedAt} is finished.`);
  }
}

async function finish(log: StreamLog, intent: ErasureIntent): Promise<ErasureReceipt> {
  const { id, requestedAt, existed, meta } = intent;
  const { names } = log.context;
  const upToSeq = await deleteKey(log, intent);
  let lines = 0;
  if (upToSeq !== undefined) {
    const found = await search(log, intent, upToSeq);
    if (found) lines = await takeOut(log, found);
    await intentsOf(log).drop(id);
  }
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
  return receipt;
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
    await log.live.catchUp();
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
  /** Messages that tell of it, and are no whole states. */
  seqs: Set<number>;
  /** Messages that count for nothing: without what goes, they might. */
  voids: number[];
  /** The newest whole state that tells of it; it goes, and so does everything before it. */
  stateSeq: number;
  /** Whether entries of other keys are among them, so that earlier moments are no longer what they were. */
  changesHistory: boolean;
  timeMs: number;
}

/** Looks at everything up to a seq; and, where there is something to erase, draws a mark and looks on up to that. */
async function search(log: StreamLog, intent: ErasureIntent, upToSeq: number): Promise<Found | undefined> {
  const found: Found = { seqs: new Set(), voids: [], stateSeq: 0, changesHistory: false, timeMs: 0 };
  const precedence = new Precedence();
  const tells = tellsOf(intent);
  for await (const past of readPast(log, 1, upToSeq, precedence)) {
    const { seq, message, isVoid } = past;
    found.timeMs = Math.max(found.timeMs, past.timeMs);
    if (isVoid) found.voids.push(seq);
    if (!message || !tells(message, seq)) continue;
    if (message.key === undefined) found.stateSeq = seq;
    else found.seqs.add(seq);
    if (message.key === undefined || message.key !== intent.key) found.changesHistory = true;
  }
  if (found.seqs.size === 0 && found.stateSeq === 0) return undefined;
  const markSeq = await log.mark();
  for await (const { seq, isVoid } of readPast(log, upToSeq + 1, markSeq, precedence))
    if (isVoid) found.voids.push(seq);
  return found;
}

function tellsOf({ key, mentions, mentionsUpToSeq }: ErasureIntent): (message: Message, seq: number) => boolean {
  const mentioned = new Texts(mentions);
  const all = new Texts([...mentions, ...(key === undefined ? [] : [key])]);
  return (message, seq) => {
    const { meta, data, value } = message;
    if ((meta !== undefined && all.standIn(meta)) || (key !== undefined && message.key === key)) return true;
    if (message.key === undefined && key !== undefined && Object.hasOwn(data ?? {}, key)) return true;
    return mentions.length > 0 && seq <= mentionsUpToSeq && mentioned.standIn([message.key, value, data]);
  };
}

async function takeOut(log: StreamLog, found: Found): Promise<number> {
  await keepLiveValues(log, found);
  const { seqs, voids, stateSeq, changesHistory } = found;
  const before = (await log.look()).state.messages;
  if (changesHistory) {
    const wholeFromMs = Math.max(found.timeMs, log.view.timeMs);
    await log.context.control.raise(log.context.names.log, { wholeFromSeq: log.view.seq, wholeFromMs });
  }
  await untilAllHaveSeen(log, log.view.seq, POLITE_MS);
  // Whoever reads meanwhile judges what is left as it was judged before: what is void goes first, a whole state last.
  for (const seq of voids) await remove(log, seq);
  if (stateSeq > 0) for await (const { seq } of readPast(log, 1, stateSeq)) await remove(log, seq);
  for (const seq of seqs) if (seq > stateSeq) await remove(log, seq);
  log.values.forget();
  return Math.max(0, before - (await log.look()).state.messages);
}

/** Live values that lie in what is to go are written again, unless somebody writes them meanwhile. */
async function keepLiveValues(log: StreamLog, { seqs, stateSeq }: Found): Promise<void> {
  const isGoing = (seq: number) => seq > 0 && (seq <= stateSeq || seqs.has(seq));
  const keys = [...log.view.index].filter(([, { seq }]) => isGoing(seq)).map(([key]) => key);
  const again = { fn: (value: unknown) => value, meta: KEPT, isWanted: isGoing };
  const window = 256;
  for (let at = 0; at < keys.length; at += window) {
    await Promise.all(keys.slice(at, at + window).map((key) => log.revise(key, again)));
  }
}

async function remove({ context: { link, names } }: StreamLog, seq: number): Promise<void> {
  await link.ask(`Erasing from ${names.stream}`, () =>
    link.manager.streams.deleteMessage(names.stream, seq, true).catch((error) => {
      // Gone already, by a compaction or by another process.
      if (!isNowhere(error)) throw error;
    }),
  );
}
