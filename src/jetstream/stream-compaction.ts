/**
 * Takes out of a stream what its present state does not need: everything before the newest whole state, of each key all
 * but the newest message, and tombstones. Seqs stay what they are. From then on earlier moments can no longer be told,
 * which is noted before anything is removed.
 */
import type { ConsumerInfo } from '@nats-io/jetstream';
import type { CompactionReport } from '../storage/log/index.js';
import { Feed } from './feed.js';
import { isNowhere, pause } from './link.js';
import { Precedence } from './message.js';
import type { StreamLog } from './stream-log.js';
import { type Past, readPast } from './stream-past.js';

/** Removals on their way at once. */
const REMOVALS = 64;
const WAIT_MS = 15_000;
const POLL_MS = 100;

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
    await log.look();
    Object.assign(report, sizesOf(log, 'Before'), await fold(log));
    await log.look();
  } catch (error) {
    log.assertOpen();
    Object.assign(report, { outcome: 'failed', reason: (error as Error).message, error });
  }
  return Object.assign(report, sizesOf(log, 'After'), { durationMs: performance.now() - began });
}

async function fold(log: StreamLog): Promise<Partial<CompactionReport>> {
  const { names, control } = log.context;
  if (log.stats().entries === 0) return { outcome: 'skipped', reason: 'the log holds no entry' };
  const survey = new Survey(log);
  await survey.read(log.view.seq);
  if (survey.goes === 0) return { outcome: 'skipped', reason: 'every entry is its key’s newest' };
  // What was on its way behind what is removed now could not be judged by those who read later.
  const markSeq = await log.mark();
  await survey.read(markSeq);
  const { voids, superseded, marks, lastSeq, timeMs } = survey;
  await control.raise(names.log, { wholeFromSeq: lastSeq, wholeFromMs: timeMs });
  await untilAllHaveSeen(log, markSeq, WAIT_MS);
  // Whoever reads meanwhile judges what is left as before, and meets no value whose tombstone is gone.
  await removeAll(log, voids);
  const firstSeq = survey.firstKept(markSeq);
  const isLeft = (seq: number) => seq > firstSeq;
  await purge(log, firstSeq);
  await removeAll(log, superseded.filter(isLeft));
  await removeAll(log, survey.tombstones().filter(isLeft));
  await removeAll(
    log,
    marks.filter((seq) => seq < markSeq),
  );
  return { outcome: 'compacted', seq: lastSeq };
}

/** A pass over the messages: which of them the present state needs. */
class Survey {
  readonly #kept = new Map<string, { seq: number; isTombstone: boolean }>();
  /** What goes, behind the newest whole state. */
  voids: number[] = [];
  superseded: number[] = [];
  readonly marks: number[] = [];
  timeMs = 0;
  /** Of the newest message that is no mark. */
  lastSeq = 0;
  #stateSeq = 0;
  #members: ReadonlySet<string> = new Set();
  #replaced = 0;
  #position = 0;
  readonly #precedence = new Precedence();

  constructor(private readonly log: StreamLog) {}

  /** Goes on up to a seq. */
  async read(upToSeq: number): Promise<void> {
    for await (const past of readPast(this.log, this.#position + 1, upToSeq, this.#precedence)) this.#note(past);
    this.#position = upToSeq;
  }

  /** But for those without which a member of the whole state would live. */
  tombstones(): number[] {
    return [...this.#kept.values()].flatMap(({ seq, isTombstone }) => (isTombstone ? [seq] : []));
  }

  /** How many messages the present state does not need, marks apart. */
  get goes(): number {
    return this.#replaced + this.voids.length + this.superseded.length + this.tombstones().length;
  }

  /** The first message that stays. */
  firstKept(markSeq: number): number {
    if (this.#stateSeq > 0) return this.#stateSeq;
    let first = markSeq;
    for (const { seq, isTombstone } of this.#kept.values()) if (!isTombstone) first = Math.min(first, seq);
    return first;
  }

  #note({ seq, timeMs, subject, message, isVoid }: Past): void {
    if (message?.op === 'MARK') {
      this.marks.push(seq);
      return;
    }
    this.timeMs = Math.max(this.timeMs, timeMs);
    this.lastSeq = seq;
    if (message && message.key === undefined) this.#replace(seq, message.data ?? {});
    else if (!message || isVoid) this.voids.push(seq);
    else {
      const former = this.#kept.get(subject);
      if (former) this.superseded.push(former.seq);
      const isTombstone = message.op === 'DELETE' && !this.#members.has(message.key as string);
      this.#kept.set(subject, { seq, isTombstone });
    }
  }

  #replace(stateSeq: number, data: object): void {
    this.#replaced += this.#kept.size + this.voids.length + this.superseded.length + (this.#stateSeq > 0 ? 1 : 0);
    this.#kept.clear();
    this.voids = [];
    this.superseded = [];
    this.#stateSeq = stateSeq;
    this.#members = new Set(Object.keys(data));
  }
}

/**
 * Removes what stands before a seq, whatever its subject: a purge of one subject has consumers of 2.9 leave out what stands
 * before the first message that is left of it, also messages of other subjects.
 */
async function purge({ context: { link, names } }: StreamLog, seq: number): Promise<void> {
  // Nothing does, and the servers would take it for no seq at all, and remove everything.
  if (seq <= 1) return;
  await link.ask(`Compacting ${names.stream}`, () => link.manager.streams.purge(names.stream, { seq }));
}

async function removeAll({ context: { link, names } }: StreamLog, seqs: number[]): Promise<void> {
  const { streams } = link.manager;
  const tasks = seqs.map((seq) => () => {
    const remove = () =>
      streams.deleteMessage(names.stream, seq, false).catch((error) => {
        // Gone with what was purged, or by another process.
        if (!isNowhere(error)) throw error;
      });
    return link.ask(`Compacting ${names.stream}`, remove);
  });
  await inTurns(tasks);
}

/** Waits for those who follow the log: who has not been sent what is then removed has to read the log anew. */
export async function untilAllHaveSeen(log: StreamLog, seq: number, atMostMs: number): Promise<void> {
  for (const deadline = Date.now() + atMostMs; ; await pause(POLL_MS)) {
    if ((await viewsOf(log)).every((info) => info.delivered.stream_seq >= seq)) return;
    if (Date.now() > deadline) return;
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
  await Promise.all(Array.from({ length: REMOVALS }, worker));
}

function sizesOf(log: StreamLog, when: 'Before' | 'After') {
  const { entries, sizeBytes } = log.stats();
  return { [`bytes${when}`]: sizeBytes, [`entries${when}`]: entries } as Pick<
    CompactionReport,
    'bytesBefore' | 'bytesAfter' | 'entriesBefore' | 'entriesAfter'
  >;
}
