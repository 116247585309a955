/**
 * What a log must hold after any number of deaths in a row. Unlike a `LogModel`, which goes on from the newest state
 * found, it remembers every write that is in the log, so that backups and states of the past can be held against it.
 */
import assert from 'node:assert/strict';
import type { Message } from './child.js';
import { applyWrite, type ModelState, type SentWrite, type WriteKind } from './write-model.js';

export class Truth {
  #writes: SentWrite[] = [];
  #owed = 0;
  /** States that were asked for, by seq. */
  #states = new Map<number, ModelState>();
  readonly complaints: string[] = [];

  /**
   * @param base what was there before the first write that is told here
   * @param baseSeq the seq that stands for
   */
  constructor(
    private readonly base: ModelState = new Map(),
    readonly baseSeq = 0,
  ) {}

  /** Seq up to which the log must reach, and up to which it may. */
  get owedSeq(): number {
    return this.baseSeq + this.#owed;
  }

  get sentSeq(): number {
    return this.baseSeq + this.#writes.length;
  }

  sent(write: SentWrite): void {
    this.#writes.push(write);
  }

  acknowledged(id: number, seq?: number): void {
    const position = this.#writes.findLastIndex((write) => write.id === id);
    if (position < 0) {
      this.complaints.push(`write ${id} was acknowledged and never sent`);
      return;
    }
    const expected = this.baseSeq + position + 1;
    if (seq !== undefined && seq !== expected) {
      this.complaints.push(`write ${id} was acknowledged as seq ${seq}, not ${expected}`);
    }
    this.#owed = Math.max(this.#owed, position + 1);
  }

  /** The state that the writes up to `seq` make. */
  stateAt(seq: number): ModelState {
    const state = this.#states.get(seq) ?? this.#stateOf(this.#writes.slice(0, seq - this.baseSeq));
    this.#states.set(seq, state);
    return state;
  }

  #stateOf(writes: readonly SentWrite[]): ModelState {
    const state = new Map(this.base);
    for (const write of writes) applyWrite(state, write);
    return state;
  }

  /** Every key that was ever written here, there or not. */
  keys(): Set<string> {
    return new Set(this.#writes.flatMap(({ kind, key }) => (kind === 'replace' ? [] : [key])));
  }

  /** The log was found to reach `seq`: that has been read, so it is owed; what was sent later will not come back. */
  settle(seq: number): void {
    assert.ok(seq >= this.owedSeq, `the log reaches seq ${seq}, but ${this.owedSeq} was acknowledged`);
    assert.ok(seq <= this.sentSeq, `the log reaches seq ${seq}, but only ${this.sentSeq} were sent`);
    this.#writes.length = seq - this.baseSeq;
    this.#owed = this.#writes.length;
    for (const known of this.#states.keys()) if (known > seq) this.#states.delete(known);
  }

  copy(): Truth {
    const copy = new Truth(this.base, this.baseSeq);
    copy.#writes = [...this.#writes];
    copy.#owed = this.#owed;
    copy.#states = new Map(this.#states);
    copy.complaints.push(...this.complaints);
    return copy;
  }
}

export type Truths = ReadonlyMap<string, Truth>;

export function copyTruths(truths: Truths): Truths {
  return new Map([...truths].map(([log, truth]) => [log, truth.copy()]));
}

/** Takes in what a program says of its writes and of its openings. */
export function hear(truths: Truths, [kind, log, ...rest]: Message): void {
  const truth = truths.get(log as string);
  if (!truth) return;
  if (kind === 'sent') {
    const [id, write, key] = rest as [number, WriteKind, string];
    truth.sent({ id, kind: write, key, n: id });
  } else if (kind === 'acknowledged') {
    const [id, seq] = rest as [number, number | undefined];
    truth.acknowledged(id, seq);
  } else if (kind === 'opened') {
    const seq = rest[0] as number;
    if (seq < truth.owedSeq || seq > truth.sentSeq) {
      truth.complaints.push(`${log} opened at seq ${seq}, not at ${truth.owedSeq} to ${truth.sentSeq}`);
    } else {
      truth.settle(seq);
    }
  }
}
