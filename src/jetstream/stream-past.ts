/**
 * Messages of a stream, each judged by what stands before it. That is known from the newest boundary on, a whole state or
 * a mark; so whoever wants a part of the history begins there, or asks for what it lacks.
 */
import { decodeMessage, type Message, Precedence } from './message.js';
import { type Raw, readRaw } from './raw-reading.js';
import type { StreamLog } from './stream-log.js';

/** So many messages before those that are wanted are read rather than asked for. */
const READ_BEFORE = 500;

/** A message of the past, void ones included. */
export interface Past {
  seq: number;
  timeMs: number;
  subject: string;
  bytes: number;
  message: Message | undefined;
  isVoid: boolean;
}

/**
 * Messages from one seq to another, both inclusive.
 * @param precedence what stands before them; everything before is read, too, where it is left out
 */
export async function* readPast(
  log: StreamLog,
  fromSeq: number,
  toSeq: number,
  precedence?: Precedence,
): AsyncGenerator<Past> {
  const judge = precedence ?? new Precedence();
  for await (const raw of readRaw(log, { fromSeq: precedence ? fromSeq : 1, toSeq })) {
    if (raw.seq < fromSeq) judged(raw, judge);
    else yield judged(raw, judge);
  }
}

/** The same messages, judged alike, by reading less. */
export async function* readFrom(log: StreamLog, fromSeq: number, toSeq: number): AsyncGenerator<Past> {
  const boundarySeq = await boundaryUpTo(log, ({ seq }) => seq <= fromSeq);
  const before = fromSeq - boundarySeq;
  if (before <= READ_BEFORE || before <= toSeq - fromSeq) {
    const precedence = new Precedence();
    for await (const raw of readRaw(log, { fromSeq: Math.max(1, boundarySeq), toSeq })) {
      const past = judged(raw, precedence);
      if (raw.seq >= fromSeq) yield past;
    }
    return;
  }
  const precedence = new Precedence(boundarySeq);
  for await (const raw of readRaw(log, { fromSeq, toSeq })) {
    const { subject, expected } = raw;
    // What its writer had seen stands before all that was read: has anything come between?
    const isOfKey = subject !== log.context.names.state;
    if (isOfKey && expected !== undefined && expected < fromSeq && !precedence.knows(subject, fromSeq)) {
      precedence.note(subject, await newestBetween(log, raw, boundarySeq, fromSeq));
    }
    yield judged(raw, precedence);
  }
}

/** Messages about one key, whole states and marks: no others decide what became of it. */
export async function* readKey(log: StreamLog, key: string, fromSeq: number, toSeq: number): AsyncGenerator<Past> {
  const { names } = log.context;
  const precedence = new Precedence();
  const range = { fromSeq: Math.max(1, await boundaryUpTo(log, ({ seq }) => seq <= fromSeq)), toSeq };
  const readings = [names.key(key), names.state].map((subject) => readRaw(log, { ...range, subject }));
  for await (const raw of inOrder(readings)) {
    const past = judged(raw, precedence);
    if (raw.seq >= fromSeq) yield past;
  }
}

type Moment = Pick<Raw, 'seq' | 'timeMs'>;

/** @returns the seq of the newest boundary that is not behind a moment; 0 where there is none */
export async function boundaryUpTo(log: StreamLog, isWithin: (moment: Moment) => boolean): Promise<number> {
  const { boundarySeq, boundaryMs, seq: toSeq } = log.view;
  if (boundarySeq === 0 || isWithin({ seq: boundarySeq, timeMs: boundaryMs })) return boundarySeq;
  let found = 0;
  for await (const raw of readRaw(log, { fromSeq: 1, toSeq, subject: log.context.names.state, headersOnly: true })) {
    if (!isWithin(raw)) break;
    found = raw.seq;
  }
  return found;
}

/** @returns a seq from which on the state at a moment can be told: that of a whole state, or 1 */
export async function stateUpTo(log: StreamLog, isWithin: (moment: Moment) => boolean): Promise<number> {
  const boundarySeq = await boundaryUpTo(log, isWithin);
  if (boundarySeq === 0) return 1;
  const message = await log.values.message(boundarySeq);
  return Math.max(1, (message?.op === 'MARK' ? message.state : message && boundarySeq) ?? 1);
}

/** @returns the seq of the newest entry of a subject between two seqs, where it may make a message void; 0 else */
async function newestBetween(
  log: StreamLog,
  { subject, expected = 0 }: Raw,
  boundarySeq: number,
  fromSeq: number,
): Promise<number> {
  const { link, names } = log.context;
  const query = { seq: Math.max(expected, boundarySeq) + 1, next_by_subj: subject };
  const next = await link.ask(`Reading ${names.stream}`, () => link.manager.streams.getMessage(names.stream, query));
  if (!next || next.seq >= fromSeq) return 0;
  const precedence = new Precedence(boundarySeq);
  let newest = 0;
  for await (const raw of readRaw(log, { fromSeq: boundarySeq + 1, toSeq: fromSeq - 1, subject })) {
    const { message, isVoid, seq } = judged(raw, precedence);
    if (message && !isVoid) newest = seq;
  }
  return newest;
}

function judged(raw: Raw, precedence: Precedence): Past {
  const { seq, timeMs, subject, payload } = raw;
  const message = decodeMessage(payload);
  const isVoid = message !== undefined && precedence.isVoid(message, raw);
  return { seq, timeMs, subject, bytes: payload.length, message, isVoid };
}

/** Several readings as one. */
async function* inOrder(readings: AsyncGenerator<Raw>[]): AsyncGenerator<Raw> {
  const heads = await Promise.all(readings.map(async (reading) => ({ reading, head: await reading.next() })));
  try {
    for (;;) {
      const first = heads
        .filter(({ head }) => !head.done)
        .sort((a, b) => (a.head.value as Raw).seq - (b.head.value as Raw).seq)[0];
      if (!first) return;
      yield first.head.value as Raw;
      first.head = await first.reading.next();
    }
  } finally {
    await Promise.all(readings.map((reading) => reading.return(undefined)));
  }
}
