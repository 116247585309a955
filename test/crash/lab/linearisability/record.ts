/** Records what many clients ask and are answered, operation by operation, for the checker of each key. */
import type { LogError } from '../../../../src/storage/log/index.js';
import { checkRegister, type Effect, type Operation, type Register, reading, updating } from './checker.js';

/** What one operation does to each key that it touches. */
export interface Touch {
  key: string;
  isRead: boolean;
  effect: Effect;
}

interface Open {
  calledAt: number;
  text: string;
  /** Told before the answer, for operations whose answer may never come. */
  touches: readonly Touch[];
}

export class Recorder {
  readonly #histories = new Map<string, Operation[]>();
  readonly #open = new Set<Open>();
  #clock = 0;
  operations = 0;
  unknown = 0;
  refused = 0;

  /**
   * Records one operation.
   * @param touches what it does where its answer never comes
   * @param answered what it did, as its answer says
   * @param perform asks the engine
   * @param isCertain whether a refusal says for certain that nothing happened
   */
  async operation<T>(
    text: string,
    touches: readonly Touch[],
    answered: (answer: T) => readonly Touch[],
    perform: () => Promise<T>,
    isCertain: (error: LogError) => boolean,
  ): Promise<T | undefined> {
    const open: Open = { calledAt: this.#tick(), text, touches };
    this.#open.add(open);
    this.operations += 1;
    try {
      const answer = await perform();
      if (this.#open.delete(open)) {
        open.text += ` → ${shortened(answer)}`;
        this.#keep(open, answered(answer), 'answered', this.#tick());
      }
      return answer;
    } catch (error) {
      if (!(error as LogError).code?.startsWith('LOG_')) throw error;
      this.refused += 1;
      if (isCertain(error as LogError)) this.#open.delete(open);
      return undefined;
    }
  }

  /** The process is over: what was not answered happened before now, or never will. */
  endLife(): void {
    const now = this.#tick();
    for (const open of this.#open) {
      const writes = open.touches.filter(({ isRead }) => !isRead);
      if (writes.length > 0) this.unknown += 1;
      this.#keep(open, writes, 'unknown', now);
    }
    this.#open.clear();
  }

  /** @returns what is wrong with the history of each key */
  complaints(): string[] {
    return [...this.#histories].flatMap(([key, history]) => {
      const complaint = checkRegister(history);
      return complaint === undefined ? [] : [`key ${JSON.stringify(key)}: ${complaint}`];
    });
  }

  #keep({ calledAt, text }: Open, touches: readonly Touch[], outcome: Operation['outcome'], endedAt: number): void {
    for (const { key, isRead, effect } of touches) {
      const history = this.#histories.get(key) ?? [];
      this.#histories.set(key, history);
      history.push({ calledAt, endedAt, outcome, isRead, effect, text });
    }
  }

  #tick(): number {
    this.#clock += 1;
    return this.#clock;
  }
}

function shortened(answer: unknown): string {
  const text = JSON.stringify(answer instanceof Map ? [...answer] : answer) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)} …` : text;
}

export const readTouch = (key: string, value: Register): Touch => ({
  key,
  isRead: true,
  effect: reading((found) => found === value),
});

export const presenceTouch = (key: string, present: boolean): Touch => ({
  key,
  isRead: true,
  effect: reading((found) => (found !== undefined) === present),
});

export const updateTouch = (
  key: string,
  make: (before: Register) => Register,
  answer?: { value: Register },
): Touch => ({ key, isRead: false, effect: updating(make, answer) });
