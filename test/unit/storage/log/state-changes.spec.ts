import { describe, expect, test } from '@jest/globals';
import { collect, logBench, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';

const bench = logBench();
const asMap = (state: Record<string, unknown>) => new Map(Object.entries(state));

describe('SET', () => {
  test('gives a key a value, and another in its place', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', { n: 1 }));
    await engine.append('a', set('k', 'two'));
    expect(await engine.get('a', 'k')).toBe('two');
    expect(engine.size('a')).toBe(1);
  });

  test.each([[null], [false], [0], [''], [[]], [{}], [-0.5e-7], [[null, { a: [1] }]], ['"\\\n\u0000']])(
    'carries %j',
    async (value) => {
      const dataDir = await bench.directory();
      const engine = await bench.engine({ dataDir });
      await engine.append('a', set('k', value));
      expect(await engine.get('a', 'k')).toEqual(value);
      expect(await engine.has('a', 'k')).toBe(true);
      await engine.close();
      const again = await bench.engine({ dataDir });
      expect(await stateOf(again, 'a')).toEqual(asMap({ k: value }));
    },
  );

  test('of a Date carries its ISO text', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', { at: new Date(0) }));
    expect(await engine.get('a', 'k')).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });
});

describe('DELETE', () => {
  test('takes a key away, and is an entry of its own', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('k', 1));
    await engine.append('a', remove('k'));
    expect(await engine.get('a', 'k')).toBeUndefined();
    expect(await engine.has('a', 'k')).toBe(false);
    expect(engine.stats('a')).toMatchObject({ keys: 0, entries: 2, seq: 2 });
    await engine.close();
    const again = await bench.engine({ dataDir });
    expect(await stateOf(again, 'a')).toEqual(new Map());
  });

  test('of a key that is not there is remembered all the same', async () => {
    const engine = await bench.engine();
    expect(await engine.append('a', remove('never'))).toMatchObject({ op: 'DELETE', key: 'never', seq: 1 });
  });

  test('lets the key come again', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await engine.append('a', remove('k'));
    await engine.append('a', set('k', 2));
    expect(await engine.get('a', 'k')).toBe(2);
  });
});

describe('SET of the entire state', () => {
  test('leaves nothing of what was before', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('old', 1));
    await engine.append('a', set('both', 1));
    await engine.append('a', replaceAll({ both: 2, new: { data: {}, state: { x: 1 } } }));
    const expected = asMap({ both: 2, new: { data: {}, state: { x: 1 } } });
    expect(await stateOf(engine, 'a')).toEqual(expected);
    expect(await engine.get('a', 'old')).toBeUndefined();
    expect(await engine.get('a', 'both')).toBe(2);
    await engine.close();
    expect(await stateOf(await bench.engine({ dataDir }), 'a')).toEqual(expected);
  });

  test('with nothing in it empties the log', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await engine.append('a', replaceAll({}));
    expect(engine.size('a')).toBe(0);
    await engine.append('a', set('k', 2));
    expect(await stateOf(engine, 'a')).toEqual(asMap({ k: 2 }));
  });

  test('among concurrent writes counts at its place in their order', async () => {
    const engine = await bench.engine();
    await Promise.all([
      engine.append('a', set('before', 1)),
      engine.append('a', replaceAll({ state: 1 })),
      engine.append('a', set('after', 1)),
      engine.append('a', remove('state')),
    ]);
    expect(await stateOf(engine, 'a')).toEqual(asMap({ after: 1 }));
  });

  test('with many keys and deep values is indexed key by key', async () => {
    const engine = await bench.engine();
    const data = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`key "${i}" \\ {},:[] é`, { i, deep: [{ a: '}' }, '{"x":', [[]]] }]),
    );
    await engine.append('a', replaceAll(data));
    expect(await stateOf(engine, 'a')).toEqual(asMap(data));
    expect(await engine.get('a', 'key "7" \\ {},:[] é')).toEqual(data['key "7" \\ {},:[] é']);
  });
});

describe('what a reader is given', () => {
  test('is a copy: changing it changes nothing', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', { list: [1], nested: { n: 1 } }));
    for (let i = 0; i < 2; i += 1) {
      const value = (await engine.get('a', 'k')) as { list: number[]; nested: { n: number } };
      value.list.push(2);
      value.nested.n = 2;
    }
    const [[, listed]] = (await collect(engine.entries('a'))) as [[string, { list: number[] }]];
    listed.list.push(3);
    expect(await engine.get('a', 'k')).toEqual({ list: [1], nested: { n: 1 } });
  });

  test('is the state of one moment, whatever is written while it is read', async () => {
    const engine = await bench.engine();
    for (let i = 0; i < 10; i += 1) await engine.append('a', set(`k${i}`, i));
    const seen = new Map<string, unknown>();
    for await (const [key, value] of engine.entries('a')) {
      if (seen.size === 0) {
        await engine.append('a', replaceAll({ other: 1 }));
        await engine.compact('a');
      }
      seen.set(key, value);
    }
    expect(seen).toEqual(new Map(Array.from({ length: 10 }, (_, i) => [`k${i}`, i])));
  });

  test('may be left early', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await engine.append('a', set('l', 2));
    for await (const key of engine.keys('a')) {
      expect(key).toBe('k');
      break;
    }
    await engine.close();
  });

  test('are the keys in full', async () => {
    const engine = await bench.engine();
    await Promise.all(['x', 'y', 'z'].map((key) => engine.append('a', set(key, 1))));
    await engine.append('a', remove('y'));
    expect((await collect(engine.keys('a'))).sort()).toEqual(['x', 'z']);
  });
});
