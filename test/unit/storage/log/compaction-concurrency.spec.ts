import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  entriesOf,
  logBench,
  logLines,
  readLog,
  remove,
  replaceAll,
  set,
  stateOf,
} from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

/** A gate at one call of the disk: it tells when the call has come, and lets it go on when told. */
function gateAt(disk: WatchedDisk, operation: string, suffix: string) {
  let arrive = () => {};
  let release = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  disk.before = (call) => {
    if (call.operation !== operation || !call.path.includes(suffix)) return;
    arrive();
    return released;
  };
  return { arrived, release };
}

describe('entries appended while a log is folded', () => {
  test('stand behind the CHECKPOINT, all of them, in order', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    for (let n = 0; n < 50; n += 1) await engine.append('a', set(`old${n}`, 'x'.repeat(1000)));
    let going = true;
    let written = 0;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; going; n += 1) {
        await engine.append('a', set(`w${writer}`, n));
        written += 1;
      }
    });
    for (let n = 0; n < 5; n += 1) await engine.compact('a');
    going = false;
    await Promise.all(writers);
    const state = await stateOf(engine, 'a');
    const lines = await logLines(dataDir, 'a');
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, i) => (lines[0]?.seq ?? 0) + i));
    expect(lines[0]?.op).toBe('CHECKPOINT');
    expect(lines.at(-1)?.seq).toBe(50 + written);
    await engine.close();
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect(await stateOf(again, 'a')).toEqual(state);
    expect((await again.openLog('a')).clean).toBe(true);
  });

  test('change what was folded: set, deleted, set again, replaced', async () => {
    const dataDir = await bench.directory();
    const disk = new WatchedDisk();
    const engine = await bench.engine({ dataDir, disk });
    for (const key of ['set', 'deleted', 'again', 'kept']) await engine.append('a', set(key, 'before'));
    const { arrived, release } = gateAt(disk, 'sync', '.compacting');
    const compaction = engine.compact('a');
    await arrived;
    await engine.append('a', set('set', 'after'));
    await engine.append('a', remove('deleted'));
    await engine.append('a', remove('again'));
    await engine.append('a', set('new', 'after'));
    await engine.append('a', set('again', 'after'));
    release();
    await compaction;
    const expected = { set: 'after', again: 'after', kept: 'before', new: 'after' };
    expect(Object.fromEntries(await stateOf(engine, 'a'))).toEqual(expected);
    expect(await engine.rebuildState('a')).toEqual(expected);
    for (const [key, value] of Object.entries(expected)) expect(await engine.get('a', key)).toBe(value);
    expect((await logLines(dataDir, 'a')).map((line) => line.seq)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test('may replace the whole state', async () => {
    const disk = new WatchedDisk();
    const engine = await bench.engine({ disk });
    for (const key of ['a', 'b', 'c']) await engine.append('a', set(key, 'before'));
    const { arrived, release } = gateAt(disk, 'sync', '.compacting');
    const compaction = engine.compact('a');
    await arrived;
    await engine.append('a', replaceAll({ z: 1, a: 2 }));
    await engine.append('a', set('b', 3));
    release();
    await compaction;
    expect(Object.fromEntries(await stateOf(engine, 'a'))).toEqual({ z: 1, a: 2, b: 3 });
    expect(await engine.rebuildState('a')).toEqual({ z: 1, a: 2, b: 3 });
  });

  test('wait while the log is swapped, then go on', async () => {
    const disk = new WatchedDisk();
    const engine = await bench.engine({ disk });
    await engine.append('a', set('n', 0));
    const { arrived, release } = gateAt(disk, 'link', '.backup.');
    const compaction = engine.compact('a');
    await arrived;
    const writes = [
      engine.append('a', replaceAll({ n: 1 })),
      engine.update<number>('a', 'n', (n) => (n ?? 0) + 1),
      engine.append('a', set('k', 1)),
    ];
    // The event loop turns while they wait.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await engine.get('a', 'n')).toBe(0);
    release();
    await Promise.all([compaction, ...writes]);
    expect(Object.fromEntries(await stateOf(engine, 'a'))).toEqual({ n: 2, k: 1 });
    expect(await engine.rebuildState('a')).toEqual({ n: 2, k: 1 });
  });
});

test('two compactions at once are one', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  const [first, second] = await Promise.all([engine.compact('a'), engine.compact('a')]);
  expect(second).toEqual(first);
  const names = await readdir(join(dataDir, 'logs'));
  expect(names.filter((name) => name.includes('.backup.'))).toHaveLength(1);
});

test('the swap follows the order that makes every crash point safe', async () => {
  const disk = new WatchedDisk();
  const engine = await bench.engine({ disk });
  for (let n = 0; n < 4; n += 1) {
    await engine.append('a', set('k', n));
    if (n < 3) await engine.compact('a');
  }
  disk.calls.length = 0;
  await engine.compact('a');
  const order = disk.calls
    .filter(({ operation }) => ['write', 'sync', 'link', 'rename', 'syncDirectory', 'remove'].includes(operation))
    .map(({ operation, path }) => `${operation} ${/compacting$|backup|log$|logs$/.exec(path)?.[0]}`);
  const steps = order.filter((step, i) => step !== order[i - 1]);
  expect(steps).toEqual([
    'write compacting',
    'sync compacting',
    'link backup',
    'rename log',
    'syncDirectory logs',
    'remove backup',
  ]);
});

describe('a compaction that fails leaves the log as it was', () => {
  test.each([
    ['open', '.compacting', 'ENOSPC', 'LOG_DISK_FULL'],
    ['write', '.compacting', 'ENOSPC', 'LOG_DISK_FULL'],
    ['sync', '.compacting', 'EIO', 'LOG_IO'],
    ['link', '.backup.', 'EIO', 'LOG_IO'],
    ['rename', '.log', 'EIO', 'LOG_IO'],
  ])('where %s of %s fails with %s', async (operation, suffix, code, expected) => {
    const dataDir = await bench.directory();
    const disk = new WatchedDisk();
    const engine = await bench.engine({ dataDir, disk });
    await engine.append('a', set('k', 1));
    await engine.append('a', set('k', 2));
    const before = await readLog(dataDir, 'a');
    disk.before = (call) => {
      if (call.operation === operation && call.path.includes(suffix)) throw systemError(code, call.path);
    };
    await expect(engine.compact('a')).rejects.toMatchObject({ name: 'LogError', code: expected });
    expect(await readLog(dataDir, 'a')).toBe(before);
    expect(await readdir(join(dataDir, 'logs'))).toEqual(['a.log']);
    await engine.append('a', set('k', 3));
    disk.before = () => {};
    expect(await engine.compact('a')).toMatchObject({ outcome: 'compacted', seq: 3 });
    expect(await engine.get('a', 'k')).toBe(3);
    expect((await entriesOf(engine, 'a')).map((entry) => entry.seq)).toEqual([3]);
  });

  test('where reading fails', async () => {
    const disk = new WatchedDisk();
    const engine = await bench.engine({ disk });
    await engine.append('a', set('k', 1));
    await engine.append('a', set('k', 2));
    disk.before = (call) => {
      if (call.operation === 'read') throw systemError('EIO', call.path);
    };
    await expect(engine.compact('a')).rejects.toMatchObject({ name: 'LogError' });
    disk.before = () => {};
    expect(await engine.get('a', 'k')).toBe(2);
    expect((await engine.compact('a')).outcome).toBe('compacted');
  });

  test('and where the directory cannot be fsynced, nothing more is acknowledged', async () => {
    const dataDir = await bench.directory();
    const disk = new WatchedDisk();
    const engine = await bench.engine({ dataDir, disk });
    await engine.append('a', set('k', 1));
    await engine.append('a', set('k', 2));
    disk.before = (call) => {
      if (call.operation === 'syncDirectory') throw systemError('EIO', call.path);
    };
    await expect(engine.compact('a')).rejects.toMatchObject({ code: 'LOG_POISONED' });
    await expect(engine.append('a', set('k', 3))).rejects.toMatchObject({ code: 'LOG_POISONED' });
    expect(await engine.get('a', 'k')).toBe(2);
    disk.before = () => {};
    await engine.close();
    expect(await (await bench.engine({ dataDir })).get('a', 'k')).toBe(2);
  });
});
