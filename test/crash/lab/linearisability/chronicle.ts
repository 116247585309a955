/** The entries of one log as they were told, seq by seq, and the state behind each: every other telling must agree. */
import assert from 'node:assert/strict';
import type { LogEntry } from '../../../../src/storage/log/index.js';
import { assertSame, type ModelState, textsOf } from '../model/log.js';

export class Chronicle {
  readonly #texts: string[] = [''];
  readonly #states: ModelState[] = [new Map()];

  /** Seq of the newest entry told. */
  get last(): number {
    return this.#texts.length - 1;
  }

  stateAt(seq: number): ModelState {
    return this.#states[seq] as ModelState;
  }

  /** A change is told: the next one. */
  add(entry: LogEntry): void {
    assert.equal(entry.seq, this.last + 1, 'seq of a change told');
    this.#states.push(after(this.stateAt(this.last), entry));
    this.#texts.push(textOf(entry));
  }

  /** An entry is shown somewhere else, or acknowledged. */
  check(entry: LogEntry): void {
    const seq = entry.seq as number;
    assert.ok(seq <= this.last, `seq ${seq} was shown, but changes were told up to ${this.last} only`);
    if (entry.op !== 'CHECKPOINT') assert.equal(textOf(entry), this.#texts[seq], `the entry of seq ${seq}`);
    else assertSame(textsOf(entry.state as Record<string, unknown>), this.stateAt(seq), `the CHECKPOINT at seq ${seq}`);
  }

  /** Whether that was the state at one of these moments. */
  wasState(state: ModelState, from: number, to: number): boolean {
    for (let seq = from; seq <= to; seq += 1) {
      const then = this.stateAt(seq);
      if (then.size === state.size && [...then].every(([key, text]) => state.get(key) === text)) return true;
    }
    return false;
  }
}

/** A checksum is another one behind other bytes. */
function textOf({ timestamp, op, key, value, data }: LogEntry): string {
  return JSON.stringify([timestamp, op, key, value, data]);
}

function after(state: ModelState, { op, key, value, data }: LogEntry): ModelState {
  if (data) return textsOf(data);
  const next = new Map(state);
  if (op === 'DELETE') next.delete(key as string);
  else next.set(key as string, JSON.stringify(value));
  return next;
}

/** Reads a stream to its end: each seq once, in order; a gap only where a CHECKPOINT tells what stood there. */
export class StreamReader {
  #last: number | undefined;

  constructor(
    private readonly chronicle: Chronicle,
    private readonly fromSeq: number,
  ) {}

  get last(): number {
    return this.#last ?? Math.max(0, this.fromSeq - 1);
  }

  take(entry: LogEntry): void {
    const seq = entry.seq as number;
    if (entry.op === 'CHECKPOINT') assert.ok(seq > this.last, `a CHECKPOINT at seq ${seq} behind seq ${this.last}`);
    else assert.equal(seq, this.last + 1, `seq ${seq} behind seq ${this.last}`);
    this.chronicle.check(entry);
    this.#last = seq;
  }
}
