/**
 * What one log must hold, entry by entry: the state behind each seq, which of them the engine answers for, and what
 * may still be on its way. Values are kept as JSON text, which is what the engine promises to give back.
 */
import assert from 'node:assert/strict';
import type { LogChange } from '../../../../src/storage/log/index.js';

/** Key → JSON text of the value. */
export type ModelState = ReadonlyMap<string, string>;

export class ModelLog {
  /** `#states[seq]` is the state behind that entry. */
  #states: ModelState[] = [new Map()];
  #changes: (LogChange | undefined)[] = [undefined];
  #owed = 0;
  /** Timestamps by seq, as far as they were told. */
  #told: (string | undefined)[] = [];
  /** Compactions asked for so far: with more than are kept as backups, the oldest entries may be gone. */
  compactions = 0;

  /** Seq of the newest entry that was handed over. */
  get sent(): number {
    return this.#states.length - 1;
  }

  /** Up to here everything was acknowledged, or shown to a reader: no crash may take it back. */
  get owed(): number {
    return this.#owed;
  }

  get newest(): ModelState {
    return this.stateAt(this.sent);
  }

  stateAt(seq: number): ModelState {
    return this.#states[Math.min(seq, this.sent)] as ModelState;
  }

  changeAt(seq: number): LogChange {
    return this.#changes[seq] as LogChange;
  }

  /** Hands over an entry. @returns the seq that it must get */
  send(change: LogChange): number {
    this.#states.push(after(this.newest, change));
    this.#changes.push(change);
    return this.sent;
  }

  owe(seq: number, timestamp?: string): void {
    assert.ok(seq <= this.sent, `seq ${seq} was acknowledged or shown, but only ${this.sent} entries were sent`);
    this.#owed = Math.max(this.#owed, seq);
    if (timestamp === undefined) return;
    assert.equal(timestamp, this.#told[seq] ?? timestamp, `the time of seq ${seq} was told otherwise before`);
    this.#told[seq] = timestamp;
  }

  timeOf(seq: number): string | undefined {
    return this.#told[seq];
  }

  /** The first moment from `low` on, up to what was sent, at which the state was as `fits` says. */
  momentFrom(low: number, fits: (state: ModelState) => boolean): number | undefined {
    for (let seq = low; seq <= this.sent; seq += 1) if (fits(this.stateAt(seq))) return seq;
    return undefined;
  }

  /** Opened again, the log reaches `seq`: what was sent behind it never happened. */
  settle(seq: number): void {
    assert.ok(seq >= this.#owed, `reaches seq ${seq} after a crash, but ${this.#owed} was acknowledged or shown`);
    assert.ok(seq <= this.sent, `reaches seq ${seq} after a crash, but only ${this.sent} entries were sent`);
    this.#states.length = seq + 1;
    this.#changes.length = seq + 1;
    this.#told.length = Math.min(this.#told.length, seq + 1);
    this.#owed = seq;
  }
}

function after(state: ModelState, change: LogChange): ModelState {
  if ('data' in change) return textsOf(change.data as Record<string, unknown>);
  const next = new Map(state);
  if (change.op === 'DELETE') next.delete(change.key);
  else next.set(change.key as string, JSON.stringify(change.value));
  return next;
}

export function textsOf(object: Record<string, unknown>): ModelState {
  return new Map(Object.keys(object).map((key) => [key, JSON.stringify(object[key])]));
}

/** @throws AssertionError where they differ; what it says is put together only then */
export function assertSame(actual: ModelState, expected: ModelState, what: string): void {
  if (!sameState(actual, expected)) assert.fail(`${what}: ${shown(actual)}, not ${shown(expected)}`);
}

export function sameState(actual: ModelState, expected: ModelState): boolean {
  if (actual.size !== expected.size) return false;
  for (const [key, text] of expected) if (actual.get(key) !== text) return false;
  return true;
}

export function shown(state: ModelState): string {
  const text = JSON.stringify([...state]);
  return text.length > 300 ? `${text.slice(0, 300)} …` : text;
}
