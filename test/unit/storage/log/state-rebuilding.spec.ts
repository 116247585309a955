import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { logBench, logFile, readLog, remove, replaceAll, set, stateOf, writeLog } from '../../../support/log-bench.js';

const bench = logBench();
const START = Date.parse('2026-11-22T12:00:00.000Z');

afterEach(() => void jest.restoreAllMocks());

/** Ten entries, a second apart: after seq n, `n` holds n; every third is a tombstone for `early`. */
async function history(engine: LogEngine, compactAfter: number[] = []): Promise<Map<number, unknown>> {
  const clock = jest.spyOn(Date, 'now');
  const states = new Map<number, unknown>([[0, {}]]);
  for (let seq = 1; seq <= 10; seq += 1) {
    clock.mockReturnValue(START + seq * 1000);
    await engine.append('a', seq % 3 === 0 ? remove('early') : set(seq % 3 === 1 ? 'early' : 'n', seq));
    states.set(seq, Object.fromEntries(await stateOf(engine, 'a')));
    if (compactAfter.includes(seq)) await engine.compact('a');
  }
  return states;
}

const timeOf = (seq: number) => new Date(START + seq * 1000);

test('equals what the index shows', async () => {
  const engine = await bench.engine();
  await engine.append('a', set('x', 1));
  await engine.append('a', replaceAll({ y: { n: 1 }, z: [] }));
  await engine.append('a', remove('z'));
  await engine.append('a', set('y', null));
  await engine.compact('a');
  await engine.append('a', set('__proto__', 1));
  const rebuilt = await engine.rebuildState('a');
  expect(new Map(Object.entries(rebuilt))).toEqual(await stateOf(engine, 'a'));
  expect(JSON.stringify(rebuilt)).toBe('{"y":null,"__proto__":1}');
});

test('of a new log is empty', async () => {
  const engine = await bench.engine();
  expect(await engine.rebuildState('a')).toEqual({});
  expect(await engine.rebuildState('a', { at: 5 })).toEqual({});
  expect(await engine.rebuildState('a', { at: new Date(0) })).toEqual({});
});

describe('as of a moment', () => {
  test('shows the state at each seq', async () => {
    const engine = await bench.engine();
    const states = await history(engine);
    for (const [seq, state] of states) expect(await engine.rebuildState('a', { at: seq })).toEqual(state);
    expect(await engine.rebuildState('a', { at: 99 })).toEqual(states.get(10));
  });

  test('shows the state at each time', async () => {
    const engine = await bench.engine();
    const states = await history(engine);
    for (const [seq, state] of states) expect(await engine.rebuildState('a', { at: timeOf(seq) })).toEqual(state);
    expect(await engine.rebuildState('a', { at: new Date(START + 3999) })).toEqual(states.get(3));
  });

  test('shows all entries of that very millisecond', async () => {
    const engine = await bench.engine();
    jest.spyOn(Date, 'now').mockReturnValue(START);
    for (const n of [1, 2, 3]) await engine.append('a', set('n', n));
    expect(await engine.rebuildState('a', { at: new Date(START) })).toEqual({ n: 3 });
  });

  test('reaches back through the backups by seq', async () => {
    const engine = await bench.engine();
    const states = await history(engine, [3, 4, 8]);
    for (const [seq, state] of states) expect([seq, await engine.rebuildState('a', { at: seq })]).toEqual([seq, state]);
  });

  test('reaches back through the backups by time', async () => {
    const engine = await bench.engine();
    const states = await history(engine, [3, 4, 8]);
    for (const [seq, state] of states) {
      expect([seq, await engine.rebuildState('a', { at: timeOf(seq) })]).toEqual([seq, state]);
    }
  });

  test('is refused where every file kept begins later', async () => {
    const engine = await bench.engine();
    await history(engine, [1, 2, 5, 6, 9]);
    await expect(engine.rebuildState('a', { at: 1 })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
    await expect(engine.rebuildState('a', { at: timeOf(1) })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
  });

  test('is refused where the backup that held it is gone, though an older one is there', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    const states = await history(engine, [3, 8]);
    const backups = (await readdir(join(dataDir, 'logs'))).filter((name) => name.includes('.backup.')).sort();
    await rm(join(dataDir, 'logs', backups[1]!));
    await expect(engine.rebuildState('a', { at: 6 })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
    await expect(engine.rebuildState('a', { at: timeOf(6) })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
    expect(await engine.rebuildState('a', { at: 3 })).toEqual(states.get(3));
    expect(await engine.rebuildState('a', { at: 9 })).toEqual(states.get(9));
  });

  test.each([[new Date(Number.NaN)], [-1], [Number.NaN]])('%p is no moment', async (at) => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await expect(engine.rebuildState('a', { at })).rejects.toThrow(TypeError);
  });
});

test('of a log that is damaged while it is open is refused with its place', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  for (const n of [1, 2, 3]) await engine.append('a', set('k', n));
  await engine.close();
  const again = await bench.engine({ dataDir });
  await again.openLog('a');
  const text = await readLog(dataDir, 'a');
  await writeLog(dataDir, 'a', text.replace('"value":2', '"value":9'));
  await expect(again.rebuildState('a')).rejects.toMatchObject({
    code: 'LOG_CORRUPT',
    file: logFile(dataDir, 'a'),
    line: 2,
    offset: text.indexOf('\n') + 1,
  });
});
