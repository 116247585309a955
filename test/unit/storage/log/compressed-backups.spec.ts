import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { entriesOf, logBench, logFile, readLog, set } from '../../../support/log-bench.js';

const bench = logBench();
const logsIn = async (dataDir: string) =>
  (await readdir(join(dataDir, 'logs'))).filter((name) => name.includes('.backup.'));

/** A log of two compressed backups, then one entry. */
async function compressed(): Promise<string> {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  for (const n of [1, 2, 3, 4, 5]) {
    await engine.append('a', set(`k${n % 2}`, n));
    if (n % 2 === 0) await engine.compact('a', { compressBackups: true });
  }
  await engine.close();
  return dataDir;
}

test('backups are compressed, unpack to the former logs and are read as they were', async () => {
  const dataDir = await compressed();
  const names = await logsIn(dataDir);
  expect(names.map((name) => name.endsWith('.gz'))).toEqual([true, true]);
  expect(gunzipSync(await readFile(join(dataDir, 'logs', names[0] as string))).toString()).toContain('"value":1');
  const engine = await bench.engine({ dataDir });
  expect((await entriesOf(engine, 'a', { backups: true })).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect(await engine.rebuildState('a', { at: 3 })).toEqual({ k0: 2, k1: 3 });
});

test('a damaged checkpoint is healed from a compressed backup', async () => {
  const dataDir = await compressed();
  await writeFile(logFile(dataDir, 'a'), (await readLog(dataDir, 'a')).replace('"k0":4', '"k0":9'));
  const engine = await bench.engine({ dataDir });
  expect((await engine.openLog('a')).events[0]).toMatchObject({ found: 'damaged-checkpoint', action: 'healed' });
  expect(await engine.rebuildState('a')).toEqual({ k0: 4, k1: 5 });
  expect((await readdir(join(dataDir, 'logs'))).filter((name) => name.endsWith('.unpacked'))).toEqual([]);
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 12)],
  ['changed', (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 70 ? byte ^ 8 : byte)))],
  ['empty', () => Buffer.alloc(0)],
])('one that is %s is refused with its name', async (_, harm) => {
  const dataDir = await compressed();
  const path = join(dataDir, 'logs', (await logsIn(dataDir)).sort()[0] as string);
  await writeFile(path, harm(await readFile(path)));
  const engine = await bench.engine({ dataDir });
  await expect(entriesOf(engine, 'a', { backups: true })).rejects.toMatchObject({ code: 'LOG_CORRUPT', file: path });
});

test('one that somebody compressed by hand, and one that a crash left in both forms, count once', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.append('a', set('k', 1));
  await engine.append('a', set('k', 2));
  await engine.compact('a');
  await engine.append('a', set('k', 3));
  const path = join(dataDir, 'logs', (await logsIn(dataDir))[0] as string);
  await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
  expect((await engine.keptFiles('a')).map(({ kind }) => kind)).toEqual(['backup', 'active']);
  expect((await entriesOf(engine, 'a', { backups: true })).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await engine.compact('a', { keepBackups: 5, rotate: () => ({ name: 'all', endMs: Number.POSITIVE_INFINITY }) });
  expect((await entriesOf(engine, 'a', { backups: true })).map(({ seq }) => seq)).toEqual([1, 2, 3]);
});
