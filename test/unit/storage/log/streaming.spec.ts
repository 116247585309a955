import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { LogEngine, LogEntry } from '../../../../src/storage/log/index.js';
import {
  entriesOf,
  logBench,
  logFile,
  readLog,
  remove,
  replaceAll,
  set,
  writeLog,
} from '../../../support/log-bench.js';

const bench = logBench();
const START = Date.parse('2026-11-22T12:00:00.000Z');

afterEach(() => void jest.restoreAllMocks());

/** Entries a second apart. */
async function written(engine: LogEngine, count = 10): Promise<LogEntry[]> {
  const clock = jest.spyOn(Date, 'now');
  const entries: LogEntry[] = [];
  for (let seq = 1; seq <= count; seq += 1) {
    clock.mockReturnValue(START + seq * 1000);
    entries.push(await engine.append('a', set(`k${seq % 3}`, seq)));
  }
  return entries;
}

const seqs = (entries: LogEntry[]) => entries.map((entry) => entry.seq);

test('gives every entry as it stands in the file, oldest first', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', { n: 1 }), { actor: 'me' });
  await engine.append('a', replaceAll({ l: 1 }));
  await engine.append('a', remove('l'));
  const lines = (await readLog(dataDir, 'a')).trimEnd().split('\n');
  expect(await entriesOf(engine, 'a')).toEqual(lines.map((line) => JSON.parse(line) as LogEntry));
});

test('of a new log gives nothing', async () => {
  expect(await entriesOf(await bench.engine(), 'a')).toEqual([]);
});

describe('a part', () => {
  test('from a seq on', async () => {
    const engine = await bench.engine();
    await written(engine);
    expect(seqs(await entriesOf(engine, 'a', { fromSeq: 8 }))).toEqual([8, 9, 10]);
    expect(seqs(await entriesOf(engine, 'a', { fromSeq: 0 }))).toHaveLength(10);
    expect(await entriesOf(engine, 'a', { fromSeq: 11 })).toEqual([]);
  });

  test.each([
    ['Dates', new Date(START + 3000), new Date(START + 5000)],
    ['milliseconds', START + 3000, START + 5000],
    ['ISO texts', '2026-11-22T12:00:03Z', '2026-11-22T12:00:05.000Z'],
    ['times between entries', START + 2001, START + 5999],
  ])('between two times given as %s, inclusive', async (_, from, to) => {
    const engine = await bench.engine();
    await written(engine);
    expect(seqs(await entriesOf(engine, 'a', { from, to }))).toEqual([3, 4, 5]);
  });

  test.each([[{ from: 'yesterday' }], [{ to: new Date(Number.NaN) }], [{ from: Number.NaN }]])(
    'between no times is a TypeError: %p',
    async (options) => {
      const engine = await bench.engine();
      await engine.append('a', set('k', 1));
      await expect(entriesOf(engine, 'a', options)).rejects.toThrow(TypeError);
    },
  );

  test('about one key, of whole states that member alone', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await engine.append('a', set('other', 1));
    await engine.append('a', replaceAll({ k: 2, other: 2 }));
    await engine.append('a', replaceAll({ other: 3 }));
    await engine.append('a', remove('k'));
    const entries = await entriesOf(engine, 'a', { key: 'k' });
    expect(entries).toMatchObject([
      { seq: 1, value: 1 },
      { seq: 3, data: { k: 2 } },
      { seq: 4, data: {} },
      { seq: 5, op: 'DELETE' },
    ]);
    expect(Object.keys(entries[1]?.data ?? {})).toEqual(['k']);
  });

  test('about one key, of a CHECKPOINT that member alone', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await engine.append('a', set('other', 1));
    await engine.compact('a');
    expect(await entriesOf(engine, 'a', { key: 'k' })).toMatchObject([{ op: 'CHECKPOINT', state: { k: 1 } }]);
    expect(await entriesOf(engine, 'a', { key: 'never' })).toEqual([]);
  });

  test('may be left early, and the file is let go', async () => {
    const engine = await bench.engine();
    await written(engine);
    for await (const entry of engine.stream('a')) {
      expect(entry.seq).toBe(1);
      break;
    }
    await engine.compact('a');
    await engine.close();
  });
});

describe('with backups', () => {
  test('every entry is given once, without the CHECKPOINTs that cover them', async () => {
    const engine = await bench.engine();
    const all: LogEntry[] = [];
    for (let round = 0; round < 3; round += 1) {
      all.push(...(await written(engine, 4)));
      await engine.compact('a');
    }
    all.push(...(await written(engine, 2)));
    const entries = await entriesOf(engine, 'a', { backups: true });
    expect(seqs(entries)).toEqual(seqs(all));
    // The checksum chains to other bytes after compaction, everything else is the same.
    const withoutCrc = (list: LogEntry[]) => list.map(({ crc: _, ...rest }) => rest);
    expect(withoutCrc(entries)).toEqual(withoutCrc(all));
    expect(seqs(await entriesOf(engine, 'a', { backups: true, fromSeq: 7 }))).toEqual(seqs(all).slice(6));
  });

  test('the oldest kept begins with its CHECKPOINT', async () => {
    const engine = await bench.engine();
    for (let round = 0; round < 5; round += 1) {
      await written(engine, 2);
      await engine.compact('a');
    }
    const entries = await entriesOf(engine, 'a', { backups: true });
    expect(entries[0]).toMatchObject({ op: 'CHECKPOINT', seq: 4 });
    expect(seqs(entries)).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  test('nothing is missed or doubled where the log is compacted meanwhile', async () => {
    const engine = await bench.engine();
    await written(engine, 5);
    await engine.compact('a');
    await written(engine, 5);
    const seen: unknown[] = [];
    for await (const entry of engine.stream('a', { backups: true })) {
      seen.push(entry.seq);
      if (seen.length === 2) {
        await engine.compact('a');
        await written(engine, 3);
        await engine.compact('a');
      }
    }
    expect(seen.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a backup pruned meanwhile is no error', async () => {
    const engine = await bench.engine();
    for (let round = 0; round < 3; round += 1) {
      await written(engine, 2);
      await engine.compact('a');
    }
    const seen: unknown[] = [];
    for await (const entry of engine.stream('a', { backups: true })) {
      seen.push(entry.seq);
      if (seen.length === 1) {
        for (let round = 0; round < 3; round += 1) {
          await written(engine, 1);
          await engine.compact('a');
        }
      }
    }
    expect(seen).toEqual([...seen].sort((a, b) => Number(a) - Number(b)));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBeGreaterThanOrEqual(6);
  });
});

test('a stream shows the log as it stood when its reading began', async () => {
  const engine = await bench.engine();
  await written(engine, 3);
  const seen: unknown[] = [];
  for await (const entry of engine.stream('a')) {
    seen.push(entry.seq);
    await engine.append('a', set('more', 1));
    if (seen.length === 1) await engine.compact('a');
  }
  expect(seen).toEqual([1, 2, 3]);
});

test('a long log is read in constant memory', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const value = 'x'.repeat(10_000);
  await Promise.all(Array.from({ length: 3000 }, (_, i) => engine.append('a', set(`k${i % 10}`, value))));
  const before = process.memoryUsage().arrayBuffers;
  let count = 0;
  let most = 0;
  for await (const entry of engine.stream('a')) {
    count += Number(entry.seq !== undefined);
    if (count % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(count).toBe(3000);
  expect(most).toBeLessThan(8 * 1024 * 1024);
});

test('damage that appears while the log is open is refused in its place, after what is whole', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await written(engine, 3);
  const text = await readLog(dataDir, 'a');
  await writeLog(dataDir, 'a', text.replace('"value":2', '"value":7'));
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const entry of engine.stream('a')) seen.push(entry.seq);
  })();
  await expect(reading).rejects.toMatchObject({
    code: 'LOG_CORRUPT',
    file: logFile(dataDir, 'a'),
    line: 2,
    offset: text.indexOf('\n') + 1,
  });
  expect(seen).toEqual([1]);
});
