import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { resolveLogOptions } from '../../../../src/storage/log/index.js';
import { logBench, readLog, set, stateOf } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

async function opened(fsync: 'always' | 'everysec' | 'never') {
  const disk = new WatchedDisk();
  const dataDir = await bench.directory();
  const engine = await bench.engine({ disk, dataDir, fsync });
  await engine.openLog('a');
  disk.calls.length = 0;
  return { disk, dataDir, engine, syncs: () => disk.count('sync', 'a.log') };
}

test('always: one fsync before each acknowledgement', async () => {
  const { engine, syncs } = await opened('always');
  for (let n = 1; n <= 5; n += 1) {
    await engine.append('a', set('k', n));
    expect(syncs()).toBe(n);
  }
});

test('everysec: acknowledged from the kernel, fsynced within about a second', async () => {
  const { dataDir, engine, syncs } = await opened('everysec');
  for (let n = 1; n <= 5; n += 1) await engine.append('a', set('k', n));
  expect(syncs()).toBe(0);
  expect((await readLog(dataDir, 'a')).split('\n')).toHaveLength(6);
  for (let waited = 0; syncs() === 0 && waited < 3000; waited += 20) await delay(20);
  expect(syncs()).toBe(1);
});

test('never: acknowledged from the kernel, fsynced when it closes', async () => {
  const { engine, syncs } = await opened('never');
  for (let n = 1; n <= 5; n += 1) await engine.append('a', set('k', n));
  await delay(1200);
  expect(syncs()).toBe(0);
  await engine.close();
  expect(syncs()).toBe(1);
});

describe.each(['always', 'everysec', 'never'] as const)('%s', (fsync) => {
  test('keeps everything through compaction and closing', async () => {
    const { dataDir, engine } = await opened(fsync);
    await Promise.all(Array.from({ length: 50 }, (_, i) => engine.append('a', set(`k${i}`, i))));
    await engine.compact('a');
    await engine.append('a', set('k0', 'new'));
    await engine.close();
    const again = await bench.engine({ dataDir, fsync, recovery: 'strict' });
    const state = await stateOf(again, 'a');
    expect([state.size, state.get('k0'), state.get('k49')]).toEqual([50, 'new', 49]);
  });
});

test('everysec: a failed fsync lets nothing more be acknowledged', async () => {
  const { disk, engine } = await opened('everysec');
  disk.before = (call) => {
    if (call.operation === 'sync') throw systemError('EIO', call.path);
  };
  await engine.append('a', set('k', 1));
  for (let waited = 0; !engine.stats('a').poisoned && waited < 3000; waited += 20) await delay(20);
  await expect(engine.append('a', set('k', 2))).rejects.toMatchObject({ code: 'LOG_POISONED' });
});

describe('options', () => {
  test('have defaults', () => {
    expect(resolveLogOptions()).toEqual({
      dataDir: './data',
      fsync: 'always',
      cacheBytes: 32 * 1024 * 1024,
      mainFiles: { maxStaleMs: 1000 },
      recovery: 'heal',
      indexFile: { fromBytes: 16 * 1024 * 1024 },
      spaceAheadBytes: 0,
      maxPendingBytes: 256 * 1024 * 1024,
    });
  });

  test.each([
    ['fsync', { fsync: 'sometimes' }],
    ['recovery', { recovery: 'yes' }],
    ['cacheBytes', { cacheBytes: -1 }],
    ['cacheBytes', { cacheBytes: '1' }],
    ['mainFiles', { mainFiles: { maxStaleMs: -1 } }],
    ['mainFiles', { mainFiles: 'yes' }],
    ['indexFile', { indexFile: { fromBytes: -1 } }],
    ['indexFile', { indexFile: 'yes' }],
    ['spaceAheadBytes', { spaceAheadBytes: -1 }],
    ['maxPendingBytes', { maxPendingBytes: Number.NaN }],
    ['spaceAheadBytes', { spaceAheadBytes: 2 ** 40 }],
    ['dataDir', { dataDir: '' }],
    ['dataDir', { dataDir: 'a\0b' }],
  ])('%s of the wrong kind are a TypeError that names them: %p', (name, options) => {
    const resolve = () => resolveLogOptions(options as Parameters<typeof resolveLogOptions>[0]);
    expect(resolve).toThrow(TypeError);
    expect(resolve).toThrow(name);
  });
});
