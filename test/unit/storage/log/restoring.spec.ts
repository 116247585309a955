import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { diffStates, type LogEngine, type LogEntry, restore } from '../../../../src/storage/log/index.js';
import { logBench, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';

const bench = logBench();
const FRIDAY = Date.parse('2026-11-20T18:00:00.000Z');
const HOUR = 3_600_000;

afterEach(() => void jest.restoreAllMocks());

/** Seq 1 to 6, an hour apart; the log is compacted in the middle. */
async function week(): Promise<LogEngine> {
  const engine = await bench.engine();
  const clock = jest.spyOn(Date, 'now');
  const changes = [
    set('alice', { score: 1 }),
    set('bob', { score: 5 }),
    set('alice', { score: 2 }),
    remove('bob'),
    set('carol', { score: 9 }),
    set('alice', { score: 3 }),
  ];
  for (const [hours, change] of changes.entries()) {
    clock.mockReturnValue(FRIDAY + hours * HOUR);
    await engine.append('players', change, { actor: `user ${hours}`, reason: `game ${hours}` });
    if (hours === 2) await engine.compact('players');
  }
  return engine;
}

describe('the difference', () => {
  test('names each key that was added, changed or removed, with both values', async () => {
    const engine = await week();
    expect(await diffStates(engine, 'players', { from: new Date(FRIDAY + 2 * HOUR) })).toEqual([
      { key: 'alice', kind: 'changed', from: { score: 2 }, to: { score: 3 } },
      { key: 'bob', kind: 'removed', from: { score: 5 } },
      { key: 'carol', kind: 'added', to: { score: 9 } },
    ]);
  });

  test('is told between any two moments, also backwards, and of one key', async () => {
    const engine = await week();
    expect(await diffStates(engine, 'players', { from: 4, to: 2 })).toEqual([
      { key: 'alice', kind: 'changed', from: { score: 2 }, to: { score: 1 } },
      { key: 'bob', kind: 'added', to: { score: 5 } },
    ]);
    expect(await diffStates(engine, 'players', { from: 4, to: 2, key: 'bob' })).toHaveLength(1);
    expect(await diffStates(engine, 'players', { from: 4, to: 2, key: 'nobody' })).toEqual([]);
  });

  test('does not see another order of members, and sees every other one', async () => {
    const engine = await bench.engine();
    await engine.append('players', set('a', { x: 1, y: [1, 2] }));
    await engine.append('players', set('a', { y: [1, 2], x: 1 }));
    await engine.append('players', set('a', { y: [2, 1], x: 1 }));
    expect(await diffStates(engine, 'players', { from: 1, to: 2 })).toEqual([]);
    expect(await diffStates(engine, 'players', { from: 2, to: 3 })).toHaveLength(1);
  });

  test('does not take inherited names for keys', async () => {
    const engine = await bench.engine();
    await engine.append('players', set('constructor', 1));
    await engine.append('players', set('__proto__', { polluted: true }));
    await engine.append('players', remove('constructor'));
    expect((await diffStates(engine, 'players', { from: 0, to: 2 })).map(({ key }) => key)).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(await diffStates(engine, 'players', { from: 2, key: 'constructor' })).toEqual([
      { key: 'constructor', kind: 'removed', from: 1 },
    ]);
    expect(await diffStates(engine, 'players', { from: 0, to: 1, key: 'toString' })).toEqual([]);
  });
});

describe('restoring', () => {
  test('brings a whole log back by one entry, which says who and why', async () => {
    const engine = await week();
    const report = await restore(engine, 'players', { at: 3 }, { actor: 'operator', reason: 'a bad deploy' });
    expect(report.changes.map(({ key, kind }) => `${kind} ${key}`)).toEqual([
      'changed alice',
      'added bob',
      'removed carol',
    ]);
    expect(report.entry).toMatchObject({
      op: 'SET',
      seq: 7,
      meta: { actor: 'operator', reason: 'a bad deploy (restored to seq 3)' },
    });
    expect(Object.fromEntries(await stateOf(engine, 'players'))).toEqual({ alice: { score: 2 }, bob: { score: 5 } });
  });

  test('brings one key back, whether it was changed, deleted or not yet there, and leaves the others', async () => {
    const engine = await week();
    await restore(engine, 'players', { at: new Date(FRIDAY + 2.5 * HOUR), key: 'bob' });
    await restore(engine, 'players', { at: 1, key: 'alice' });
    await restore(engine, 'players', { at: 3, key: 'carol' });
    expect(Object.fromEntries(await stateOf(engine, 'players'))).toEqual({ alice: { score: 1 }, bob: { score: 5 } });
    const written: LogEntry[] = [];
    for await (const entry of engine.stream('players', { fromSeq: 7 })) written.push(entry);
    expect(written.map(({ op, key, meta }) => [op, key, meta?.reason])).toEqual([
      ['SET', 'bob', 'restored to 2026-11-20T20:30:00.000Z'],
      ['SET', 'alice', 'restored to seq 1'],
      ['DELETE', 'carol', 'restored to seq 3'],
    ]);
  });

  test('can itself be taken back', async () => {
    const engine = await week();
    await restore(engine, 'players', { at: 1 });
    expect(Object.fromEntries(await stateOf(engine, 'players'))).toEqual({ alice: { score: 1 } });
    await restore(engine, 'players', { at: 6 });
    expect(Object.fromEntries(await stateOf(engine, 'players'))).toEqual({ alice: { score: 3 }, carol: { score: 9 } });
  });

  test('writes nothing in a dry run, nor where nothing differs', async () => {
    const engine = await week();
    const before = await engine.logSize('players');
    const dry = await restore(engine, 'players', { at: 2, dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, at: 2 });
    expect(dry.changes).toHaveLength(3);
    expect((await restore(engine, 'players', { at: 6 })).changes).toEqual([]);
    expect((await restore(engine, 'players', { at: 5, key: 'carol' })).entry).toBeUndefined();
    expect(await engine.logSize('players')).toBe(before);
  });

  test('of a moment that is not kept is refused, and nothing is written', async () => {
    const engine = await bench.engine();
    await engine.append('players', replaceAll({ a: 1 }));
    await engine.append('players', set('a', 2));
    await engine.compact('players', { keepBackups: 0 });
    const size = await engine.logSize('players');
    await expect(restore(engine, 'players', { at: 1 })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
    expect(await engine.logSize('players')).toBe(size);
  });
});
