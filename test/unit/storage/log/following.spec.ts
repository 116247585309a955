import { describe, expect, test } from '@jest/globals';
import type { LogEngine, StreamOptions } from '../../../../src/storage/log/index.js';
import { logBench, remove, replaceAll, set } from '../../../support/log-bench.js';

const bench = logBench();

/** Follows until `count` entries have come, or the log closes. */
async function followed(engine: LogEngine, count: number, options: StreamOptions = {}) {
  const seen: { seq: unknown; op: string; value?: unknown }[] = [];
  for await (const { seq, op, value } of engine.stream('a', { ...options, follow: true })) {
    seen.push({ seq, op, value });
    if (seen.length === count) break;
  }
  return seen;
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('gives what is there, then what comes, each once and in order', async () => {
  const engine = await bench.engine();
  await Promise.all(range(1, 5).map((n) => engine.append('a', set('k', n))));
  const following = followed(engine, 30);
  for (const n of range(6, 30)) await engine.append('a', set('k', n));
  expect((await following).map((entry) => entry.value)).toEqual(range(1, 30));
});

test('gives only durable entries, with what was written', async () => {
  const engine = await bench.engine();
  const following = followed(engine, 3);
  await engine.append('a', set('k', { at: new Date(0) }), { actor: 'me' });
  await engine.append('a', replaceAll({ x: new Date(0) }));
  await engine.append('a', remove('k'));
  expect(await following).toMatchObject([
    { seq: 1, value: { at: '1970-01-01T00:00:00.000Z' } },
    { seq: 2, op: 'SET' },
    { seq: 3, op: 'DELETE' },
  ]);
});

test('ends when the log closes', async () => {
  const engine = await bench.engine();
  const following = followed(engine, 100);
  await engine.append('a', set('k', 1));
  await new Promise((resolve) => setTimeout(resolve, 10));
  await engine.close();
  expect(await following).toHaveLength(1);
});

test('gives what was written last before the log closed', async () => {
  const engine = await bench.engine();
  await engine.openLog('a');
  const following = followed(engine, 100);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const writes = range(1, 20).map((n) => engine.append('a', set('k', n)));
  await engine.close();
  await Promise.all(writes);
  expect((await following).map((entry) => entry.value)).toEqual(range(1, 20));
});

test('gives one key, one time span, from one seq on', async () => {
  const engine = await bench.engine();
  const following = Promise.all([
    followed(engine, 2, { key: 'k' }),
    followed(engine, 2, { fromSeq: 3 }),
    followed(engine, 3, { from: 0 }),
  ]);
  for (const key of ['k', 'l', 'k', 'l']) await engine.append('a', set(key, 1));
  const [ofKey, fromSeq, fromTime] = await following;
  expect(ofKey.map((entry) => entry.seq)).toEqual([1, 3]);
  expect(fromSeq.map((entry) => entry.seq)).toEqual([3, 4]);
  expect(fromTime.map((entry) => entry.seq)).toEqual([1, 2, 3]);
});

test('leaving it early lets go', async () => {
  const engine = await bench.engine();
  await engine.append('a', set('k', 1));
  expect(await followed(engine, 1)).toHaveLength(1);
  await engine.append('a', set('k', 2));
  await engine.close();
});

describe('across a compaction', () => {
  test('nothing is missed and nothing comes twice', async () => {
    const engine = await bench.engine();
    const following = followed(engine, 60);
    for (const n of range(1, 60)) {
      await engine.append('a', set('k', n));
      if (n % 20 === 0) await engine.compact('a');
    }
    expect((await following).map((entry) => entry.value)).toEqual(range(1, 60));
  });
});

describe('a reader too slow for the memory it may use', () => {
  async function overrun(engine: LogEngine, meanwhile: () => Promise<unknown>): Promise<unknown[]> {
    const seen: unknown[] = [];
    let woken = false;
    for await (const { seq } of engine.stream('a', { follow: true })) {
      seen.push(seq);
      if (!woken) {
        woken = true;
        await Promise.all(range(1, 3000).map((n) => engine.append('a', set('k', n))));
        await meanwhile();
        await engine.append('a', set('k', 'last'));
      }
      if (seq === 3002) break;
    }
    return seen;
  }

  test('goes back to the file, and misses nothing', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 0));
    expect(await overrun(engine, async () => {})).toEqual(range(1, 3002));
  });

  test('goes back to the backups where the entries were folded meanwhile', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 0));
    expect(await overrun(engine, () => engine.compact('a'))).toEqual(range(1, 3002));
  });
});
