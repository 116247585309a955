/**
 * What a log must hold after a crash. Appends are numbered in the order in which they were handed over, so the state
 * on the disk must be that of one moment in that order: no earlier than the newest acknowledged append, and whole.
 */
import type { Message } from './child.js';

export type WriteKind = 'set' | 'delete' | 'update' | 'replace';

/** One append as its writer announced it, before it was handed over. */
export interface SentWrite {
  id: number;
  kind: WriteKind;
  key: string;
  /** What the value is made from. */
  n: number;
}

export interface SentValue {
  key: string;
  n: number;
  /** How many updates in a row this value is built on. */
  count?: number;
  body: string;
}

/** Key → JSON text of the value. */
export type ModelState = ReadonlyMap<string, string>;

const TEXTS = [
  'plain ',
  'línea\n',
  '😀',
  '\u2028',
  '"quoted\\"',
  '{"timestamp":"',
  '\u0000',
  '","seq":7,"crc":"00000000"}',
];

/** The value that write `n` gives `key`: nobody could confuse it with another, or take a part for the whole. */
export function sentValue(key: string, n: number, count?: number): SentValue {
  const mixed = Math.imul(n ^ 0x5bd1e995, 0x9e3779b1) >>> 0;
  const text = TEXTS[mixed % TEXTS.length] as string;
  // Now and then large enough that a kill is likely to hit the middle of its write.
  const length = mixed % 97 === 0 ? 60_000 : mixed % 11 === 0 ? 4_000 : mixed % 300;
  const body = `${text.repeat(1 + Math.floor(length / text.length))}#${n}`;
  return count === undefined ? { key, n, body } : { key, n, count, body };
}

/** The whole state that replacement `n` puts in place. */
export function sentState(n: number): Record<string, SentValue> {
  const state: Record<string, SentValue> = {};
  for (let i = 0; i < n % 5; i += 1) state[`replaced ${i}`] = sentValue(`replaced ${i}`, n + i);
  return state;
}

export function countIn(value: SentValue | undefined): number {
  return value?.count ?? 0;
}

/** Takes in what a writing child says: `sent` before a write, `acknowledged` after it; anything else is left alone. */
export function takeMessage(models: ReadonlyMap<string, LogModel>, [kind, log, id, ...rest]: Message): void {
  const model = models.get(log as string);
  if (kind === 'sent') {
    const [writeKind, key, n] = rest as [WriteKind, string, number];
    model?.sent({ id: id as number, kind: writeKind, key, n });
  } else if (kind === 'acknowledged') {
    model?.acknowledged(id as number, rest[0] as number | undefined);
  }
}

export class LogModel {
  #base = new Map<string, string>();
  #baseSeq = 0;
  #sent: SentWrite[] = [];
  #positions = new Map<number, number>();
  /** Writes, from the first one on, that must be there. */
  #owed = 0;
  readonly complaints: string[] = [];

  /** Seq up to which the log must reach, and up to which it may. */
  get owedSeq(): number {
    return this.#baseSeq + this.#owed;
  }

  get sentSeq(): number {
    return this.#baseSeq + this.#sent.length;
  }

  sent(write: SentWrite): void {
    this.#positions.set(write.id, this.#sent.length);
    this.#sent.push(write);
  }

  /** @param seq where the writer was told it */
  acknowledged(id: number, seq: number | undefined): void {
    const position = this.#positions.get(id);
    if (position === undefined) {
      this.complaints.push(`write ${id} was acknowledged and never sent`);
      return;
    }
    const expected = this.#baseSeq + position + 1;
    if (seq !== undefined && seq !== expected)
      this.complaints.push(`write ${id} was acknowledged as seq ${seq}, not ${expected}`);
    this.#owed = Math.max(this.#owed, position + 1);
  }

  /** The state that the writes up to `seq` make. */
  stateAt(seq: number): ModelState {
    const state = new Map(this.#base);
    for (const write of this.#sent.slice(0, seq - this.#baseSeq)) applyWrite(state, write);
    return state;
  }

  /** The log was found to reach `seq`: what was sent later is gone, and will not come back. */
  settle(seq: number): void {
    this.#base = new Map(this.stateAt(seq));
    this.#baseSeq = seq;
    this.#sent = [];
    this.#positions.clear();
    this.#owed = 0;
  }
}

export function applyWrite(state: Map<string, string>, { kind, key, n }: SentWrite): void {
  if (kind === 'delete') {
    state.delete(key);
  } else if (kind === 'replace') {
    state.clear();
    for (const [member, value] of Object.entries(sentState(n))) state.set(member, JSON.stringify(value));
  } else if (kind === 'set') {
    state.set(key, JSON.stringify(sentValue(key, n)));
  } else {
    const current = state.get(key);
    const count = countIn(current === undefined ? undefined : (JSON.parse(current) as SentValue)) + 1;
    state.set(key, JSON.stringify(sentValue(key, n, count)));
  }
}
