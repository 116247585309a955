import { describe, expect, test } from '@jest/globals';
import type { LogEntry } from '../../../../src/storage/log/index.js';
import { logBench, logLines, RecordedMessages, remove, replaceAll, set } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

test('a listener is told of every entry in seq order, once it is durable, before its promise resolves', async () => {
  const disk = new WatchedDisk();
  const engine = await bench.engine({ disk });
  const happened: string[] = [];
  engine.onChange((log, entry) => happened.push(`${log} ${entry.seq} told, ${disk.count('sync', 'a.log') > 0}`));
  await Promise.all(
    [1, 2, 3].map(async (n) => {
      const { seq } = await engine.append('a', set('k', n));
      happened.push(`a ${seq} resolved`);
    }),
  );
  expect(happened.filter((line) => line.includes('told'))).toEqual([
    'a 1 told, true',
    'a 2 told, true',
    'a 3 told, true',
  ]);
  for (const seq of [1, 2, 3]) {
    expect(happened.indexOf(`a ${seq} told, true`)).toBeLessThan(happened.indexOf(`a ${seq} resolved`));
  }
});

test('what is told is what stands in the file', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const told: LogEntry[] = [];
  engine.onChange((_, entry) => told.push(entry));
  const state = { at: new Date(0), n: 1 };
  const writing = [
    engine.append('a', set('k', { at: new Date(0) }), { actor: 'me' }),
    engine.append('a', replaceAll(state)),
    engine.append('a', remove('k')),
    engine.update('a', 'n', () => 2),
  ];
  state.n = 99;
  await Promise.all(writing);
  expect(told).toEqual(await logLines(dataDir, 'a'));
  expect(JSON.parse(JSON.stringify(told))).toEqual(await logLines(dataDir, 'a'));
});

test('a listener reads the state that it was told of', async () => {
  const engine = await bench.engine();
  const read: Promise<unknown>[] = [];
  engine.onChange((log) => read.push(engine.get(log, 'k')));
  await engine.append('a', set('k', 1));
  expect(await Promise.all(read)).toEqual([1]);
});

describe('a listener', () => {
  test('that throws is told to the operator and harms nobody', async () => {
    const logger = new RecordedMessages();
    const engine = await bench.engine({ logger });
    const told: unknown[] = [];
    engine.onChange(() => {
      throw new Error('broken');
    });
    engine.onChange((_, entry) => told.push(entry.seq));
    await engine.append('a', set('k', 1));
    await engine.append('a', set('k', 2));
    expect(told).toEqual([1, 2]);
    expect(logger.errors[0]).toContain('broken');
  });

  test('that has stopped is told nothing more', async () => {
    const engine = await bench.engine();
    const told: unknown[] = [];
    const stop = engine.onChange((_, entry) => told.push(entry.seq));
    await engine.append('a', set('k', 1));
    stop();
    stop();
    await engine.append('a', set('k', 2));
    expect(told).toEqual([1]);
  });

  test('is told of all logs, by name', async () => {
    const engine = await bench.engine();
    const told: string[] = [];
    engine.onChange((log) => told.push(log));
    await engine.append('a', set('k', 1));
    await engine.append('b', set('k', 1));
    expect(told).toEqual(['a', 'b']);
  });

  test('is not told of what failed, nor of a compaction', async () => {
    const disk = new WatchedDisk();
    const engine = await bench.engine({ disk });
    const told: unknown[] = [];
    engine.onChange((_, entry) => told.push(entry.op));
    await engine.append('a', set('k', 1));
    disk.before = (call) => {
      if (call.operation === 'write') throw systemError('ENOSPC', call.path);
    };
    await expect(engine.append('a', set('k', 2))).rejects.toMatchObject({ code: 'LOG_DISK_FULL' });
    disk.before = () => {};
    await engine.append('a', remove('k'));
    await engine.compact('a');
    expect(told).toEqual(['SET', 'DELETE']);
  });

  test('may write, without an end to what it hears being lost', async () => {
    const engine = await bench.engine();
    const told: unknown[] = [];
    const writes: Promise<unknown>[] = [];
    engine.onChange((_, entry) => {
      told.push(entry.seq);
      if (told.length < 5) writes.push(engine.append('a', set('k', told.length)));
    });
    await engine.append('a', set('k', 0));
    for (let i = 0; i < writes.length; i += 1) await writes[i];
    expect(told).toEqual([1, 2, 3, 4, 5]);
  });
});
