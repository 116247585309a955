/** Many clients at once on few keys; and that the checker, and the experiment, can fail. */
import { describe, expect, test } from '@jest/globals';
import { fileEngineOn } from '../../src/storage/log/index.js';
import { type EngineUnderTest, Round, runRounds } from './lab/experiment.js';
import {
  checkRegister,
  type Effect,
  type Operation,
  reading,
  updating,
  writing,
} from './lab/linearisability/checker.js';
import { linearisability } from './lab/linearisability/linearisability.js';

const shows = (value: string | undefined) => reading((found) => found === value);
const counted = (answer?: string) =>
  updating((before) => `${Number(before ?? 0) + 1}`, answer === undefined ? undefined : { value: answer });

/** From called to ended, in the order in which they are written. */
function operation(calledAt: number, endedAt: number, effect: Effect, more: Partial<Operation> = {}): Operation {
  return { calledAt, endedAt, outcome: 'answered', isRead: false, effect, text: `${calledAt}–${endedAt}`, ...more };
}
const read = (calledAt: number, endedAt: number, value: string | undefined) =>
  operation(calledAt, endedAt, shows(value), { isRead: true });

describe('the checker takes', () => {
  test.each<[string, Operation[]]>([
    ['nothing', []],
    [
      'a read of nothing, then of what was written',
      [read(1, 2, undefined), operation(3, 4, writing('a')), read(5, 6, 'a')],
    ],
    [
      'either value while a write is under way',
      [operation(1, 6, writing('a')), read(2, 3, undefined), read(4, 5, 'a')],
    ],
    [
      'two writes at once in the order that a later read tells',
      [
        operation(1, 5, writing('a')),
        operation(2, 4, writing('b')),
        read(3, 8, 'b'),
        read(6, 7, 'a'),
        read(9, 10, 'a'),
      ],
    ],
    ['counts at once, each built on another', [3, 1, 2].map((n, i) => operation(1 + i, 10 + i, counted(`${n}`)))],
    [
      'an unknown write that happened, and one that did not',
      [
        operation(1, 9, writing('a'), { outcome: 'unknown' }),
        operation(2, 10, writing('b'), { outcome: 'unknown' }),
        read(11, 12, 'a'),
        read(13, 14, 'a'),
      ],
    ],
  ])('%s', (_, history) => expect(checkRegister(history)).toBeUndefined());
});

describe('the checker complains of', () => {
  test.each<[string, Operation[]]>([
    ['a stale read', [operation(1, 2, writing('a')), operation(3, 4, writing('b')), read(5, 6, 'a')]],
    ['a read of what nobody wrote', [operation(1, 2, writing('a')), read(3, 4, 'b')]],
    ['a read from the future', [read(1, 2, 'a'), operation(3, 4, writing('a'))]],
    ['a value that comes and goes', [operation(1, 8, writing('a')), read(2, 3, 'a'), read(4, 5, undefined)]],
    [
      'a deleted key that is back',
      [operation(1, 2, writing('a')), operation(3, 4, writing(undefined)), read(5, 6, 'a')],
    ],
    ['a lost update', [operation(1, 4, counted('1')), operation(2, 3, counted('1'))]],
    ['an update that built on an old value', [operation(1, 2, counted('1')), operation(3, 4, counted('1'))]],
    [
      'two readers that see two writes in two orders',
      [
        operation(1, 20, writing('a')),
        operation(2, 21, writing('b')),
        read(3, 4, 'a'),
        read(5, 6, 'b'),
        read(7, 8, 'a'),
      ],
    ],
    [
      'an unknown write that comes after it could',
      [operation(1, 4, writing('a'), { outcome: 'unknown' }), read(5, 6, undefined), read(7, 8, 'a')],
    ],
    [
      'an unknown count that was answered twice',
      [operation(1, 9, counted(), { outcome: 'unknown' }), operation(2, 3, counted('2')), read(10, 11, '1')],
    ],
  ])('%s', (_, history) => expect(checkRegister(history)).toMatch(/cannot have happened/));
});

test('many clients at once see one register for each key, whatever fails, and streams tell each entry once', async () => {
  const { tried, violations } = await runRounds(linearisability, 3);
  expect(violations).toEqual([]);
  expect(tried.get('histories')).toBe(24);
  expect(tried.get('operations')).toBeGreaterThan(15_000);
  for (const what of ['lives', 'compactions', 'followers', 'refused operations', 'operations of unknown outcome']) {
    expect([what, (tried.get(what) ?? 0) > 50]).toEqual([what, true]);
  }
  expect(tried.get('bursts that outrun readers')).toBeGreaterThan(0);
}, 120_000);

/** Reads, then writes: another may write in between. */
const loses: EngineUnderTest = (disk) => (options, logger) => {
  const engine = fileEngineOn(disk)(options, logger);
  engine.update = async <T>(log: string, key: string, fn: (current: T | undefined) => T | undefined) => {
    const value = fn(await engine.get<T>(log, key));
    await engine.append(log, value === undefined ? { op: 'DELETE', key } : { op: 'SET', key, value });
    return value;
  };
  return engine;
};

/** Gives the value that the key had when it was asked for before. */
const stale: EngineUnderTest = (disk) => (options, logger) => {
  const engine = fileEngineOn(disk)(options, logger);
  const get = engine.get.bind(engine);
  const before = new Map<string, unknown>();
  engine.get = async <T>(log: string, key: string) => {
    const now = await get<T>(log, key);
    const given = before.has(key) ? before.get(key) : now;
    before.set(key, now);
    return given as T | undefined;
  };
  return engine;
};

/** Takes a failed write for one that was done. */
const swallows: EngineUnderTest = (disk) => (options, logger) => {
  const engine = fileEngineOn(disk)(options, logger);
  const update = engine.update.bind(engine);
  engine.update = async <T>(log: string, key: string, fn: (current: T | undefined) => T | undefined) => {
    let made: T | undefined;
    const kept = (current: T | undefined) => {
      made = fn(current);
      return made;
    };
    return update(log, key, kept).catch(() => made);
  };
  return engine;
};

test.each([
  ['loses updates', loses],
  ['reads what was', stale],
  ['swallows a failed write', swallows],
])(
  'an engine that %s is found out',
  async (_, engineOn) => {
    const round = new Round(3, engineOn);
    await linearisability.run(round);
    expect(round.violations.join()).toMatch(/cannot have happened/);
  },
  60_000,
);
