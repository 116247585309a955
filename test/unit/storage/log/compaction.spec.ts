import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { logBench, logLines, readLog, remove, replaceAll, set, stateOf, writeLog } from '../../../support/log-bench.js';

const bench = logBench();

afterEach(() => void jest.restoreAllMocks());

const filesOf = async (dataDir: string): Promise<string[]> => (await readdir(join(dataDir, 'logs'))).sort();
const backupsOf = async (dataDir: string) => (await filesOf(dataDir)).filter((name) => name.includes('.backup.'));

test('folds the log into one CHECKPOINT that carries the seq of the last entry', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  await engine.append('a', set('l', { x: 1 }));
  const last = await engine.append('a', remove('k'));
  const before = await readLog(dataDir, 'a');
  const report = await engine.compact('a');
  const [checkpoint, ...rest] = await logLines(dataDir, 'a');
  expect(rest).toEqual([]);
  expect(checkpoint).toMatchObject({ op: 'CHECKPOINT', state: { l: { x: 1 } }, seq: 3, timestamp: last.timestamp });
  expect(report).toMatchObject({
    log: 'a',
    outcome: 'compacted',
    entriesBefore: 3,
    entriesAfter: 1,
    bytesBefore: before.length,
    bytesAfter: (await readLog(dataDir, 'a')).length,
    keys: 1,
    seq: 3,
  });
  expect(await readFile(join(dataDir, 'logs', report.backup!), 'utf8')).toBe(before);
});

test('time never goes backwards over the CHECKPOINT', async () => {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2030-01-01T00:00:00.000Z'));
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  clock.mockReturnValue(Date.parse('2020-01-01T00:00:00.000Z'));
  await engine.compact('a');
  await engine.append('a', set('k', 2));
  const times = (await logLines(dataDir, 'a')).map((entry) => entry.timestamp);
  expect(times).toEqual(['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z']);
});

test('is skipped for an empty log, and for a CHECKPOINT alone', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  expect(await engine.compact('a')).toMatchObject({ outcome: 'skipped', reason: 'the log is empty' });
  await engine.append('a', set('k', 1));
  await engine.compact('a');
  const bytes = await readLog(dataDir, 'a');
  expect(await engine.compact('a')).toMatchObject({ outcome: 'skipped', entriesBefore: 1 });
  await engine.close();
  const again = await bench.engine({ dataDir });
  expect(await again.compact('a')).toMatchObject({ outcome: 'skipped' });
  expect(await readLog(dataDir, 'a')).toBe(bytes);
  expect(await backupsOf(dataDir)).toHaveLength(1);
});

test('of a log whose keys are all deleted leaves an empty CHECKPOINT', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  await engine.append('a', remove('k'));
  await engine.compact('a');
  expect(await logLines(dataDir, 'a')).toMatchObject([{ op: 'CHECKPOINT', state: {}, seq: 2 }]);
  await engine.append('a', set('k', 2));
  expect(await stateOf(engine, 'a')).toEqual(new Map([['k', 2]]));
});

describe('backups', () => {
  test('are exactly the newest three, whole former logs', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    const former: string[] = [];
    for (let n = 1; n <= 6; n += 1) {
      await engine.append('a', set('k', n));
      former.push(await readLog(dataDir, 'a'));
      await engine.compact('a');
    }
    const backups = await backupsOf(dataDir);
    const texts = await Promise.all(backups.map((name) => readFile(join(dataDir, 'logs', name), 'utf8')));
    expect(texts).toEqual(former.slice(-3));
    expect(await filesOf(dataDir)).toEqual(['a.log', ...backups]);
  });

  test('of another log are left alone', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await writeFile(join(dataDir, 'logs', 'a-b.log.backup.1'), '');
    await writeFile(join(dataDir, 'logs', 'a.log.backup.1.gz.part'), '');
    for (let n = 0; n < 4; n += 1) {
      await engine.append('a', set('k', n));
      await engine.compact('a', { keepBackups: 1 });
    }
    expect(await filesOf(dataDir)).toEqual(expect.arrayContaining(['a-b.log.backup.1', 'a.log.backup.1.gz.part']));
  });

  test('are as many as asked for, also none', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    for (const keepBackups of [5, 5, 5, 5, 5]) {
      await engine.append('a', set('k', 1));
      await engine.compact('a', { keepBackups });
    }
    expect(await backupsOf(dataDir)).toHaveLength(5);
    await engine.append('a', set('k', 1));
    expect((await engine.compact('a', { keepBackups: 0 })).backup).toBeUndefined();
    expect(await backupsOf(dataDir)).toEqual([]);
  });

  test('are ordered by age even where the clock went back', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('k', 'old'));
    const future = join(dataDir, 'logs', `a.log.backup.${Date.now() + 1e9}`);
    await writeFile(future, await readLog(dataDir, 'a'));
    await engine.append('a', set('k', 'new'));
    await engine.compact('a');
    const newest = (await backupsOf(dataDir)).at(-1) as string;
    expect(await readFile(join(dataDir, 'logs', newest), 'utf8')).toContain('"new"');
  });
});

describe('what is folded is kept', () => {
  test('values behind which an audit trail stands', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('k', { n: 1, s: '},"meta":{' }), { actor: 'x', reason: '"seq":9,"crc":"' });
    await engine.append('a', replaceAll({ k: { n: 2 }, l: '"' }), { actor: 'y' });
    await engine.append('a', set('m', [1, 2]), { actor: 'z' });
    await engine.compact('a');
    const expected = { k: { n: 2 }, l: '"', m: [1, 2] };
    expect((await logLines(dataDir, 'a'))[0]?.state).toEqual(expected);
    expect(await engine.get('a', 'm')).toEqual([1, 2]);
    await engine.close();
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect(Object.fromEntries(await stateOf(again, 'a'))).toEqual(expected);
  });

  test('byte by byte, as it was spelled', async () => {
    const dataDir = await bench.directory();
    await (await bench.engine({ dataDir })).close();
    const value = '{"big":12345678901234567890,"one":1.0,"e":1E2,"esc":"\\u00e9\\/", "sp" : [ 1 ]}';
    await writeLog(
      dataDir,
      'a',
      `{"timestamp":"2026-11-22T12:34:56.789Z","op":"SET","key":"k","value":${value}}\n` +
        `{"timestamp":"2026-11-22T12:34:56.789Z","op":"SET","key":"l","value":2}\n`,
    );
    const engine = await bench.engine({ dataDir });
    await engine.compact('a');
    expect(await readLog(dataDir, 'a')).toContain(value);
  });

  test('from lines in another member order with unknown members', async () => {
    const dataDir = await bench.directory();
    await (await bench.engine({ dataDir })).close();
    await writeLog(
      dataDir,
      'a',
      '{"value":{"data":{"x":1}},"note":{"state":{}},"op":"SET","key":"k\\u0041","timestamp":"2026-11-22T12:34:56.789Z"}\n' +
        '{"op":"SET","data":{"a":1,"b":{"data":{}}},"by":{"data":1},"timestamp":"2026-11-22T12:34:56.789Z"}\n' +
        '{"key":"c","by":"me","value":3,"op":"SET","timestamp":"2026-11-22T12:34:56.789Z","state":{"z":1},"data":{"y":1}}\n',
    );
    const engine = await bench.engine({ dataDir });
    const expected = { a: 1, b: { data: {} }, c: 3 };
    expect(Object.fromEntries(await stateOf(engine, 'a'))).toEqual(expected);
    await engine.compact('a');
    expect((await logLines(dataDir, 'a'))[0]?.state).toEqual(expected);
  });
});

test('the main file shows the state afterwards', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir, mainFiles: { maxStaleMs: 60_000 } });
  await engine.append('a', set('k', { n: 1 }));
  await engine.compact('a');
  expect(JSON.parse(await readFile(join(dataDir, 'a.json'), 'utf8'))).toEqual({ k: { n: 1 } });
});

test('the statistics follow', async () => {
  const engine = await bench.engine();
  for (let n = 0; n < 10; n += 1) await engine.append('a', set('k', 'x'.repeat(100)));
  expect(engine.stats('a')).toMatchObject({ entries: 10, firstSeq: 1, seq: 10, checkpointBytes: 0, keys: 1 });
  await engine.compact('a');
  await engine.append('a', set('l', 1));
  const stats = engine.stats('a');
  expect(stats).toMatchObject({ entries: 2, firstSeq: 10, seq: 11, keys: 2, entriesSinceCheckpoint: 1 });
  expect(stats.checkpointBytes).toBeGreaterThan(100);
  expect(stats.sizeBytes).toBe(await engine.logSize('a'));
  expect(stats.liveBytes).toBeLessThan(stats.sizeBytes);
});
