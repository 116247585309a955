/** The disk fails, or the file changes under an open log: a reader is told, and never given a wrong value. */
import { truncate } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { entriesOf, logBench, logFile, readLog, set, stateOf, writeLog } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

const READS: [string, (engine: LogEngine) => Promise<unknown>][] = [
  ['get', (engine) => engine.get('a', 'k2')],
  ['update', (engine) => engine.update('a', 'k2', (value) => value)],
  ['entries', (engine) => stateOf(engine, 'a')],
  ['stream', (engine) => entriesOf(engine, 'a')],
  ['rebuildState', (engine) => engine.rebuildState('a')],
];

async function opened(disk = new WatchedDisk()) {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir, disk });
  for (const n of [1, 2, 3]) await engine.append('a', set(`k${n}`, `value ${n}`));
  await engine.get('a', 'k1');
  return { disk, dataDir, engine };
}

describe.each(READS)('%s', (_, read) => {
  test('is told when the disk cannot be read, and goes on afterwards', async () => {
    const { disk, dataDir, engine } = await opened();
    disk.before = (call) => {
      if (call.operation === 'read' || call.operation === 'readSync') throw systemError('EIO', call.path);
    };
    await expect(read(engine)).rejects.toMatchObject({
      name: 'LogError',
      code: 'LOG_IO',
      file: logFile(dataDir, 'a'),
      cause: expect.objectContaining({ code: 'EIO' }),
    });
    disk.before = () => {};
    await expect(read(engine)).resolves.toBeDefined();
    await engine.append('a', set('k4', 4));
  });

  test('is told when the file was cut under the open log', async () => {
    const { dataDir, engine } = await opened();
    await truncate(logFile(dataDir, 'a'), (await readLog(dataDir, 'a')).indexOf('\n') + 1);
    await expect(read(engine)).rejects.toMatchObject({ name: 'LogError', file: logFile(dataDir, 'a') });
  });

  test('is told when the bytes under the open log are another’s', async () => {
    const { dataDir, engine } = await opened();
    await writeLog(dataDir, 'a', (await readLog(dataDir, 'a')).replaceAll(/[^\n]/g, 'x'));
    await expect(read(engine)).rejects.toMatchObject({ name: 'LogError', code: 'LOG_CORRUPT' });
  });
});

test('a key that is another’s on the disk is damage, not a missing key', async () => {
  const { dataDir, engine } = await opened();
  await writeLog(dataDir, 'a', (await readLog(dataDir, 'a')).replace('"k2"', '"kX"'));
  await expect(engine.get('a', 'k2')).rejects.toMatchObject({ code: 'LOG_CORRUPT', key: 'k2' });
});

test('a compaction of a file that was cut under it fails, and leaves it alone', async () => {
  const { dataDir, engine } = await opened();
  const text = await readLog(dataDir, 'a');
  await truncate(logFile(dataDir, 'a'), text.indexOf('\n') + 1);
  await expect(engine.compact('a')).rejects.toMatchObject({ name: 'LogError' });
  expect(await readLog(dataDir, 'a')).toBe(text.slice(0, text.indexOf('\n') + 1));
});

test('a log that cannot be opened is told as what it is, and can be tried again', async () => {
  const disk = new WatchedDisk();
  const engine = await bench.engine({ disk });
  disk.before = (call) => {
    if (call.operation === 'open' && call.path.endsWith('a.log')) throw systemError('EACCES', call.path);
  };
  await expect(engine.append('a', set('k', 1))).rejects.toMatchObject({ name: 'LogError', code: 'LOG_IO' });
  disk.before = () => {};
  await engine.append('a', set('k', 1));
  expect(await engine.get('a', 'k')).toBe(1);
});
