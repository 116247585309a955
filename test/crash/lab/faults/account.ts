/**
 * What a log owes while its disk fails: every write in the order in which it was handed over, and what became of it. A
 * write that was refused did not happen; one whose fsync failed may be found when the log is opened again, and from
 * then on it is owed like any other.
 */
import type { LogChange } from '../../../../src/storage/log/index.js';

export type Change = LogChange | { op: 'COUNT'; key: string };

export interface Write {
  change: Change;
  outcome: 'under way' | 'acknowledged' | 'refused' | 'doubtful';
}

/** Key → JSON text. */
export type State = Map<string, string>;

export class Account {
  /** Undefined until the log was opened: an older one has no seqs that could be known before. */
  #baseSeq: number | undefined;
  #base: State;
  #writes: Write[] = [];
  /** Where the log stood when an fsync of it failed: nothing more may be acknowledged until it is opened anew. */
  suspectFrom: number | undefined;
  /** Calls of the disk that had failed when the oldest write under way was handed over. */
  failuresBefore = 0;

  constructor(base: ReadonlyMap<string, string>) {
    this.#base = new Map(base);
  }

  /** The same, to go on from here in another way. */
  copy(): Account {
    const copy = new Account(this.#base);
    copy.#baseSeq = this.#baseSeq;
    copy.#writes = this.#writes.map((write) => ({ ...write }));
    return copy;
  }

  /** Writes that nobody has answered. */
  get unanswered(): number {
    return this.#writes.filter(({ outcome }) => outcome === 'under way').length;
  }

  get seq(): number {
    return (this.#baseSeq ?? 0) + this.#owed().length;
  }

  get state(): State {
    return stateAfter(this.#base, this.#owed());
  }

  send(change: Change): Write {
    const write: Write = { change, outcome: 'under way' };
    this.#writes.push(write);
    return write;
  }

  acknowledge(write: Write): void {
    write.outcome = 'acknowledged';
  }

  /** The log was opened and stands at `seq`: what was doubtful is there up to it, or gone. @returns what is wrong */
  reopened(seq: number): string | undefined {
    this.suspectFrom = undefined;
    this.#baseSeq ??= seq;
    const owed = this.#owed();
    const doubtful = this.#writes.filter(({ outcome }) => outcome === 'doubtful');
    const found = seq - this.#baseSeq - owed.length;
    const owedSeq = this.#baseSeq + owed.length;
    this.#base = stateAfter(this.#base, [...owed, ...doubtful.slice(0, Math.max(0, found))]);
    this.#baseSeq = seq;
    this.#writes = [];
    if (found < 0) return `opened at seq ${seq}, but ${owedSeq} was acknowledged`;
    if (found <= doubtful.length) return undefined;
    return `opened at seq ${seq}, but only ${owedSeq} and ${doubtful.length} doubtful writes were sent`;
  }

  #owed(): Write[] {
    return this.#writes.filter(({ outcome }) => outcome === 'acknowledged');
  }
}

export const counted = (current: unknown): { n: number } => ({ n: ((current as { n?: number })?.n ?? 0) + 1 });

function stateAfter(base: ReadonlyMap<string, string>, writes: readonly Write[]): State {
  const state = new Map(base);
  for (const { change } of writes) {
    if (change.op === 'DELETE') {
      state.delete(change.key);
    } else if (change.op === 'COUNT') {
      const current = state.get(change.key);
      state.set(change.key, JSON.stringify(counted(current === undefined ? undefined : JSON.parse(current))));
    } else if ('key' in change) {
      state.set(change.key, JSON.stringify(change.value));
    } else {
      state.clear();
      for (const [key, value] of Object.entries(change.data)) state.set(key, JSON.stringify(value));
    }
  }
  return state;
}

/** What of `found` is not as owed, in a few words; undefined where both are the same. */
export function difference(found: ReadonlyMap<string, string>, owed: ReadonlyMap<string, string>): string | undefined {
  for (const [key, text] of owed) {
    if (found.get(key) !== text) return `key ${key} is ${brief(found.get(key))}, not ${brief(text)}`;
  }
  for (const [key, text] of found) if (!owed.has(key)) return `key ${key} is there as ${brief(text)}`;
  return undefined;
}

function brief(text: string | undefined): string {
  if (text === undefined) return 'missing';
  return text.length > 80 ? `${text.slice(0, 40)}…${text.slice(-20)} (${text.length})` : text;
}
