/** A log that lives through days of a mocked clock, and what its state was after each entry. */
import { jest } from '@jest/globals';
import type { LogEngine } from '../../src/storage/log/index.js';
import { remove, replaceAll, set } from './log-words.js';
import type { Random } from './random.js';

export const START = Date.parse('2026-11-22T00:00:00.000Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** UTC days. */
export const daily = (ms: number) => ({
  name: new Date(ms).toISOString().slice(0, 10),
  endMs: (Math.floor(ms / DAY) + 1) * DAY,
});

/** What a log should show as of each of its entries; index 0 is before the first. */
export class Chronicle {
  readonly states: Record<string, unknown>[] = [{}];
  readonly times: number[] = [0];

  constructor(readonly log: string) {}

  get seq(): number {
    return this.states.length - 1;
  }

  /** SET, DELETE, now and then a whole state. */
  async write(engine: LogEngine, random: Random, ms: number): Promise<void> {
    jest.setSystemTime(ms);
    const key = `key${random.below(12)}`;
    const chance = random.next();
    const state = { ...(this.states.at(-1) as Record<string, unknown>) };
    const value = { n: this.seq + 1, text: 'x'.repeat(random.below(60)) };
    if (chance < 0.03) {
      const whole = { [key]: value, whole: this.seq + 1 };
      await engine.append(this.log, replaceAll(whole));
      this.states.push(whole);
    } else {
      if (chance < 0.2) delete state[key];
      else state[key] = value;
      await engine.append(this.log, chance < 0.2 ? remove(key) : set(key, value));
      this.states.push(state);
    }
    this.times.push(ms);
  }

  stateAt(ms: number): Record<string, unknown> {
    return this.states[this.times.findLastIndex((time) => time <= ms)] ?? {};
  }
}

/** Time stands still but where a test moves it; timers and promises go on as ever. */
export function mockTime(ms = START): void {
  jest.useFakeTimers({
    now: ms,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}
