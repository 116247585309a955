import { describe, expect, test } from '@jest/globals';
import { logBench, logLines, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();
const increment = (n: number | undefined) => (n ?? 0) + 1;

describe('updates of one key at once', () => {
  test('count twenty, each on the one before', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    const results = await Promise.all(Array.from({ length: 20 }, () => engine.update<number>('a', 'n', increment)));
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(await engine.get('a', 'n')).toBe(20);
    expect((await logLines(dataDir, 'a')).map((line) => line.value)).toEqual(results);
  });

  test('count 2,000 over 50 keys with compactions in between', async () => {
    const engine = await bench.engine();
    const writes: Promise<unknown>[] = [];
    for (let i = 0; i < 2000; i += 1) {
      writes.push(engine.update<number>('a', `k${i % 50}`, increment));
      if (i % 400 === 399) {
        writes.push(engine.compact('a'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await Promise.all(writes);
    expect([...(await stateOf(engine, 'a')).values()]).toEqual(Array(50).fill(40));
  });

  test('build on appends and deletes that are under way', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('n', 100));
    const results = await Promise.all([
      engine.update<number>('a', 'n', increment),
      engine.append('a', set('n', 5)),
      engine.update<number>('a', 'n', increment),
      engine.append('a', remove('n')),
      engine.update<number>('a', 'n', increment),
      engine.update<number>('a', 'n', increment),
    ]);
    expect([results[0], results[2], results[4], results[5]]).toEqual([101, 6, 1, 2]);
    expect(await engine.get('a', 'n')).toBe(2);
  });

  test('build on a whole new state that is under way', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('n', 100));
    const results = await Promise.all([
      engine.update<number>('a', 'n', increment),
      engine.append('a', replaceAll({ n: 5, m: 1 })),
      engine.update<number>('a', 'n', increment),
      engine.update<number>('a', 'm', increment),
      engine.append('a', replaceAll({})),
      engine.update<number>('a', 'n', increment),
    ]);
    expect(results[0]).toBe(101);
    const rebuilt = await engine.rebuildState('a');
    expect(Object.fromEntries(await stateOf(engine, 'a'))).toEqual(rebuilt);
    // Whether an update came before or behind the second state, none of them was lost or built on a stale value.
    expect(await engine.get('a', 'n')).toBe(results[5]);
  });
});

describe('what the function gives', () => {
  test('undefined deletes', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    expect(await engine.update('a', 'k', () => undefined)).toBeUndefined();
    expect(await engine.has('a', 'k')).toBe(false);
    expect(engine.stats('a').seq).toBe(2);
  });

  test('undefined for a key that is not there writes nothing', async () => {
    const engine = await bench.engine();
    expect(await engine.update('a', 'k', () => undefined)).toBeUndefined();
    expect(engine.stats('a').seq).toBe(0);
  });

  test('by throwing changes nothing', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', { n: 1 }));
    const update = engine.update<{ n: number }>('a', 'k', (current) => {
      if (current) current.n = 2;
      throw new Error('no');
    });
    await expect(update).rejects.toThrow('no');
    expect(await engine.get('a', 'k')).toEqual({ n: 1 });
    expect(engine.stats('a')).toMatchObject({ seq: 1, pending: 0 });
    expect(await engine.update<number>('a', 'other', increment)).toBe(1);
  });

  test('is the caller’s own: changing what was given changes only what is written', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', { list: [1] }));
    await engine.get('a', 'k');
    const seen = await Promise.all(
      [2, 3].map((n) =>
        engine.update<{ list: number[] }>('a', 'k', (current) => {
          current?.list.push(n);
          return current;
        }),
      ),
    );
    seen[1]?.list.push(99);
    expect(await engine.get('a', 'k')).toEqual({ list: [1, 2, 3] });
  });

  test('null is a value', async () => {
    const engine = await bench.engine();
    expect(await engine.update('a', 'k', () => null)).toBeNull();
    expect(await engine.has('a', 'k')).toBe(true);
    expect(await engine.update('a', 'k', (current) => [current])).toEqual([null]);
  });
});

// Waiting for the newest whole state alone, which was refused already, would turn without end and never let the disk answer.
test('an update waits for all whole states under way, also where the newest was refused at once', async () => {
  const disk = new WatchedDisk();
  const engine = await bench.engine({ disk });
  await engine.append('a', set('k', 1));
  let cutting: () => void = () => undefined;
  const cut = new Promise<void>((resolve) => {
    cutting = resolve;
  });
  disk.before = (call) => {
    if (call.operation === 'sync') throw systemError('EIO', call.path);
    if (call.operation !== 'truncate') return undefined;
    cutting();
    return new Promise((resolve) => setTimeout(resolve, 20));
  };
  const first = engine.append('a', replaceAll({ k: 2 }));
  await cut;
  const second = engine.append('a', replaceAll({ k: 3 }));
  const update = engine.update<number>('a', 'k', increment);
  for (const refused of await Promise.allSettled([first, second, update])) {
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'LOG_POISONED' } });
  }
});

test('an update carries its audit trail', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.update('a', 'k', () => 1, { actor: 'me' });
  await engine.update('a', 'k', () => undefined, { actor: 'you' });
  expect((await logLines(dataDir, 'a')).map((line) => line.meta)).toEqual([{ actor: 'me' }, { actor: 'you' }]);
});
