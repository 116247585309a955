/** A process that dies at any call of a compaction that archives: the next one makes up for it, nothing is lost or doubled. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { CompactOptions, LogEngine } from '../../../../src/storage/log/index.js';
import { fileEngineOn, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { Chronicle, DAY, daily, mockTime, START } from '../../../support/archive-days.js';
import { entriesOf, RecordedMessages } from '../../../support/log-words.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import { type DeathPoint, mortalDisk } from '../../../support/mortal-disk.js';
import { Random } from '../../../support/random.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const OPTIONS: CompactOptions = {
  rotate: daily,
  keepBackups: 1,
  compressBackups: true,
  retention: { maxCount: 50 },
};

beforeEach(() => mockTime());
afterEach(() => void jest.useRealTimers());

const engineOn = async (disk: Parameters<typeof fileEngineOn>[0]): Promise<LogEngine> => {
  const engine = fileEngineOn(disk)(resolveLogOptions({ dataDir: '/d', mainFiles: false }), new RecordedMessages());
  await engine.open();
  return engine;
};

/** Two days archived, the second goes on, and a third begins. */
async function prepared(): Promise<{ disk: MemoryDisk; chronicle: Chronicle }> {
  const disk = new MemoryDisk();
  const engine = await engineOn(disk);
  const chronicle = new Chronicle('a');
  const random = new Random(3);
  for (let i = 0; i < 12; i += 1) {
    await chronicle.write(engine, random, START + i * (DAY / 5));
    if (i === 3 || i === 7) await engine.compact('a', OPTIONS);
  }
  await engine.close();
  return { disk, chronicle };
}

async function expectAll(engine: LogEngine, { states, seq }: Chronicle): Promise<void> {
  const entries = await entriesOf(engine, 'a', { backups: true });
  expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
  for (const [at, state] of states.entries()) {
    expect([at, await engine.rebuildState('a', { at })]).toEqual([at, state]);
  }
}

test('the process may die at every call', async () => {
  const { disk, chronicle } = await prepared();
  const counting = mortalDisk(disk.copy());
  const whole = await engineOn(counting);
  await whole.openLog('a');
  const opened = counting.calls.length;
  expect((await whole.compact('a', OPTIONS)).archived).toEqual(['2026-11-23.log.gz', '2026-11-24.log.gz']);
  const total = counting.calls.length;
  expect(total - opened).toBeGreaterThan(50);
  for (const point of ['before', 'half', 'after'] as DeathPoint[]) {
    for (let call = opened + 1; call <= total; call += 1) {
      const copy = disk.copy();
      const mortal = mortalDisk(copy, call, point);
      const dying = await engineOn(mortal);
      await dying.openLog('a');
      void dying.compact('a', OPTIONS).catch(() => undefined);
      await mortal.died;
      const place = `${point} ${call}: ${JSON.stringify(mortal.calls.at(-1))}`;
      const engine = await engineOn(copy);
      await expectAll(engine, chronicle).catch((error) => {
        throw new Error(`after death ${place}`, { cause: error });
      });
      await engine.append('a', { op: 'SET', key: 'late', value: 1 });
      const report = await engine.compact('a', OPTIONS);
      expect([place, report.archiveError]).toEqual([place, undefined]);
      const entries = await entriesOf(engine, 'a', { backups: true });
      expect([place, entries.map(({ seq }) => seq)]).toEqual([place, Array.from({ length: 13 }, (_, i) => i + 1)]);
      const archived = (await engine.keptFiles('a')).filter(({ kind }) => kind === 'archive');
      expect([place, archived.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq])]).toEqual([
        place,
        [
          [1, 5],
          [6, 10],
          [11, 13],
        ],
      ]);
      await engine.close();
    }
  }
}, 300_000);

test('a full disk fails the archiving and not the compaction; backups stay until the next one finds room', async () => {
  const { disk, chronicle } = await prepared();
  const watched = new WatchedDisk(disk);
  const engine = await engineOn(watched);
  await engine.openLog('a');
  watched.before = ({ operation, path }) => {
    if (operation === 'write' && path.includes('/archive/')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  const report = await engine.compact('a', { ...OPTIONS, keepBackups: 0 });
  expect(report).toMatchObject({ outcome: 'compacted', archiveError: expect.stringContaining('full') });
  await expectAll(engine, chronicle);
  watched.before = () => undefined;
  await engine.append('a', { op: 'SET', key: 'late', value: 1 });
  expect((await engine.compact('a', { ...OPTIONS, keepBackups: 0 })).archiveError).toBeUndefined();
  expect((await engine.keptFiles('a')).filter(({ kind }) => kind === 'backup')).toEqual([]);
  expect((await entriesOf(engine, 'a', { backups: true })).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 13 }, (_, i) => i + 1),
  );
  await engine.close();
  expect(watched.openFiles()).toEqual([]);
});
