/**
 * Takes out of a stream what its present state does not need: everything before the newest whole state, of each key all
 * but the newest message, and tombstones. Seqs stay what they are. From then on earlier moments can no longer be told,
 * which is noted before anything is removed.
 */
import type { ConsumerInfo } from '@nats-io/jetstream';
import type { CompactionReport } from '../storage/log/index.js';
import { Feed } from './feed.js';
import { pause } from './link.js';
import { readPast } from './stream-history.js';
import type { StreamLog } from './stream-log.js';

/** Purges on their way at once. */
const PURGES = 16;
const WAIT_MS = 15_000;
const POLL_MS = 100;

/** What a subject holds. */
interface Holding {
  messages: number;
  /** The newest message that counts, 0 where it holds none. */
  keptSeq: number;
  isTombstone: boolean;
}

export async function compactStream(log: StreamLog): Promise<CompactionReport> {
  const began = performance.now();
  const report: CompactionReport = {
    log: log.context.names.log,
    outcome: 'skipped',
    startedAt: new Date().toISOString(),
    durationMs: 0,
    ...sizesOf(log, 'Before'),
    ...sizesOf(log, 'After'),
    keys: log.view.index.size,
    seq: log.view.seq,
  };
  try {
    await log.lastSeq();
    Object.assign(report, sizesOf(log, 'Before'), await fold(log));
    await log.lastSeq();
  } catch (error) {
    log.assertOpen();
    Object.assign(report, { outcome: 'failed', reason: (error as Error).message, error });
  }
  return Object.assign(report, sizesOf(log, 'After'), { durationMs: performance.now() - began });
}

async function fold(log: StreamLog): Promise<Partial<CompactionReport>> {
  const { names, control } = log.context;
  const upToSeq = log.view.seq;
  if (log.stats().entries === 0) return { outcome: 'skipped', reason: 'the log holds no entry' };
  const { holdings, stateSeq, timeMs, superseded, lastSeq } = await survey(log, upToSeq);
  if (superseded === 0) return { outcome: 'skipped', reason: 'every entry is its key’s newest' };
  await control.raise(names.log, { wholeFromSeq: upToSeq, wholeFromMs: timeMs, tombstonesGoneSeq: upToSeq });
  if (stateSeq > 0) await purge(log, { seq: stateSeq });
  const mayDropTombstones = await allHaveSeen(log, lastSeq);
  const purges: (() => Promise<unknown>)[] = [];
  for (const [subject, { messages, keptSeq, isTombstone }] of holdings) {
    const isDead = keptSeq === 0 || (isTombstone && mayDropTombstones);
    if (isDead) purges.push(() => purge(log, { filter: subject, seq: upToSeq + 1 }));
    else if (messages > 1) purges.push(() => purge(log, { filter: subject, seq: keptSeq }));
  }
  await inTurns(purges);
  return { outcome: 'compacted', seq: upToSeq };
}

/** One pass over the messages: what each subject holds behind the newest whole state. */
async function survey(log: StreamLog, upToSeq: number) {
  const holdings = new Map<string, Holding>();
  let stateSeq = 0;
  let timeMs = 0;
  let superseded = 0;
  let lastSeq = 0;
  for await (const past of readPast(log, 1, upToSeq)) {
    timeMs = Math.max(timeMs, past.timeMs);
    lastSeq = past.seq;
    if (past.message && past.message.key === undefined) {
      for (const { messages } of holdings.values()) superseded += messages;
      if (stateSeq > 0) superseded += 1;
      holdings.clear();
      stateSeq = past.seq;
      continue;
    }
    const holding = holdings.get(past.subject) ?? { messages: 0, keptSeq: 0, isTombstone: false };
    holdings.set(past.subject, holding);
    holding.messages += 1;
    if (!past.message || past.isVoid) continue;
    holding.keptSeq = past.seq;
    holding.isTombstone = past.message.op === 'DELETE';
  }
  for (const { messages, keptSeq, isTombstone } of holdings.values()) {
    superseded += messages - (keptSeq > 0 && !isTombstone ? 1 : 0);
  }
  return { holdings, stateSeq, timeMs, superseded, lastSeq };
}

function purge(log: StreamLog, options: { filter?: string; seq: number }): Promise<unknown> {
  const { link, names } = log.context;
  return link.ask(`Compacting ${names.stream}`, () => link.manager.streams.purge(names.stream, options));
}

/**
 * Whether every process that follows the log has been sent everything up to a seq. One that begins to follow later reads
 * first up to where tombstones may be gone; so a tombstone that is removed then has been seen, or is known to be missing.
 */
export async function allHaveSeen(log: StreamLog, seq: number): Promise<boolean> {
  for (const deadline = Date.now() + WAIT_MS; ; await pause(POLL_MS)) {
    if ((await viewsOf(log)).every((info) => info.delivered.stream_seq >= seq)) return true;
    if (Date.now() > deadline) return false;
  }
}

async function viewsOf(log: StreamLog): Promise<ConsumerInfo[]> {
  const { link, names } = log.context;
  return link.ask(`Looking for who follows ${names.stream}`, async () => {
    const views: ConsumerInfo[] = [];
    for await (const info of link.manager.consumers.list(names.stream)) {
      if (info.name.startsWith(Feed.CONSUMERS)) views.push(info);
    }
    return views;
  });
}

async function inTurns(tasks: (() => Promise<unknown>)[]): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const task = tasks[next];
      next += 1;
      await task?.();
    }
  };
  await Promise.all(Array.from({ length: PURGES }, worker));
}

function sizesOf(log: StreamLog, when: 'Before' | 'After') {
  const { entries, sizeBytes } = log.stats();
  return { [`bytes${when}`]: sizeBytes, [`entries${when}`]: entries } as Pick<
    CompactionReport,
    'bytesBefore' | 'bytesAfter' | 'entriesBefore' | 'entriesAfter'
  >;
}
