/**
 * What is owed at each moment of a disk's tape: which writes had been handed over, and which of them had been
 * acknowledged. Whatever is found after a crash must be the state of one moment: no earlier than the newest acknowledged
 * write, no later than the newest one handed over, and without a gap.
 */
import type { LogChange } from '../../../../src/storage/log/index.js';

/** Key → JSON text. */
export type KnownState = ReadonlyMap<string, string>;

/** The lines between two openings: seqs go on from `baseSeq`, and `states[n]` is the state behind seq `baseSeq + n`. */
interface Chapter {
  /** Moment of the tape from which on it counts. */
  from: number;
  baseSeq: number;
  states: KnownState[];
  /** Moment at which each write was handed over, and the moments and seqs of acknowledgements, both rising. */
  sentAt: number[];
  acknowledged: { at: number; seq: number }[];
}

/** What may be found at a moment. */
export interface Owed {
  atLeast: number;
  atMost: number;
  stateAt(seq: number): KnownState | undefined;
}

export class Ledger {
  readonly #chapters: Chapter[] = [];

  constructor(private readonly now: () => number) {
    this.open(0, new Map());
  }

  get #chapter(): Chapter {
    return this.#chapters.at(-1) as Chapter;
  }

  /** The newest seq, and the state behind it, if everything that was handed over arrived. */
  get seq(): number {
    return this.#chapter.baseSeq + this.#chapter.states.length - 1;
  }

  get state(): KnownState {
    return this.#chapter.states.at(-1) as KnownState;
  }

  /** A log was opened and shows this: from now on it may be relied upon, and what was beyond it is gone. */
  open(seq: number, state: KnownState): void {
    const chapter = { from: this.now(), baseSeq: seq, states: [state], sentAt: [], acknowledged: [] };
    this.#chapters.push(chapter);
  }

  /** A write is about to be handed over. @returns its seq */
  send(change: LogChange): number {
    const chapter = this.#chapter;
    chapter.sentAt.push(this.now());
    chapter.states.push(changed(this.state, change));
    return this.seq;
  }

  /** Every write up to this seq is acknowledged. */
  acknowledge(seq: number): void {
    this.#chapter.acknowledged.push({ at: this.now(), seq });
  }

  owedAt(moment: number): Owed {
    const chapter = this.#chapters.findLast(({ from }) => from <= moment) as Chapter;
    const { baseSeq, states, sentAt, acknowledged } = chapter;
    return {
      atLeast: Math.max(baseSeq, ...acknowledged.flatMap(({ at, seq }) => (at <= moment ? [seq] : []))),
      atMost: baseSeq + sentAt.filter((at) => at <= moment).length,
      stateAt: (seq) => states[seq - baseSeq],
    };
  }
}

function changed(state: KnownState, change: LogChange): KnownState {
  const next = new Map(state);
  if (change.op === 'DELETE') {
    next.delete(change.key);
  } else if ('key' in change) {
    next.set(change.key, JSON.stringify(change.value));
  } else {
    next.clear();
    for (const [key, value] of Object.entries(change.data)) next.set(key, JSON.stringify(value));
  }
  return next;
}

/** A state as text, the same for equal states. */
export function textOf(state: Iterable<readonly [string, string]>): string {
  return JSON.stringify([...state].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
