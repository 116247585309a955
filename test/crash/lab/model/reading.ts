/** Judges what readers are shown against the model: each read must show one moment, each stream the whole history. */
import assert from 'node:assert/strict';
import type { LogEntry, LogError } from '../../../../src/storage/log/index.js';
import { assertSame, type ModelLog, type ModelState, shown, textsOf } from './log.js';

export const KEPT_BACKUPS = 3;

/** What was shown is the state of one moment, no earlier than `low`; from now on it may not be taken back. */
export function expectMoment(
  log: ModelLog,
  low: number,
  what: string,
  fits: (state: ModelState) => boolean,
  found: () => string,
): void {
  const seq = log.momentFrom(low, fits);
  if (seq === undefined) {
    assert.fail(`${what} shows ${found()}, the state at no seq of ${low} to ${log.sent}; newest: ${shown(log.newest)}`);
  }
  log.owe(seq);
}

/** A key is given once. */
export function onceEach<T>(pairs: readonly [string, T][], what: string): Map<string, T> {
  const map = new Map(pairs);
  assert.equal(map.size, pairs.length, `${what} gives a key twice`);
  return map;
}

/** Checks the entries of one stream as they come: each seq once, in order, as it was handed over. */
export class StreamJudge {
  #last: number;
  #first = true;

  constructor(
    private readonly log: ModelLog,
    fromSeq: number,
    private readonly backups: boolean,
  ) {
    this.#last = Math.max(0, fromSeq - 1);
  }

  /** Seq up to which the history was shown. */
  get last(): number {
    return this.#last;
  }

  take(entry: LogEntry): void {
    const { seq } = entry as { seq: number };
    this.log.owe(seq, entry.op === 'CHECKPOINT' ? undefined : entry.timestamp);
    if (entry.op === 'CHECKPOINT') {
      // Behind other entries it tells what stood in a backup that was pruned meanwhile.
      const isInPlace = this.#first || this.log.compactions > KEPT_BACKUPS;
      assert.ok(isInPlace && seq > this.#last, `a CHECKPOINT at seq ${seq} behind seq ${this.#last}`);
      const mayBe = this.log.compactions > (this.backups ? KEPT_BACKUPS : 0);
      assert.ok(mayBe, `begins with a CHECKPOINT at seq ${seq} after ${this.log.compactions} compactions`);
      assertSame(
        textsOf(entry.state as Record<string, unknown>),
        this.log.stateAt(seq),
        `the CHECKPOINT at seq ${seq}`,
      );
    } else {
      assert.equal(seq, this.#last + 1, `seq ${seq} behind seq ${this.#last}`);
      expectEntry(entry, this.log, seq);
    }
    this.#last = seq;
    this.#first = false;
  }

  /** The stream ended: everything durable when it began was shown. */
  end(low: number): void {
    assert.ok(this.#last >= low, `the stream ends at seq ${this.#last}, but ${low} was durable when it began`);
  }
}

export function expectEntry(entry: LogEntry, log: ModelLog, seq: number): void {
  const change = log.changeAt(seq);
  const { op, key, value, data } = entry;
  assert.equal(JSON.stringify({ op, key, value, data }), JSON.stringify(inOrder(change)), `the entry of seq ${seq}`);
}

function inOrder(change: object): object {
  const { op, key, value, data } = change as LogEntry;
  return { op, key, value, data };
}

/** The entries about one key: each is about it, and none is left out of what the active log holds throughout. */
export function judgeKeyStream(
  log: ModelLog,
  entries: readonly LogEntry[],
  { key, fromSeq, heldFrom, low }: { key: string; fromSeq: number; heldFrom: number; low: number },
): void {
  let last = fromSeq - 1;
  const given = new Set<number>();
  for (const entry of entries) {
    const { seq } = entry as { seq: number };
    assert.ok(seq > last, `seq ${seq} behind seq ${last}`);
    log.owe(seq);
    given.add(seq);
    last = seq;
    const whole = entry.state ?? entry.data;
    if (whole === undefined) {
      assert.equal(entry.key, key, `seq ${seq} is about another key`);
      expectEntry(entry, log, seq);
    } else {
      const expected = log.stateAt(seq).get(key);
      const narrowed = new Map(expected === undefined ? [] : [[key, expected]]);
      assertSame(textsOf(whole), narrowed, `seq ${seq} narrowed to the key`);
    }
  }
  for (let seq = Math.max(fromSeq, heldFrom + 1, 1); seq <= low; seq += 1) {
    const change = log.changeAt(seq);
    assert.ok('data' in change || change.key !== key || given.has(seq), `seq ${seq} is left out`);
  }
}

/** Whether an error says that a moment is no longer kept, and that can be so. */
export function isForgotten(error: unknown, log: ModelLog): boolean {
  return (error as LogError).code === 'LOG_NOT_RETAINED' && log.compactions > KEPT_BACKUPS;
}

/** First and last seq at which the state may be that of the time of `seq`: its millisecond may go on. */
export function spanOf(log: ModelLog, seq: number): [number, number] {
  const time = log.timeOf(seq) as string;
  for (let next = seq + 1; next <= log.sent; next += 1) {
    const later = log.timeOf(next);
    if (later !== undefined && later > time) return [seq, next - 1];
  }
  return [seq, log.sent];
}
