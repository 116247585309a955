import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fileEngine, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { collect, entriesOf, logBench, RecordedMessages, set } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

describe('a second engine on the same directory', () => {
  test('is refused, with the pid of the holder', async () => {
    const dataDir = await bench.directory();
    await bench.engine({ dataDir });
    await expect(bench.engine({ dataDir })).rejects.toMatchObject({
      name: 'LogError',
      code: 'LOG_LOCKED',
      file: join(dataDir, 'LOCK'),
      message: expect.stringContaining(`pid ${process.pid}`),
    });
  });

  test('opens once the first has closed', async () => {
    const dataDir = await bench.directory();
    const first = await bench.engine({ dataDir });
    await first.append('a', set('k', 1));
    await first.close();
    expect(await readFile(join(dataDir, 'LOCK'), 'utf8')).toBe('');
    const second = await bench.engine({ dataDir });
    expect(await second.get('a', 'k')).toBe(1);
  });

  test('is refused by another spelling of the directory too', async () => {
    const dataDir = await bench.directory();
    await bench.engine({ dataDir });
    await expect(bench.engine({ dataDir: relative(process.cwd(), dataDir) })).rejects.toMatchObject({
      code: 'LOG_LOCKED',
    });
  });

  test('that was refused leaves the first as it is', async () => {
    const dataDir = await bench.directory();
    const first = await bench.engine({ dataDir });
    await expect(bench.engine({ dataDir })).rejects.toMatchObject({ code: 'LOG_LOCKED' });
    await expect(bench.engine({ dataDir })).rejects.toMatchObject({ code: 'LOG_LOCKED' });
    await first.append('a', set('k', 1));
    expect(await first.get('a', 'k')).toBe(1);
  });

  test('is refused even where the file that names the holder is unreadable', async () => {
    const dataDir = await bench.directory();
    await bench.engine({ dataDir });
    await writeFile(join(dataDir, 'LOCK'), '?');
    await expect(bench.engine({ dataDir })).rejects.toMatchObject({
      code: 'LOG_LOCKED',
      message: expect.stringContaining('another process'),
    });
  });
});

test('engines on two directories do not meet', async () => {
  const [one, two] = [await bench.engine(), await bench.engine()];
  await one.append('a', set('k', 1));
  await two.append('a', set('k', 2));
  expect([await one.get('a', 'k'), await two.get('a', 'k')]).toEqual([1, 2]);
});

describe('an engine that is not open', () => {
  test('refuses everything with LOG_CLOSED', async () => {
    const engine = fileEngine(resolveLogOptions({ dataDir: await bench.directory() }), new RecordedMessages());
    const calls = [
      () => engine.append('a', set('k', 1)),
      () => engine.update('a', 'k', () => 1),
      () => engine.get('a', 'k'),
      () => engine.has('a', 'k'),
      () => collect(engine.keys('a')),
      () => collect(engine.entries('a')),
      () => entriesOf(engine, 'a'),
      () => engine.rebuildState('a'),
      () => engine.logSize('a'),
      () => engine.compact('a'),
      () => engine.openLog('a'),
      () => engine.listLogs(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'LOG_CLOSED' });
    await engine.open();
    await engine.append('a', set('k', 1));
    await engine.close();
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'LOG_CLOSED' });
  });

  test('closes without complaint, once, twice, never opened', async () => {
    const engine = fileEngine(resolveLogOptions({ dataDir: await bench.directory() }), new RecordedMessages());
    await engine.close();
    await engine.open();
    await Promise.all([engine.close(), engine.close()]);
    await engine.close();
  });
});

describe('closing', () => {
  test('waits for what was accepted, also for a compaction', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.openLog('a');
    const writes = Array.from({ length: 100 }, (_, i) => engine.append('a', set(`k${i}`, i)));
    await engine.append('b', set('k', 1));
    const compaction = engine.compact('b');
    await engine.close();
    const outcomes = await Promise.allSettled([...writes, compaction]);
    expect(outcomes.every((outcome) => outcome.status === 'fulfilled')).toBe(true);
    const again = await bench.engine({ dataDir });
    expect((await collect(again.keys('a'))).length).toBe(100);
    expect(await again.get('b', 'k')).toBe(1);
  });

  test('a second time at once waits for the first', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('k', 1));
    void engine.close();
    await engine.close();
    await (await bench.engine({ dataDir })).append('a', set('k', 2));
  });

  test('lets the same engine open again', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await engine.close();
    await engine.open();
    expect(await engine.get('a', 'k')).toBe(1);
    await engine.append('a', set('k', 2));
    expect(await engine.get('a', 'k')).toBe(2);
  });
});

test('a directory that cannot be made is told as what it is', async () => {
  const disk = new WatchedDisk();
  disk.before = (call) => {
    if (call.operation === 'makeDirectory') throw systemError('EACCES', call.path);
  };
  await expect(bench.engine({ disk })).rejects.toMatchObject({
    name: 'LogError',
    code: 'LOG_IO',
    cause: expect.objectContaining({ code: 'EACCES' }),
  });
});
