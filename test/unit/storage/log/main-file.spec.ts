import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { logBench, RecordedMessages, remove, replaceAll, set } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();
/** What a busy machine may add to a timer and two fsyncs. */
const SLACK_MS = 3000;

const shown = async (dataDir: string, log = 'a'): Promise<unknown> =>
  JSON.parse(await readFile(join(dataDir, `${log}.json`), 'utf8').catch(() => 'null')) as unknown;

async function until(condition: () => Promise<boolean>, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > withinMs) throw new Error(`not within ${withinMs} ms`);
    await delay(5);
  }
  return performance.now() - began;
}

describe('the main file', () => {
  test('shows the state within the allowed staleness', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: { maxStaleMs: 200 } });
    await engine.append('a', set('k', { n: 1 }));
    await until(async () => engine.stats('a').mainFileSeq === 1, 200 + SLACK_MS);
    expect(await shown(dataDir)).toEqual({ k: { n: 1 } });
    expect(engine.stats('a')).toMatchObject({ mainFileSeq: 1, mainFileError: undefined });
    await engine.append('a', remove('k'));
    await engine.append('a', set('l', 2));
    await until(async () => JSON.stringify(await shown(dataDir)) === '{"l":2}', 200 + SLACK_MS);
  });

  test('is laid out as the reference bot did', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: true });
    const state = { a: { n: 1, list: [1, { x: null }], empty: {} }, 'é"': 'text\nwith lines' };
    await engine.append('a', replaceAll(state));
    await engine.close();
    expect(await readFile(join(dataDir, 'a.json'), 'utf8')).toBe(`${JSON.stringify(state, null, 2)}\n`);
  });

  test('has one key a line where the state is large', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: true });
    const state = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, { text: 'x'.repeat(60), i }]));
    await engine.append('a', replaceAll(state));
    await engine.close();
    const text = await readFile(join(dataDir, 'a.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(state);
    expect(text.split('\n')).toHaveLength(5000 + 3);
  });

  test('is an empty object where every key is gone', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: true });
    await engine.append('a', set('k', 1));
    await engine.append('a', remove('k'));
    await engine.close();
    expect(await shown(dataDir)).toEqual({});
  });

  test.each(['compact', 'close'] as const)('is current after %s', async (operation) => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: { maxStaleMs: 60_000 } });
    await Promise.all(Array.from({ length: 100 }, (_, i) => engine.append('a', set(`k${i}`, i))));
    await (operation === 'compact' ? engine.compact('a') : engine.close());
    expect(await shown(dataDir)).toEqual(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i])));
  });

  test('is never half there, whenever it is read', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: { maxStaleMs: 0 } });
    const state = (n: number) => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, n]));
    await engine.append('a', replaceAll(state(0)));
    await until(async () => (await shown(dataDir)) !== null, SLACK_MS);
    const end = performance.now() + 10_000;
    let versions = 0;
    for (let n = 1, last: unknown; versions < 4 && performance.now() < end; n += 1) {
      await engine.append('a', replaceAll(state(n)));
      const values = new Set(Object.values((await shown(dataDir)) as Record<string, unknown>));
      expect(values.size).toBe(1);
      if (!values.has(last)) versions += 1;
      [last] = values;
    }
    expect(versions).toBe(4);
  });

  test('costs only a small part of the time, however often the log changes', async () => {
    const disk = new WatchedDisk();
    const engine = await bench.engine({ disk, mainFiles: { maxStaleMs: 0 } });
    disk.before = async (call) => {
      if (call.operation === 'write' && call.path.endsWith('.json.tmp')) await delay(20);
    };
    const began = performance.now();
    while (performance.now() - began < 1000) {
      await engine.append('a', set('k', performance.now()));
      await delay(2);
    }
    // Two pieces of 20 ms for each file, at most 5 % of a second: one or two of them, one more for the first.
    expect(disk.count('open', 'a.json.tmp')).toBeLessThanOrEqual(4);
  });

  test('is not written again where nothing changed', async () => {
    const dataDir = await bench.directory();
    const first = await bench.engine({ dataDir, mainFiles: true });
    await first.append('a', set('k', 1));
    await first.close();
    const disk = new WatchedDisk();
    const second = await bench.engine({ dataDir, disk, mainFiles: { maxStaleMs: 0 } });
    await second.openLog('a');
    await delay(50);
    await second.close();
    expect(disk.count('open', '.json.tmp')).toBe(0);
  });

  test('is not there where it is not wanted, and an older one is left alone', async () => {
    const dataDir = await bench.directory();
    const first = await bench.engine({ dataDir, mainFiles: true });
    await first.append('a', set('k', 1));
    await first.close();
    const second = await bench.engine({ dataDir, mainFiles: false });
    await second.append('a', set('k', 2));
    await second.append('b', set('k', 2));
    await second.compact('b');
    await second.close();
    expect(await shown(dataDir)).toEqual({ k: 1 });
    expect((await readdir(dataDir)).sort()).toEqual(['LOCK', 'a.json', 'logs']);
    const third = await bench.engine({ dataDir, mainFiles: true });
    expect(await third.get('a', 'k')).toBe(2);
    await third.close();
    expect(await shown(dataDir)).toEqual({ k: 2 });
  });

  test('of a log that was only read is not made', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: true });
    expect(await engine.get('a', 'k')).toBeUndefined();
    await engine.close();
    expect((await readdir(dataDir)).sort()).toEqual(['LOCK', 'logs']);
  });
});

describe('a main file that cannot be written', () => {
  test.each([
    ['open', 'EACCES'],
    ['write', 'ENOSPC'],
    ['sync', 'EIO'],
    ['rename', 'EIO'],
  ])('for a failing %s costs no write of the log, and is told once', async (operation, code) => {
    const dataDir = await bench.directory();
    const disk = new WatchedDisk();
    const logger = new RecordedMessages();
    const engine = await bench.engine({ dataDir, disk, logger, mainFiles: { maxStaleMs: 0 } });
    await engine.append('a', set('k', 1));
    await until(async () => (await shown(dataDir)) !== null, SLACK_MS);
    disk.before = (call) => {
      if (call.operation === operation && /\.json(\.tmp)?$/.test(call.path)) throw systemError(code, call.path);
    };
    await engine.append('a', set('k', 2));
    await until(async () => engine.stats('a').mainFileError !== undefined, SLACK_MS);
    await engine.append('a', set('k', 3));
    await engine.compact('a');
    expect(await shown(dataDir)).toEqual({ k: 1 });
    expect(logger.warnings.filter((message) => message.includes('a.json'))).toHaveLength(1);
    disk.before = () => {};
    await until(async () => JSON.stringify(await shown(dataDir)) === '{"k":3}', SLACK_MS);
    // The file can be seen a moment before its directory is durable.
    await until(async () => engine.stats('a').mainFileError === undefined, SLACK_MS);
  });

  test('at closing does not keep the log from being whole', async () => {
    const dataDir = await bench.directory();
    const disk = new WatchedDisk();
    const engine = await bench.engine({ dataDir, disk, mainFiles: { maxStaleMs: 60_000 } });
    await engine.append('a', set('k', 1));
    disk.before = (call) => {
      if (call.path.endsWith('.json.tmp')) throw systemError('ENOSPC', call.path);
    };
    await engine.close();
    const again = await bench.engine({ dataDir, mainFiles: true });
    expect(await again.get('a', 'k')).toBe(1);
    await again.close();
    expect(await shown(dataDir)).toEqual({ k: 1 });
  });
});
