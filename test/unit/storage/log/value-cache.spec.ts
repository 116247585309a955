import { expect, test } from '@jest/globals';
import { ValueCache } from '../../../../src/storage/log/value-cache.js';
import { logBench, replaceAll, set } from '../../../support/log-bench.js';

const bench = logBench();

test('gives what was put in, until it is deleted', () => {
  const cache = new ValueCache(10_000);
  cache.set('k', { n: 1 }, 10);
  expect(cache.get('k')).toEqual({ n: 1 });
  cache.set('k', 2, 10);
  expect(cache.get('k')).toBe(2);
  cache.delete('k');
  cache.delete('never');
  expect(cache.get('k')).toBeUndefined();
  expect(cache.bytes).toBe(0);
  expect(cache).toMatchObject({ hits: 2, misses: 1 });
});

test('stays within its bound', () => {
  const cache = new ValueCache(10_000);
  for (let i = 0; i < 1000; i += 1) {
    cache.set(`key ${i}`, i, 100);
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.get('key 999')).toBe(999);
  expect(cache.get('key 0')).toBeUndefined();
});

test('keeps what is used again and again', () => {
  const cache = new ValueCache(10_000);
  cache.set('often', 'x', 100);
  for (let i = 0; i < 1000; i += 1) {
    cache.set(`key ${i}`, i, 100);
    expect(cache.get('often')).toBe('x');
  }
});

test('does not keep a value that would push out much else', () => {
  const cache = new ValueCache(10_000);
  cache.set('small', 1, 10);
  cache.set('large', 2, 9_000);
  expect(cache.get('large')).toBeUndefined();
  expect(cache.get('small')).toBe(1);
});

test('of no bytes keeps nothing', async () => {
  const engine = await bench.engine({ cacheBytes: 0 });
  await engine.append('a', set('k', 'x'));
  await engine.get('a', 'k');
  expect(await engine.get('a', 'k')).toBe('x');
  expect(engine.stats('a')).toMatchObject({ cacheHits: 0, cacheBytes: 0 });
});

test('never gives an older value', async () => {
  const engine = await bench.engine();
  for (let n = 0; n < 20; n += 1) {
    await engine.append('a', n % 5 === 4 ? replaceAll({ k: n }) : set('k', n));
    expect([await engine.get('a', 'k'), await engine.get('a', 'k')]).toEqual([n, n]);
  }
  expect(engine.stats('a').cacheHits).toBeGreaterThanOrEqual(20);
});

test('a whole state takes what was held with it', async () => {
  const engine = await bench.engine();
  await engine.append('a', set('k', 1));
  await engine.get('a', 'k');
  await engine.append('a', replaceAll({ l: 2 }));
  expect(await engine.get('a', 'k')).toBeUndefined();
});
