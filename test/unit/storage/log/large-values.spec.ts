import { describe, expect, test } from '@jest/globals';
import { entriesOf, logBench, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';

const bench = logBench();
const MEGABYTE = 1024 * 1024;

const VALUES: [string, unknown][] = [
  ['1 MB', 'x'.repeat(MEGABYTE)],
  ['3 MB', 'y'.repeat(3 * MEGABYTE)],
  ['3 MB of three-byte characters', '€'.repeat(MEGABYTE)],
  ['3 MB of escapes', '"'.repeat(1.5 * MEGABYTE)],
  [
    '3 MB of small members',
    Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`member ${i}`, `value ${i}`])),
  ],
];

describe.each(VALUES)('a value of %s', (_, value) => {
  test('is kept beside small ones through compaction and reopening', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: true });
    await Promise.all([
      engine.append('a', set('small', 1)),
      engine.append('a', set('large', value)),
      engine.append('a', set('after', 2)),
    ]);
    const expected = new Map<string, unknown>([
      ['small', 1],
      ['large', value],
      ['after', 2],
    ]);
    expect(await engine.get('a', 'large')).toEqual(value);
    expect((await entriesOf(engine, 'a')).map((entry) => entry.seq)).toEqual([1, 2, 3]);
    await engine.compact('a');
    expect(await stateOf(engine, 'a')).toEqual(expected);
    await engine.append('a', set('small', 3));
    await engine.close();
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect(await stateOf(again, 'a')).toEqual(expected.set('small', 3));
    expect(await again.get('a', 'large')).toEqual(value);
    expect(await again.rebuildState('a')).toEqual(Object.fromEntries(expected));
    await again.append('a', remove('large'));
    expect(await again.has('a', 'large')).toBe(false);
  });
});

test('a whole state of 3 MB is indexed', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const data = Object.fromEntries(
    Array.from({ length: 30_000 }, (_, i) => [`key "${i}"`, { text: 'x'.repeat(80), i }]),
  );
  await engine.append('a', set('before', 1));
  await engine.append('a', replaceAll(data));
  await engine.append('a', set('after', 1));
  await engine.close();
  const again = await bench.engine({ dataDir, recovery: 'strict' });
  expect(await again.get('a', 'key "29999"')).toEqual(data['key "29999"']);
  expect(await stateOf(again, 'a')).toEqual(new Map(Object.entries({ ...data, after: 1 })));
});

test('a large value is not kept in memory at the cost of all others', async () => {
  const engine = await bench.engine({ cacheBytes: MEGABYTE });
  await engine.append('a', set('small', 'x'));
  await engine.append('a', set('large', 'x'.repeat(2 * MEGABYTE)));
  await engine.get('a', 'small');
  await engine.get('a', 'large');
  expect(engine.stats('a').cacheBytes).toBeLessThan(1000);
  await engine.get('a', 'small');
  expect(engine.stats('a').cacheHits).toBe(1);
});
