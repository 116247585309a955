import { describe, expect, test } from '@jest/globals';
import type { LogError } from '../../../../src/storage/log/index.js';
import { entriesOf, logBench, logFile, logLines, readLog, set, stateOf } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { type DiskCall, WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

async function watched(options: { recovery?: 'strict' } = {}) {
  const disk = new WatchedDisk();
  const dataDir = await bench.directory();
  const engine = await bench.engine({ disk, dataDir, ...options });
  await engine.openLog('a');
  return { disk, dataDir, engine };
}

const fails =
  (code: string, ...operations: DiskCall['operation'][]) =>
  (call: DiskCall) => {
    if (operations.includes(call.operation) && call.path.endsWith('a.log')) throw systemError(code, call.path);
  };

const outcomes = async (writes: Promise<unknown>[]): Promise<(string | undefined)[]> =>
  (await Promise.allSettled(writes)).map((outcome) =>
    outcome.status === 'fulfilled' ? 'written' : (outcome.reason as LogError).code,
  );

test('10,000 concurrent appends are durable, in seq order, with far fewer fsyncs', async () => {
  const { disk, dataDir, engine } = await watched();
  disk.calls.length = 0;
  const order: number[] = [];
  const entries = await Promise.all(
    Array.from({ length: 10_000 }, async (_, i) => {
      const entry = await engine.append('a', set(`key ${i % 1000}`, i));
      order.push(entry.seq as number);
      return entry;
    }),
  );
  const oneToTenThousand = Array.from({ length: 10_000 }, (_, i) => i + 1);
  expect(entries.map((entry) => entry.seq)).toEqual(oneToTenThousand);
  expect(order).toEqual(oneToTenThousand);
  expect(disk.count('sync', 'a.log')).toBeLessThan(100);
  expect(disk.count('write', 'a.log')).toBe(disk.count('sync', 'a.log'));
  expect(engine.stats('a')).toMatchObject({ appends: 10_000, fsyncs: disk.count('sync', 'a.log'), pending: 0 });
  // What is in the file now, without closing, is what a crash would leave.
  const lines = await logLines(dataDir, 'a');
  expect(lines.map((line) => [line.seq, line.value])).toEqual(oneToTenThousand.map((seq) => [seq, seq - 1]));
});

test('an append resolves only after its own bytes are fsynced', async () => {
  const { disk, dataDir, engine } = await watched();
  let synced = false;
  disk.before = async (call) => {
    if (call.operation !== 'sync') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
    synced = true;
  };
  const writing = engine.append('a', set('k', 1));
  expect(engine.stats('a').pending).toBe(1);
  expect(await engine.get('a', 'k')).toBeUndefined();
  await writing;
  expect(synced).toBe(true);
  expect(await readLog(dataDir, 'a')).toContain('"key":"k"');
});

test('entries that wait while the disk is busy go out together', async () => {
  const { disk, engine } = await watched();
  disk.calls.length = 0;
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < 5; i += 1) {
    for (let k = 0; k < 20; k += 1) writes.push(engine.append('a', set(`k${k}`, i)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writes);
  expect(disk.count('sync', 'a.log')).toBeLessThanOrEqual(6);
});

describe('a failed write', () => {
  test.each([
    ['EIO', 'LOG_IO'],
    ['ENOSPC', 'LOG_DISK_FULL'],
    ['EDQUOT', 'LOG_DISK_FULL'],
  ])('with %s rejects its batch as %s, and the log goes on', async (code, expected) => {
    const { disk, dataDir, engine } = await watched();
    await engine.append('a', set('k', 'before'));
    disk.shortWriteBytes = 30;
    disk.before = fails(code, 'write');
    const writes = [1, 2, 3].map((n) => engine.append('a', set(`k${n}`, n)));
    expect(await outcomes(writes)).toEqual([expected, expected, expected]);
    expect(await engine.get('a', 'k1')).toBeUndefined();
    expect((await readLog(dataDir, 'a')).endsWith('}\n')).toBe(true);
    disk.before = () => {};
    const after = await engine.append('a', set('k', 'after'));
    expect(after.seq).toBe(2);
    expect(Object.fromEntries(await stateOf(engine, 'a'))).toEqual({ k: 'after' });
    await engine.close();
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect((await again.openLog('a')).clean).toBe(true);
    expect(Object.fromEntries(await stateOf(again, 'a'))).toEqual({ k: 'after' });
  });

  test('says what to do when the disk is full', async () => {
    const { disk, dataDir, engine } = await watched();
    disk.before = fails('ENOSPC', 'write');
    const refusal = engine.append('a', set('k', 1));
    await expect(refusal).rejects.toMatchObject({
      name: 'LogError',
      code: 'LOG_DISK_FULL',
      file: logFile(dataDir, 'a'),
      hint: expect.stringContaining('no restart'),
      cause: expect.objectContaining({ code: 'ENOSPC' }),
    });
  });

  test('takes an update that built on it with it', async () => {
    const { disk, engine } = await watched();
    await engine.append('a', set('n', 0));
    let failed = false;
    disk.before = (call) => {
      if (call.operation !== 'write' || failed) return;
      failed = true;
      throw systemError('EIO', call.path);
    };
    const writes = [
      engine.update<number>('a', 'n', (n) => (n ?? 0) + 1),
      engine.update<number>('a', 'n', (n) => (n ?? 0) + 1),
    ];
    expect(await outcomes(writes)).toEqual(['LOG_IO', 'LOG_IO']);
    expect(await engine.update<number>('a', 'n', (n) => (n ?? 0) + 1)).toBe(1);
  });

  test('that cannot be undone lets nothing more be acknowledged', async () => {
    const { disk, dataDir, engine } = await watched();
    await engine.append('a', set('k', 1));
    disk.shortWriteBytes = 30;
    disk.before = fails('EIO', 'write', 'truncate');
    await expect(engine.append('a', set('k', 2))).rejects.toMatchObject({ code: 'LOG_POISONED' });
    disk.before = () => {};
    await expect(engine.append('a', set('k', 3))).rejects.toMatchObject({ code: 'LOG_POISONED' });
    expect(await engine.get('a', 'k')).toBe(1);
    await engine.close();
    const again = await bench.engine({ dataDir });
    expect((await again.openLog('a')).events).toMatchObject([{ found: 'torn-tail', action: 'cut' }]);
    expect(await again.get('a', 'k')).toBe(1);
  });
});

describe('after a failed fsync', () => {
  async function poisoned() {
    const { disk, dataDir, engine } = await watched();
    for (let n = 0; n < 5; n += 1) await engine.append('a', set(`k${n}`, n));
    disk.before = fails('EIO', 'sync');
    const writes = [10, 11].map((n) => engine.append('a', set('k', n)));
    expect(await outcomes(writes)).toEqual(['LOG_POISONED', 'LOG_POISONED']);
    disk.before = () => {};
    return { disk, dataDir, engine };
  }

  test('nothing is acknowledged any more, though the disk says it is well again', async () => {
    const { engine } = await poisoned();
    const writes = [engine.append('a', set('k', 1)), engine.update('a', 'k0', () => 1), engine.compact('a')];
    expect(await outcomes(writes)).toEqual(['LOG_POISONED', 'LOG_POISONED', 'LOG_POISONED']);
    expect(engine.stats('a').poisoned).toContain('an fsync failed');
  });

  test('reads go on, of what was acknowledged', async () => {
    const { engine } = await poisoned();
    expect(await engine.get('a', 'k3')).toBe(3);
    expect(await engine.has('a', 'k')).toBe(false);
    expect((await stateOf(engine, 'a')).size).toBe(5);
    expect(await entriesOf(engine, 'a')).toHaveLength(5);
    expect(Object.keys(await engine.rebuildState('a'))).toHaveLength(5);
  });

  test('other logs go on', async () => {
    const { engine } = await poisoned();
    await engine.append('b', set('k', 1));
    expect(await engine.get('b', 'k')).toBe(1);
  });

  test('closing lets go of the directory, and reopening holds everything acknowledged', async () => {
    const { dataDir, engine } = await poisoned();
    await engine.close();
    const again = await bench.engine({ dataDir });
    for (let n = 0; n < 5; n += 1) expect(await again.get('a', `k${n}`)).toBe(n);
    const next = await again.append('a', set('k', 'new'));
    expect(next.seq).toBeGreaterThan(5);
    expect(await again.get('a', 'k')).toBe('new');
  });
});
