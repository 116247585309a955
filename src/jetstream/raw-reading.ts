/** Messages of a stream as the servers have them, whatever happens to the connection meanwhile. */
import { DeliverPolicy } from '@nats-io/jetstream';
import { pause } from './link.js';
import { type Delivered, expectedOf } from './message.js';
import type { StreamLog } from './stream-log.js';

const BATCH = 500;
const RETRY_MS = 200;
/** How long a server waits for messages that it has counted. */
const EXPIRES_MS = 3000;
/** Those of one subject may never come; a second is the least that a server is asked for. */
const COUNTED_EXPIRES_MS = 1000;

export type Raw = Omit<Delivered, 'msgId'>;

/** Of one subject more are not held in memory until they are known to be all. */
const MOST_COUNTED = 10_000;

/** Both seqs are inclusive. */
export interface RawRange {
  fromSeq: number;
  toSeq: number;
}

export interface SubjectRange extends RawRange {
  subject: string;
  /** Payloads are left out, where that spares anything. */
  headersOnly?: boolean;
}

export async function* readRaw(log: StreamLog, { fromSeq, toSeq }: RawRange): AsyncGenerator<Raw> {
  const { link, names } = log.context;
  let deadline = Date.now() + link.options.writeTimeoutMs;
  for (let next = fromSeq; next <= toSeq; ) {
    try {
      // By the leader: the consumer may stand on a server that is behind, and would end too early.
      const lastSeq = await lastSeqOf(log);
      if (lastSeq < next) return;
      for await (const raw of readOnce(log, { fromSeq: next, toSeq })) {
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

/**
 * Messages of one subject. What nats-server 2.9 delivers of a subject may lack some where others were removed; so they are
 * counted, and where any is missing, everything is read.
 */
export async function* readSubject(log: StreamLog, range: SubjectRange): AsyncGenerator<Raw> {
  const { fromSeq, toSeq, subject } = range;
  const counted = await readCounted(log, range).catch(() => undefined);
  for await (const raw of counted ?? readRaw(log, range)) {
    if (raw.subject === subject && raw.seq >= fromSeq && raw.seq <= toSeq) yield raw;
  }
}

/** All of a subject from the stream's beginning, since only all of them can be counted; undefined where some are missing. */
async function readCounted(log: StreamLog, { subject, headersOnly }: SubjectRange): Promise<Raw[] | undefined> {
  const { link, names } = log.context;
  const { state } = await link.manager.streams.info(names.stream, { subjects_filter: subject });
  const count = state.subjects?.[subject] ?? 0;
  if (count > MOST_COUNTED) return undefined;
  const found: Raw[] = [];
  if (count === 0) return found;
  const all = { fromSeq: 1, toSeq: state.last_seq, subject, ...(headersOnly && { headersOnly }) };
  for await (const raw of readOnce(log, all)) if (raw.seq <= state.last_seq) found.push(raw);
  return found.length === count ? found : undefined;
}

async function lastSeqOf({ context: { link, names } }: StreamLog): Promise<number> {
  return (await link.manager.streams.getMessage(names.stream, { last_by_subj: names.subjects }))?.seq ?? 0;
}

/** What one consumer has. */
async function* readOnce(
  { context: { link, names } }: StreamLog,
  { fromSeq, toSeq, subject, headersOnly }: RawRange & Partial<SubjectRange>,
): AsyncGenerator<Raw> {
  if (!link.isConnected) throw new Error('not connected');
  const consumer = await link.jetStream.consumers.get(names.stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSeq,
    ...(subject !== undefined && { filter_subjects: subject }),
    ...(headersOnly && { headers_only: true }),
  });
  try {
    let at = fromSeq - 1;
    const expires = subject === undefined ? EXPIRES_MS : COUNTED_EXPIRES_MS;
    let pending = (await consumer.info(true)).num_pending;
    while (pending > 0 && at < toSeq) {
      const batch = await consumer.fetch({ max_messages: Math.min(BATCH, pending, toSeq - at), expires });
      let got = 0;
      for await (const message of batch) {
        got += 1;
        pending = message.info.pending;
        at = message.seq;
        const timeMs = Number(message.timestampNanos / 1_000_000n);
        const { seq, subject, headers, data: payload } = message;
        yield { seq, timeMs, subject, expected: expectedOf(headers), payload };
      }
      // Of one subject the server may count what it never delivers.
      if (got === 0 && subject !== undefined) return;
      if (got === 0) pending = (await consumer.info()).num_pending;
    }
  } finally {
    void consumer.delete().catch(() => undefined);
  }
}
