/** A log as a history: its messages in their order, as far as they are kept. */
import { DeliverPolicy } from '@nats-io/jetstream';
import {
  applyEntry,
  Follower,
  filterOf,
  type LogEntry,
  LogError,
  type StreamOptions,
  setMember,
} from '../storage/log/index.js';
import { pause } from './link.js';
import { type Delivered, decodeMessage, entryOf, expectedOf, type Message, Precedence } from './message.js';
import type { StreamLog } from './stream-log.js';

const BATCH = 500;
const RETRY_MS = 200;

/** A message of the past, void ones included. */
export interface Past {
  seq: number;
  timeMs: number;
  subject: string;
  bytes: number;
  message: Message | undefined;
  isVoid: boolean;
}

export type Subscribe = (onEntry: (entry: LogEntry) => void, onClose: () => void) => () => void;

/** @throws TypeError for a time that is none */
export async function* streamEntries(
  log: StreamLog,
  options: StreamOptions,
  subscribe: Subscribe,
): AsyncGenerator<LogEntry> {
  const wanted = filterOf(options);
  let last = Math.max(0, (options.fromSeq ?? 0) - 1);
  const follower = options.follow ? new Follower(subscribe, options.signal) : undefined;
  try {
    do {
      for await (const entry of entriesBehind(log, last)) {
        last = entry.seq as number;
        const chosen = wanted(entry);
        if (chosen) yield chosen;
        if (options.signal?.aborted) return;
      }
      for await (const entry of follower?.entries() ?? []) {
        if ((entry.seq ?? 0) <= last) continue;
        last = entry.seq ?? last;
        const chosen = wanted(entry);
        if (chosen) yield chosen;
      }
    } while (follower?.overrun());
  } finally {
    follower?.stop();
  }
}

/**
 * Replays up to and including a moment.
 * @throws LogError `LOG_NOT_RETAINED` where what was compacted away is needed for it
 */
export async function rebuildState(log: StreamLog, at: Date | number | undefined): Promise<Record<string, unknown>> {
  if (at instanceof Date && Number.isNaN(at.getTime())) throw new TypeError('Expected `at` to be a valid Date');
  if (typeof at === 'number' && !(at >= 0)) throw new TypeError(`Expected \`at\` to be a seq ≥ 0, got ${at}`);
  await assertRetained(log, at);
  const held = new Map<string, unknown>();
  for await (const entry of entriesBehind(log, 0)) {
    if (at instanceof Date ? Date.parse(entry.timestamp) > at.getTime() : at !== undefined && (entry.seq ?? 0) > at)
      break;
    applyEntry(held, entry);
  }
  // A compaction that began meanwhile may have taken away what this was about to read.
  await assertRetained(log, at);
  const state: Record<string, unknown> = {};
  for (const [key, value] of held) setMember(state, key, value);
  return state;
}

async function assertRetained({ context }: StreamLog, at: Date | number | undefined): Promise<void> {
  if (at === undefined) return;
  const { control, names } = context;
  const { wholeFromSeq, wholeFromMs } = await control.read(names.log);
  if (at instanceof Date ? at.getTime() >= wholeFromMs : at >= wholeFromSeq) return;
  const moment = at instanceof Date ? at.toISOString() : `seq ${at}`;
  throw new LogError('LOG_NOT_RETAINED', `${names.stream} no longer tells the state at ${moment}.`, {
    file: names.stream,
    hint: `It does from seq ${wholeFromSeq} on (${new Date(wholeFromMs).toISOString()}); compact less often to reach further back.`,
  });
}

async function* entriesBehind(log: StreamLog, last: number): AsyncGenerator<LogEntry> {
  let timeMs = 0;
  for await (const past of readPast(log, last + 1, log.view.seq)) {
    timeMs = Math.max(timeMs, past.timeMs);
    if (past.message && past.message.op !== 'MARK' && !past.isVoid) yield entryOf(past.message, past.seq, timeMs);
  }
}

/**
 * Messages from one seq to another, both inclusive, whatever happens to the connection meanwhile.
 * @param precedence what stands before them; everything before is read, too, where it is left out
 */
export async function* readPast(
  log: StreamLog,
  fromSeq: number,
  toSeq: number,
  precedence?: Precedence,
): AsyncGenerator<Past> {
  const judge = precedence ?? new Precedence();
  for await (const raw of readRaw(log, precedence ? fromSeq : 1, toSeq)) {
    const { seq, timeMs, subject, payload } = raw;
    const message = decodeMessage(payload);
    const isVoid = message !== undefined && judge.isVoid(message, raw);
    if (seq >= fromSeq) yield { seq, timeMs, subject, bytes: payload.length, message, isVoid };
  }
}

type Raw = Omit<Delivered, 'msgId'>;

async function* readRaw(log: StreamLog, fromSeq: number, toSeq: number): AsyncGenerator<Raw> {
  const { link, names } = log.context;
  let deadline = Date.now() + link.options.writeTimeoutMs;
  for (let next = fromSeq; next <= toSeq; ) {
    try {
      // By the leader: the consumer may stand on a server that is behind, and would end too early.
      const lastSeq = await lastSeqOf(log, names.subjects);
      if (lastSeq < next) return;
      for await (const raw of readOnce(log, next)) {
        if (raw.seq > toSeq) return;
        yield raw;
        next = raw.seq + 1;
        deadline = Date.now() + link.options.writeTimeoutMs;
        if (raw.seq >= lastSeq) return;
      }
      if (Date.now() > deadline) throw new Error('the servers are behind');
      await pause(RETRY_MS / 10);
    } catch (error) {
      log.assertOpen();
      if (Date.now() > deadline) throw link.failure(`Reading ${names.stream}`, error);
      await pause(RETRY_MS);
    }
  }
}

async function lastSeqOf({ context: { link, names } }: StreamLog, subject: string): Promise<number> {
  return (await link.manager.streams.getMessage(names.stream, { last_by_subj: subject }))?.seq ?? 0;
}

/** What one consumer has. */
async function* readOnce({ context: { link, names } }: StreamLog, fromSeq: number): AsyncGenerator<Raw> {
  if (!link.isConnected) throw new Error('not connected');
  const consumer = await link.jetStream.consumers.get(names.stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSeq,
  });
  try {
    let pending = (await consumer.info(true)).num_pending;
    while (pending > 0) {
      const batch = await consumer.fetch({ max_messages: Math.min(BATCH, pending), expires: 3000 });
      let got = 0;
      for await (const message of batch) {
        got += 1;
        pending = message.info.pending;
        const timeMs = Number(message.timestampNanos / 1_000_000n);
        const { seq, subject, headers, data: payload } = message;
        yield { seq, timeMs, subject, expected: expectedOf(headers), payload };
      }
      if (got === 0) pending = (await consumer.info()).num_pending;
    }
  } finally {
    void consumer.delete().catch(() => undefined);
  }
}
