/**
 * Decides whether what the users of one key saw can have happened: whether there is an order of their operations, each
 * at one moment between its call and its answer, in which every answer is right (Herlihy and Wing; the search is
 * Wing's and Gong's, kept to what is open at a time as Lowe does it).
 */

/** JSON text of a value; undefined where there is none. */
export type Register = string | undefined;

/** What an operation makes of a register; `false` where it cannot have happened then with that answer. */
export type Effect = (before: Register) => { after: Register } | false;

export interface Operation {
  /** Moments of a clock that never shows the same twice. */
  calledAt: number;
  /** Of the answer; without one, the moment from which on it can no longer happen. */
  endedAt: number;
  /** `unknown`: it may have happened or not. */
  outcome: 'answered' | 'unknown';
  /** Leaves the register as it is. */
  isRead: boolean;
  effect: Effect;
  /** For those who look into a complaint. */
  text: string;
}

export const reading = (fits: (value: Register) => boolean): Effect => {
  return (before) => fits(before) && { after: before };
};

export const writing = (value: Register): Effect => {
  return () => ({ after: value });
};

/** @param make what the update leaves, given what it finds @param answer what it said that it left, where it said so */
export const updating = (make: (before: Register) => Register, answer?: { value: Register }): Effect => {
  return (before) => {
    const after = make(before);
    return answer && answer.value !== after ? false : { after };
  };
};

/** One way in which all that is over can have happened: what is there now, and which open operations are done. */
interface Way {
  register: Register;
  done: ReadonlySet<Operation>;
}

/** More ways than any history of ours opens: the search has lost itself. */
const MOST_WAYS = 200_000;

/** @returns what is wrong, or undefined where the history is linearisable */
export function checkRegister(operations: readonly Operation[]): string | undefined {
  const events = operations.flatMap((operation) => [
    { at: operation.calledAt, operation, isCall: true },
    { at: operation.endedAt, operation, isCall: false },
  ]);
  events.sort((a, b) => a.at - b.at);
  const search = new Search(operations);
  for (const { operation, isCall } of events) {
    if (isCall) search.call(operation);
    else if (!search.end(operation)) return complaint(operation, search.before, operations);
  }
  return undefined;
}

class Search {
  /** The ways before the operation that ended last. */
  before: Way[] = [];
  #ways: Way[] = [{ register: undefined, done: new Set() }];
  readonly #open = new Set<Operation>();
  readonly #numbers: ReadonlyMap<Operation, number>;

  constructor(operations: readonly Operation[]) {
    this.#numbers = new Map(operations.map((operation, i) => [operation, i]));
  }

  call(operation: Operation): void {
    this.#open.add(operation);
    if (operation.isRead) this.#ways = this.#ways.map((way) => this.#withReads(way));
  }

  /** False where no way is left. */
  end(operation: Operation): boolean {
    this.before = this.#ways;
    const reached = this.#waysPast(operation);
    // What may not have happened can be left out for good.
    const left = operation.outcome === 'unknown' ? this.#ways.filter(({ done }) => !done.has(operation)) : [];
    this.#open.delete(operation);
    const ways = new Map<string, Way>();
    for (const { register, done } of [...reached, ...left]) {
      const way = { register, done: new Set([...done].filter((each) => each !== operation)) };
      ways.set(this.#name(way), way);
    }
    this.#ways = [...ways.values()];
    return this.#ways.length > 0;
  }

  /** Every way that goes on until `operation` is done, and no further than needed. */
  #waysPast(operation: Operation): Way[] {
    const past: Way[] = [];
    const seen = new Set<string>();
    const waiting = [...this.#ways];
    for (let way = waiting.pop(); way; way = waiting.pop()) {
      if (way.done.has(operation)) {
        past.push(way);
        continue;
      }
      for (const next of this.#open) {
        if (next.isRead || way.done.has(next)) continue;
        const effect = next.effect(way.register);
        if (!effect) continue;
        const further = this.#withReads({ register: effect.after, done: new Set(way.done).add(next) });
        const name = this.#name(further);
        if (seen.has(name)) continue;
        seen.add(name);
        if (seen.size > MOST_WAYS) throw new Error(`more than ${MOST_WAYS} ways are open`);
        waiting.push(further);
      }
    }
    return past;
  }

  /** A read that can have happened by now may as well: it stands in nobody's way. */
  #withReads(way: Way): Way {
    const reads = [...this.#open].filter((each) => each.isRead && !way.done.has(each) && each.effect(way.register));
    return reads.length === 0 ? way : { register: way.register, done: new Set([...way.done, ...reads]) };
  }

  #name({ register, done }: Way): string {
    const numbers = [...done].map((operation) => this.#numbers.get(operation) as number).sort((a, b) => a - b);
    return `${numbers.join(',')}|${register}`;
  }
}

const SHOWN = 16;

function complaint(failed: Operation, ways: readonly Way[], operations: readonly Operation[]): string {
  const could = [...new Set(ways.map(({ register }) => register ?? 'nothing'))].slice(0, 8).join(' or ');
  const around = operations
    .filter((each) => each.calledAt < failed.endedAt)
    .sort((a, b) => a.endedAt - b.endedAt)
    .slice(-SHOWN)
    .map(
      ({ calledAt, endedAt, outcome, text }) =>
        `  ${calledAt}–${endedAt} ${text}${outcome === 'unknown' ? ' (unknown)' : ''}`,
    );
  return `${failed.text} cannot have happened: the key held ${could} before.\n${around.join('\n')}`;
}
