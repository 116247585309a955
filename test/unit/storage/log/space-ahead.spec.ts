/** Space written ahead with newlines: there while the log is open, gone when it is closed, and never mistaken for more. */
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { entriesOf, logBench, logFile, readLog, remove, set, stateOf } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();
const SPACE = 4096;

async function opened(options: Parameters<typeof bench.engine>[0] = {}) {
  const dataDir = options.dataDir ?? (await bench.directory());
  return { dataDir, engine: await bench.engine({ spaceAheadBytes: SPACE, ...options, dataDir }) };
}

async function write(engine: LogEngine, entries: number, from = 0): Promise<void> {
  for (let n = from; n < from + entries; n += 1) await engine.append('a', set(`k${n % 7}`, { n, text: 'x'.repeat(n) }));
}

const trimmed = (text: string): string => `${text.trimEnd()}\n`;

describe('a log with space written ahead', () => {
  test('ends in newlines while it is open; what it says of itself counts none of them', async () => {
    const { dataDir, engine } = await opened();
    await write(engine, 3);
    const text = await readLog(dataDir, 'a');
    expect(text).toMatch(/\}\n\n{1000,}$/);
    expect(await engine.logSize('a')).toBe(trimmed(text).length);
    expect((await entriesOf(engine, 'a')).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await engine.append('a', set('k', 'into the space'));
    expect(await readLog(dataDir, 'a')).toHaveLength(text.length);
  });

  test('grows its file once for many entries', async () => {
    const disk = new WatchedDisk();
    const sizes = new Set<number>();
    const { dataDir, engine } = await opened({ disk });
    for (let n = 0; n < 60; n += 1) {
      await engine.append('a', set('k', n));
      sizes.add((await stat(logFile(dataDir, 'a'))).size);
    }
    expect(sizes.size).toBeLessThanOrEqual(3);
  });

  test('is trimmed when it is closed, to the bytes that it would have without', async () => {
    const { dataDir, engine } = await opened();
    await write(engine, 30);
    const text = await readLog(dataDir, 'a');
    await engine.close();
    expect(await readLog(dataDir, 'a')).toBe(trimmed(text));
    const { engine: strict } = await opened({ dataDir, recovery: 'strict' });
    expect((await strict.openLog('a')).clean).toBe(true);
  });

  test('leaves no space in a backup, and begins anew behind a CHECKPOINT', async () => {
    const { dataDir, engine } = await opened();
    await write(engine, 30);
    const compacting = engine.compact('a');
    await write(engine, 20, 30);
    await compacting;
    await write(engine, 5, 50);
    const state = await stateOf(engine, 'a');
    const [backup = ''] = (await readdir(join(dataDir, 'logs'))).filter((name) => name.includes('.backup.'));
    expect(await readFile(join(dataDir, 'logs', backup), 'utf8')).toMatch(/\}\n$/);
    await engine.close();
    const { engine: again } = await opened({ dataDir });
    expect((await again.openLog('a')).clean).toBe(true);
    expect(await stateOf(again, 'a')).toEqual(state);
  });

  test('needs no help after a crash, wherever it came', async () => {
    const { dataDir, engine } = await opened();
    await write(engine, 12);
    await engine.append('a', remove('k2'));
    const state = await stateOf(engine, 'a');
    const whole = await readLog(dataDir, 'a');
    const end = trimmed(whole).length;
    for (const torn of ['', '{"timest', `${whole.slice(0, 100)}`]) {
      const crashed = await bench.directory();
      await cp(join(dataDir, 'logs'), join(crashed, 'logs'), { recursive: true });
      await writeFile(logFile(crashed, 'a'), whole.slice(0, end) + torn + whole.slice(end + torn.length));
      const { engine: next } = await opened({ dataDir: crashed });
      const report = await next.openLog('a');
      expect(report.events.map(({ found }) => found)).toEqual(torn === '' ? [] : ['torn-tail']);
      expect(await stateOf(next, 'a')).toEqual(state);
      await write(next, 3);
      await next.close();
      const { engine: last } = await opened({ dataDir: crashed });
      expect((await last.openLog('a')).clean).toBe(true);
    }
  });

  test('goes without where the disk has room for the lines alone', async () => {
    const disk = new WatchedDisk();
    const { dataDir, engine } = await opened({ disk });
    await write(engine, 1);
    await engine.compact('a');
    disk.before = (call) => {
      if (call.operation === 'write' && (call.length ?? 0) > 2000) throw systemError('ENOSPC', call.path);
    };
    await write(engine, 5);
    expect(await readLog(dataDir, 'a')).toMatch(/\}\n$/);
    expect(engine.stats('a').poisoned).toBeUndefined();
    disk.before = () => {};
    await write(engine, 1);
    expect(await readLog(dataDir, 'a')).toMatch(/\n{1000,}$/);
  });

  test('undoes a write that failed together with its space', async () => {
    const disk = new WatchedDisk();
    disk.shortWriteBytes = 3000;
    const { dataDir, engine } = await opened({ disk });
    await write(engine, 1);
    const before = trimmed(await readLog(dataDir, 'a'));
    await engine.compact('a');
    const checkpoint = await readLog(dataDir, 'a');
    expect(checkpoint).not.toBe(before);
    disk.before = (call) => {
      if (call.operation === 'write' && call.path.includes('a.log')) throw systemError('EIO', call.path);
    };
    await expect(write(engine, 1)).rejects.toMatchObject({ code: 'LOG_IO' });
    expect(await readLog(dataDir, 'a')).toBe(checkpoint);
  });

  test('writes none where no batch is fsynced', async () => {
    const { dataDir, engine } = await opened({ fsync: 'everysec' });
    await write(engine, 3);
    expect(await readLog(dataDir, 'a')).toMatch(/\}\n$/);
  });
});
