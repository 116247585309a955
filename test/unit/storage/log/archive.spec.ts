import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { CompactOptions, LogEngine } from '../../../../src/storage/log/index.js';
import { Chronicle, DAY, daily, HOUR, mockTime, START } from '../../../support/archive-days.js';
import { entriesOf, logBench, writeLog } from '../../../support/log-bench.js';
import { Random } from '../../../support/random.js';

const bench = logBench();
const rotating: CompactOptions = { rotate: daily, keepBackups: 1 };

beforeEach(() => mockTime());
afterEach(() => void jest.useRealTimers());

/** Twelve entries a day for five days, compacted every eight hours. */
async function fiveDays(engine: LogEngine, options = rotating): Promise<Chronicle> {
  const chronicle = new Chronicle('a');
  const random = new Random(7);
  for (let i = 0; i < 60; i += 1) {
    await chronicle.write(engine, random, START + i * 2 * HOUR + 1);
    if (i % 4 === 3) await engine.compact('a', options);
  }
  return chronicle;
}

async function expectWholeHistory(engine: LogEngine, chronicle: Chronicle): Promise<void> {
  const entries = await entriesOf(engine, 'a', { backups: true });
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: chronicle.seq }, (_, i) => i + 1));
  for (const [seq, state] of chronicle.states.entries()) {
    expect([seq, await engine.rebuildState('a', { at: seq })]).toEqual([seq, state]);
    const at = new Date(chronicle.times[seq] as number);
    expect([seq, await engine.rebuildState('a', { at })]).toEqual([seq, state]);
  }
}

const archiveOf = (dataDir: string) => join(dataDir, 'logs', 'archive', 'a');
const segmentsIn = async (dataDir: string) =>
  (await readdir(archiveOf(dataDir))).filter((name) => name.endsWith('.gz'));

test('what is folded away is archived, a segment for each day, and every entry and every state stays within reach', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const chronicle = await fiveDays(engine);
  expect(await segmentsIn(dataDir)).toEqual([22, 23, 24, 25, 26].map((day) => `2026-11-${day}.log.gz`));
  await expectWholeHistory(engine, chronicle);
  await engine.close();
  await expectWholeHistory(await bench.engine({ dataDir }), chronicle);
});

test('a segment unpacked opens as a log of its own', async () => {
  const dataDir = await bench.directory();
  const chronicle = await fiveDays(await bench.engine({ dataDir }));
  const raw = gunzipSync(await readFile(join(archiveOf(dataDir), '2026-11-24.log.gz')));
  const other = await bench.directory();
  const first = await bench.engine({ dataDir: other });
  await first.openLog('a');
  await first.close();
  await writeLog(other, 'a', raw);
  const engine = await bench.engine({ dataDir: other, recovery: 'strict' });
  expect(await engine.rebuildState('a')).toEqual(chronicle.states[36]);
  expect((await entriesOf(engine, 'a')).map(({ seq }) => seq)).toEqual([
    24,
    ...Array.from({ length: 12 }, (_, i) => 25 + i),
  ]);
});

test('without an index it is made again from the segments', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const chronicle = await fiveDays(engine);
  const index = join(archiveOf(dataDir), 'index.json');
  const before = await readFile(index, 'utf8');
  await rm(index);
  await expectWholeHistory(engine, chronicle);
  await chronicle.write(engine, new Random(1), START + 6 * DAY);
  await engine.compact('a', rotating);
  await chronicle.write(engine, new Random(1), START + 6 * DAY + 1);
  await expectWholeHistory(engine, chronicle);
  const segments = (text: string) => (JSON.parse(text) as { segments: object[] }).segments;
  expect(segments(await readFile(index, 'utf8')).slice(0, 5)).toEqual(segments(before));
});

test('an index that is damaged, or older than the segments, is made again', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await fiveDays(engine);
  const index = join(archiveOf(dataDir), 'index.json');
  const stale = await readFile(index);
  await engine.append('a', { op: 'SET', key: 'late', value: 1 });
  await engine.compact('a', rotating);
  for (const text of [stale, Buffer.from('{"format":1,"segments":[]}\n'), Buffer.alloc(0)]) {
    await writeFile(index, text);
    expect((await entriesOf(engine, 'a', { backups: true })).map(({ seq }) => seq)).toHaveLength(61);
  }
});

test('kept files tell of segments: seqs, times, entries', async () => {
  const engine = await bench.engine();
  await fiveDays(engine, { ...rotating, compressBackups: true });
  const kept = await engine.keptFiles('a');
  expect(kept.map(({ kind, compressed }) => [kind, compressed])).toEqual([
    ...Array(5).fill(['archive', true]),
    ['backup', true],
    ['active', false],
  ]);
  expect(kept[1]).toMatchObject({
    file: 'logs/archive/a/2026-11-23.log.gz',
    firstSeq: 13,
    lastSeq: 24,
    entries: 12,
    from: '2026-11-23T00:00:00.001Z',
    to: '2026-11-23T22:00:00.001Z',
  });
});

describe('damage', () => {
  test.each([0.2, 0.5, 0.9])(
    'in one segment, at %p of it, is refused with file and line, and only inside it',
    async (share) => {
      const dataDir = await bench.directory();
      const engine = await bench.engine({ dataDir });
      const chronicle = await fiveDays(engine, { ...rotating, keepBackups: 0 });
      const path = join(archiveOf(dataDir), '2026-11-24.log.gz');
      const bytes = await readFile(path);
      const at = Math.floor(bytes.length * share);
      bytes[at] = (bytes[at] as number) ^ 0x10;
      await writeFile(path, bytes);
      let refused = 0;
      for (const [seq, state] of chronicle.states.entries()) {
        const rebuilt = engine.rebuildState('a', { at: seq });
        if (seq <= 24 || seq > 36) expect([seq, await rebuilt]).toEqual([seq, state]);
        else {
          const outcome = await rebuilt.catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(outcome).toMatchObject({ code: 'LOG_CORRUPT', file: path, line: expect.any(Number) });
            refused += 1;
          } else expect(outcome).toEqual(state);
        }
      }
      expect(refused).toBeGreaterThan(0);
      await expect(entriesOf(engine, 'a', { backups: true })).rejects.toMatchObject({
        code: 'LOG_CORRUPT',
        file: path,
      });
      expect((await entriesOf(engine, 'a', { backups: true, fromSeq: 37 }))[0]?.seq).toBe(37);
    },
  );

  test('a segment that is cut is refused inside, and later entries go into another', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await fiveDays(engine, { ...rotating, keepBackups: 0 });
    const path = join(archiveOf(dataDir), '2026-11-26.log.gz');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 20));
    await engine.append('a', { op: 'SET', key: 'late', value: 1 });
    const report = await engine.compact('a', rotating);
    expect(report.archived).toEqual(['2026-11-26.2.log.gz']);
    await expect(engine.rebuildState('a', { at: 59 })).rejects.toMatchObject({ code: 'LOG_CORRUPT', file: path });
    expect(await engine.rebuildState('a', { at: 61 })).toMatchObject({ late: 1 });
  });
});

test('retention removes the oldest segments, and what they held is no longer kept', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const chronicle = await fiveDays(engine, { ...rotating, retention: { maxCount: 2 } });
  expect(await segmentsIn(dataDir)).toEqual(['2026-11-25.log.gz', '2026-11-26.log.gz']);
  await expect(engine.rebuildState('a', { at: 20 })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
  expect(await engine.rebuildState('a', { at: 37 })).toEqual(chronicle.states[37]);
  expect(await engine.rebuildState('a', { at: 36 })).toEqual(chronicle.states[36]);
});

test('erasing reaches into archives and compressed backups, and the rest stays as it was', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const chronicle = await fiveDays(engine, { ...rotating, compressBackups: true });
  const receipt = await engine.erase('a', 'key3');
  expect(receipt.files.some(({ file }) => file.endsWith('.log.gz'))).toBe(true);
  expect(receipt.files.some(({ file }) => /backup\.\d+\.gz$/.test(file))).toBe(true);
  const without = (state: Record<string, unknown>) => ({ ...state, key3: undefined });
  for (const [seq, state] of chronicle.states.entries()) {
    expect(without(await engine.rebuildState('a', { at: seq }))).toEqual(without(state));
  }
  for (const name of await segmentsIn(dataDir)) {
    expect(gunzipSync(await readFile(join(archiveOf(dataDir), name))).includes('"key3"')).toBe(false);
  }
  await engine.close();
  const entries = await entriesOf(await bench.engine({ dataDir }), 'a', { backups: true });
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: entries.length }, (_, i) => i + 1));
});
