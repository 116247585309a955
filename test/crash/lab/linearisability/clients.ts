/** What one client of the linearisability experiment does: operations of every kind on few keys, all recorded. */
import assert from 'node:assert/strict';
import type { LogEngine, LogEntry, LogError } from '../../../../src/storage/log/index.js';
import { collect } from '../../../support/log-words.js';
import type { Random } from '../../../support/random.js';
import { never } from '../model/door.js';
import { type ModelState, textsOf } from '../model/log.js';
import { type Register, writing } from './checker.js';
import type { Chronicle } from './chronicle.js';
import { presenceTouch, type Recorder, readTouch, type Touch, updateTouch } from './record.js';

export const LOG = 'a';
export const KEYS = ['x', '__proto__', 'z'];

interface Value {
  /** Counted up by updates, begun anew by every other write. */
  n: number;
  /** The write that made it: no two values are alike. */
  by: number;
}

/** Refusals that say that nothing was written. */
const NOTHING_WRITTEN = ['LOG_DISK_FULL', 'LOG_IO', 'LOG_CLOSED'];

export class Clients {
  #writes = 0;

  constructor(
    private readonly engine: LogEngine,
    private readonly recorder: Recorder,
    private readonly chronicle: Chronicle,
    private readonly random: Random,
    /** Writes of earlier lives are numbered below this. */
    private readonly firstWrite: number,
    /** Whether the process is over: nobody in it asks, or hears, any more. */
    private readonly isOver: () => boolean,
  ) {}

  /** One operation of a random kind on a random key. */
  async act(): Promise<void> {
    const key = this.random.pick(KEYS);
    const dice = this.random.below(100);
    if (dice < 25) await this.#append(`set ${key}`, { op: 'SET', key, value: this.#value() });
    else if (dice < 32) await this.#append(`delete ${key}`, { op: 'DELETE', key });
    else if (dice < 58) await this.#count(key);
    else if (dice < 63) await this.#take(key);
    else if (dice < 66) await this.#replace();
    else if (dice < 80) await this.get(key);
    else if (dice < 86) await this.#has(key);
    else if (dice < 93) await this.#whole('entries', () => this.#entries());
    else if (dice < 97) await this.#whole('rebuild', () => this.engine.rebuildState(LOG).then(textsOf));
    else await this.#keys();
  }

  get(key: string): Promise<unknown> {
    const text = (value: unknown): Register => (value === undefined ? undefined : JSON.stringify(value));
    return this.#operation(
      `get ${key}`,
      [],
      (value) => [readTouch(key, text(value))],
      () => this.engine.get(LOG, key),
    );
  }

  #value(): Value {
    this.#writes += 1;
    return { n: 0, by: this.firstWrite + this.#writes };
  }

  async #append(what: string, change: Parameters<LogEngine['append']>[1]): Promise<void> {
    const touches = KEYS.flatMap((key) => touchesOf(change, key));
    const made = 'value' in change ? change.value : 'data' in change ? change.data : '';
    const entry = await this.#operation<LogEntry>(
      `${what} ${JSON.stringify(made)}`,
      touches,
      () => touches,
      () => this.engine.append(LOG, change),
    );
    if (entry) this.chronicle.check(entry);
  }

  #replace(): Promise<void> {
    const data: Record<string, Value> = Object.create(null);
    for (const key of KEYS) if (this.random.chance(0.6)) data[key] = this.#value();
    return this.#append('replace', { op: 'SET', data: Object.fromEntries(Object.entries(data)) });
  }

  async #count(key: string): Promise<void> {
    const { by } = this.#value();
    const next = (before: Value | undefined): Value => ({ n: (before?.n ?? 0) + 1, by });
    const make = (before: Register) => JSON.stringify(next(before === undefined ? undefined : JSON.parse(before)));
    await this.#operation<Value | undefined>(
      `count ${key} by ${by}`,
      [updateTouch(key, make)],
      (value) => [updateTouch(key, make, { value: JSON.stringify(value) })],
      () => this.engine.update<Value>(LOG, key, next),
    );
  }

  async #take(key: string): Promise<void> {
    const touches = [updateTouch(key, () => undefined)];
    await this.#operation(
      `take ${key}`,
      touches,
      () => touches,
      () => this.engine.update(LOG, key, () => undefined),
    );
  }

  async #has(key: string): Promise<void> {
    await this.#operation(
      `has ${key}`,
      [],
      (present) => [presenceTouch(key, present)],
      () => this.engine.has(LOG, key),
    );
  }

  async #keys(): Promise<void> {
    await this.#operation(
      'keys',
      [],
      (keys) => KEYS.map((key) => presenceTouch(key, keys.includes(key))),
      () => collect(this.engine.keys(LOG)),
    );
  }

  async #entries(): Promise<ModelState> {
    const entries = await collect(this.engine.entries(LOG));
    const state = new Map(entries.map(([key, value]) => [key, JSON.stringify(value)]));
    assert.equal(state.size, entries.length, 'entries gives a key twice');
    return state;
  }

  /** All keys are those of one moment, not only each. */
  async #whole(what: string, perform: () => Promise<ModelState>): Promise<void> {
    const low = this.chronicle.last;
    const state = await this.#operation<ModelState>(
      what,
      [],
      (found) => KEYS.map((key) => readTouch(key, found.get(key))),
      perform,
    );
    const isOneMoment = state === undefined || this.chronicle.wasState(state, low, this.chronicle.last);
    assert.ok(isOneMoment, `${what} shows no one moment: ${state && JSON.stringify([...state])}`);
  }

  #operation<T>(
    text: string,
    touches: readonly Touch[],
    answered: (answer: T) => readonly Touch[],
    perform: () => Promise<T>,
  ): Promise<T | undefined> {
    if (this.isOver()) return never();
    const wasPoisoned = this.engine.stats(LOG).poisoned !== undefined;
    const isCertain = ({ code }: LogError) =>
      NOTHING_WRITTEN.includes(code) || (code === 'LOG_POISONED' && wasPoisoned);
    const heard = () => perform().finally(() => (this.isOver() ? never() : undefined));
    return this.recorder.operation(text, touches, answered, heard, isCertain);
  }
}

function touchesOf(change: Parameters<LogEngine['append']>[1], key: string): Touch[] {
  if ('data' in change) {
    const value = Object.hasOwn(change.data, key) ? JSON.stringify(change.data[key]) : undefined;
    return [{ key, isRead: false, effect: writing(value) }];
  }
  if (change.key !== key) return [];
  const value = change.op === 'SET' ? JSON.stringify(change.value) : undefined;
  return [{ key, isRead: false, effect: writing(value) }];
}
