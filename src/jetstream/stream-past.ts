/**
 * Messages of a stream, each judged by what stands before it. That is known from the newest boundary on, a whole state or
 * a mark; so whoever wants a part of the history begins there, or asks the view.
 */
import { decodeMessage, type Message, Precedence } from './message.js';
import { type Raw, readRaw, readSubject } from './raw-reading.js';
import type { StreamLog } from './stream-log.js';

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

/** The same messages, judged alike, by reading less: the view has judged what stands behind the newest boundary. */
export async function* readFrom(log: StreamLog, fromSeq: number, toSeq: number): AsyncGenerator<Past> {
  const voids = log.view.voidsFrom(fromSeq);
  if (voids) {
    for await (const raw of readRaw(log, { fromSeq, toSeq })) yield pastOf(raw, voids.has(raw.seq));
    return;
  }
  const boundarySeq = await boundaryUpTo(log, ({ seq }) => seq <= fromSeq);
  const precedence = new Precedence();
  for await (const raw of readRaw(log, { fromSeq: Math.max(1, boundarySeq), toSeq })) {
    const past = judged(raw, precedence);
    if (raw.seq >= fromSeq) yield past;
  }
}

/** Messages about one key, whole states and marks: no others decide what became of it. */
export async function* readKey(log: StreamLog, key: string, fromSeq: number, toSeq: number): AsyncGenerator<Past> {
  const { names } = log.context;
  const precedence = new Precedence();
  const range = { fromSeq: Math.max(1, await boundaryUpTo(log, ({ seq }) => seq <= fromSeq)), toSeq };
  const readings = [names.key(key), names.state].map((subject) => readSubject(log, { ...range, subject }));
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
  const { state: subject } = log.context.names;
  for await (const raw of readSubject(log, { fromSeq: 1, toSeq, subject, headersOnly: true })) {
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

function judged(raw: Raw, precedence: Precedence): Past {
  const past = pastOf(raw, false);
  if (past.message) past.isVoid = precedence.isVoid(past.message, raw);
  return past;
}

function pastOf({ seq, timeMs, subject, payload }: Raw, isVoid: boolean): Past {
  return { seq, timeMs, subject, bytes: payload.length, message: decodeMessage(payload), isVoid };
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
