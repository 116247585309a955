/** Messages of a stream as the servers have them, whatever happens to the connection meanwhile. */
import { DeliverPolicy } from '@nats-io/jetstream';
import { pause } from './link.js';
import { type Delivered, expectedOf } from './message.js';
import type { StreamLog } from './stream-log.js';

const BATCH = 500;
const RETRY_MS = 200;

export type Raw = Omit<Delivered, 'msgId'>;

/** Both seqs are inclusive. */
export interface RawRange {
  fromSeq: number;
  toSeq: number;
  /** Only messages of it. */
  subject?: string;
  /** Payloads are left out. */
  headersOnly?: boolean;
}

export async function* readRaw(log: StreamLog, range: RawRange): AsyncGenerator<Raw> {
  const { link, names } = log.context;
  const { fromSeq, toSeq, subject = names.subjects } = range;
  let deadline = Date.now() + link.options.writeTimeoutMs;
  for (let next = fromSeq; next <= toSeq; ) {
    try {
      // By the leader: the consumer may stand on a server that is behind, and would end too early.
      const lastSeq = await lastSeqOf(log, subject);
      if (lastSeq < next) return;
      for await (const raw of readOnce(log, { ...range, fromSeq: next })) {
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
async function* readOnce(
  { context: { link, names } }: StreamLog,
  { fromSeq, toSeq, subject, headersOnly }: RawRange,
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
    let pending = (await consumer.info(true)).num_pending;
    while (pending > 0 && at < toSeq) {
      const batch = await consumer.fetch({ max_messages: Math.min(BATCH, pending, toSeq - at), expires: 3000 });
      let got = 0;
      for await (const message of batch) {
        got += 1;
        pending = message.info.pending;
        at = message.seq;
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
