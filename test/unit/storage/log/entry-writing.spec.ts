import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { logBench, readLog, remove, replaceAll, set } from '../../../support/log-bench.js';

const bench = logBench();
const NOW = Date.parse('2026-11-22T12:34:56.789Z');

afterEach(() => void jest.restoreAllMocks());

/** The checksum as the format page defines it: CRC-32 of every byte of the file before the eight digits. */
function checksums(text: string): { recorded: string[]; computed: string[] } {
  const bytes = Buffer.from(text);
  const recorded: string[] = [];
  const computed: string[] = [];
  for (let end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n', end + 1)) {
    const digitsAt = end - 10;
    recorded.push(bytes.toString('latin1', digitsAt, digitsAt + 8));
    computed.push(crc32(bytes.subarray(0, digitsAt)).toString(16).padStart(8, '0'));
  }
  return { recorded, computed };
}

async function written(write: (engine: Awaited<ReturnType<typeof bench.engine>>) => Promise<unknown>) {
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await write(engine);
  return readLog(dataDir, 'players');
}

describe('a line has exactly the member order of the format page', () => {
  test('SET', async () => {
    const text = await written((engine) => engine.append('players', set('user123', { score: 100 })));
    const head =
      '{"timestamp":"2026-11-22T12:34:56.789Z","op":"SET","key":"user123","value":{"score":100},"seq":1,"crc":"';
    expect(text).toBe(`${head}${crc32(head).toString(16).padStart(8, '0')}"}\n`);
  });

  test('SET of the entire state', async () => {
    const text = await written((engine) => engine.append('players', replaceAll({ b: 1, a: [] })));
    expect(text).toMatch(
      /^\{"timestamp":"2026-11-22T12:34:56\.789Z","op":"SET","data":\{"b":1,"a":\[\]\},"seq":1,"crc":"[0-9a-f]{8}"\}\n$/,
    );
  });

  test('DELETE', async () => {
    const text = await written((engine) => engine.append('players', remove('channel456')));
    expect(text).toMatch(
      /^\{"timestamp":"2026-11-22T12:34:56\.789Z","op":"DELETE","key":"channel456","seq":1,"crc":"[0-9a-f]{8}"\}\n$/,
    );
  });

  test('CHECKPOINT', async () => {
    const text = await written(async (engine) => {
      await engine.append('players', set('k', 1));
      await engine.append('players', set('é', { x: null }));
      await engine.compact('players');
    });
    expect(text).toMatch(
      /^\{"timestamp":"2026-11-22T12:34:56\.789Z","op":"CHECKPOINT","state":\{"k":1,"é":\{"x":null\}\},"compactedAt":"[\d-]{10}T[\d:.]{12}Z","seq":2,"crc":"[0-9a-f]{8}"\}\n$/,
    );
  });

  test('the audit trail stands before seq', async () => {
    const text = await written((engine) =>
      engine.append('players', remove('x'), { actor: 'mod#1', reason: 'asked "nicely"' }),
    );
    expect(text).toContain('"key":"x","meta":{"actor":"mod#1","reason":"asked \\"nicely\\""},"seq":1,"crc":"');
  });
});

test('each checksum is the CRC-32 of every byte of the file before its digits', async () => {
  const text = await written(async (engine) => {
    await Promise.all([1, 2, 3].map((n) => engine.append('players', set(`k${n}`, 'é😀'))));
    await engine.append('players', replaceAll({ a: 1 }));
    await engine.append('players', remove('a'));
    await engine.compact('players');
    await engine.append('players', set('after', 1));
    await engine.append('players', set('after', 2));
  });
  const { recorded, computed } = checksums(text);
  expect(recorded).toHaveLength(3);
  expect(recorded).toEqual(computed);
});

test('seq rises by one from entry to entry, through compaction and reopening', async () => {
  const dataDir = await bench.directory();
  const first = await bench.engine({ dataDir });
  const seqs = [(await first.append('a', set('k', 1))).seq, (await first.append('a', set('k', 2))).seq];
  await first.compact('a');
  seqs.push((await first.append('a', set('k', 3))).seq);
  await first.close();
  const second = await bench.engine({ dataDir });
  seqs.push((await second.append('a', remove('k'))).seq);
  expect(seqs).toEqual([1, 2, 3, 4]);
});

test('what append gives is what stands in the file', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const entry = await engine.append('a', set('k', { n: 1 }), { actor: 'me' });
  expect(JSON.parse(await readLog(dataDir, 'a'))).toEqual(entry);
});

test('a value is written as it was at the call, whatever becomes of it later', async () => {
  const engine = await bench.engine();
  await engine.openLog('a');
  const value = { n: 1 };
  const writing = engine.append('a', set('k', value));
  value.n = 2;
  await writing;
  expect(await engine.get('a', 'k')).toEqual({ n: 1 });
});

test('a value is written as it was at the call, also where the call opens the log', async () => {
  const engine = await bench.engine();
  const value = { n: 1 };
  const writing = engine.append('a', set('k', value));
  value.n = 2;
  await writing;
  expect(await engine.get('a', 'k')).toEqual({ n: 1 });
});

test('one change object used for many calls writes each as it was', async () => {
  const engine = await bench.engine();
  await Promise.all(['a', 'b', 'c'].map((key) => engine.append('log', set(key, key))));
  const change = { op: 'DELETE' as const, key: 'a' };
  const first = engine.append('log', change);
  change.key = 'b';
  const second = engine.append('log', change);
  change.key = 'c';
  await Promise.all([first, second]);
  expect([await engine.has('log', 'a'), await engine.has('log', 'b'), await engine.has('log', 'c')]).toEqual([
    false,
    false,
    true,
  ]);
  expect(Object.keys(await engine.rebuildState('log'))).toEqual(['c']);
});

test('time never goes backwards within a log, even where the clock does', async () => {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(NOW);
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  clock.mockReturnValue(NOW - 60_000);
  expect((await engine.append('a', set('k', 2))).timestamp).toBe('2026-11-22T12:34:56.789Z');
  await engine.close();
  const again = await bench.engine({ dataDir });
  expect((await again.append('a', set('k', 3))).timestamp).toBe('2026-11-22T12:34:56.789Z');
  clock.mockReturnValue(NOW + 1);
  expect((await again.append('a', set('k', 4))).timestamp).toBe('2026-11-22T12:34:56.790Z');
});

test('nothing is written for a caller’s mistake', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  const before = await readFile(`${dataDir}/logs/a.log`);
  const mistakes: unknown[] = [
    { op: 'SET', key: 5, value: 1 },
    { op: 'SET', key: undefined, value: 1 },
    { op: 'SET', key: null, value: 1 },
    { op: 'SET', key: 'k' },
    { op: 'SET' },
    { op: 'SET', data: [] },
    { op: 'SET', data: null },
    { op: 'DELETE' },
    { op: 'DELETE', key: {} },
    { op: 'CHECKPOINT', state: {} },
    { op: 'PUT', key: 'k', value: 1 },
    null,
    'SET',
  ];
  for (const mistake of mistakes) {
    await expect(engine.append('a', mistake as ReturnType<typeof set>)).rejects.toThrow(TypeError);
  }
  await engine.append('a', set('last', 1));
  const after = await readFile(`${dataDir}/logs/a.log`);
  expect(after.subarray(0, before.length)).toEqual(before);
  expect(after.toString().split('\n')).toHaveLength(3);
});
