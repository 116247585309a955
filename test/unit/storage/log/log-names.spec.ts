import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { collect, logBench, set } from '../../../support/log-bench.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

const REFUSED: [string, unknown][] = [
  ['a slash', 'a/b'],
  ['a backslash', 'a\\b'],
  ['the directory above', '..'],
  ['a way out', '../../etc/passwd'],
  ['a dot', 'a.log'],
  ['NUL', 'a\0b'],
  ['upper case', 'Players'],
  ['nothing', ''],
  ['65 characters', 'a'.repeat(65)],
  ['a leading dash', '-a'],
  ['a leading underscore', '_a'],
  ['a newline at the end', 'a\n'],
  ['a space', 'a b'],
  ['another alphabet', 'é'],
  ['a number', 7],
  ['undefined', undefined],
];

const CALLS: [string, (engine: LogEngine, log: string) => unknown][] = [
  ['append', (engine, log) => engine.append(log, set('k', 1))],
  ['update', (engine, log) => engine.update(log, 'k', () => 1)],
  ['get', (engine, log) => engine.get(log, 'k')],
  ['has', (engine, log) => engine.has(log, 'k')],
  ['keys', (engine, log) => collect(engine.keys(log))],
  ['entries', (engine, log) => collect(engine.entries(log))],
  ['stream', (engine, log) => collect(engine.stream(log))],
  ['rebuildState', (engine, log) => engine.rebuildState(log)],
  ['logSize', (engine, log) => engine.logSize(log)],
  ['compact', (engine, log) => engine.compact(log)],
  ['openLog', (engine, log) => engine.openLog(log)],
  ['size', (engine, log) => engine.size(log)],
  ['stats', (engine, log) => engine.stats(log)],
  ['recoveryReport', (engine, log) => engine.recoveryReport(log)],
];

describe.each(REFUSED)('a log name with %s', (_, name) => {
  test('is a TypeError before any file is touched', async () => {
    const disk = new WatchedDisk();
    const dataDir = await bench.directory();
    const engine = await bench.engine({ disk, dataDir });
    disk.calls.length = 0;
    for (const [, call] of CALLS) {
      const outcome = Promise.resolve().then(() => call(engine, name as string));
      await expect(outcome).rejects.toThrow(TypeError);
    }
    expect(disk.calls).toEqual([]);
    expect(await readdir(`${dataDir}/logs`)).toEqual([]);
  });
});

test.each([['a'], ['0'], ['a-b_c9'], ['z'.repeat(64)]])('%s is a log name', async (name) => {
  const engine = await bench.engine();
  await engine.append(name, set('k', 1));
  expect(engine.logNames()).toEqual([name]);
  expect(await engine.listLogs()).toEqual([name]);
});

test('logs in the directory are listed, opened or not', async () => {
  const dataDir = await bench.directory();
  const first = await bench.engine({ dataDir });
  await first.append('b', set('k', 1));
  await first.append('a', set('k', 1));
  await first.compact('a');
  await first.close();
  const second = await bench.engine({ dataDir });
  expect(second.logNames()).toEqual([]);
  expect(await second.listLogs()).toEqual(['a', 'b']);
});
