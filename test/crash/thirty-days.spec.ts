/** Thirty days of play in simulated time, compacted by the hour, archived by the day: what is as it was at any moment. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { fileEngine, type LogEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { Chronicle, DAY, daily, HOUR, mockTime, START } from '../support/archive-days.js';
import { entriesOf, RecordedMessages } from '../support/log-words.js';
import { type Random, withSeed } from '../support/random.js';

const DAYS = 30;
const MOMENTS = 100;

afterEach(() => void jest.useRealTimers());

test('the state at any moment of thirty days, by time and by seq, is what it was', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'append-log-'));
  try {
    await withSeed(async (random) => {
      process.stdout.write(`CRASH_SEED=${random.seed}\n`);
      mockTime();
      const chronicles = ['players', 'games', 'tokens'].map((log) => new Chronicle(log));
      await live(dataDir, chronicles, random);
      const engine = await open(dataDir);
      for (const chronicle of chronicles) await expectEveryMoment(engine, chronicle, random);
      await engine.close();
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}, 300_000);

async function open(dataDir: string): Promise<LogEngine> {
  const engine = fileEngine(resolveLogOptions({ dataDir, mainFiles: false, fsync: 'never' }), new RecordedMessages());
  await engine.open();
  return engine;
}

/** Each hour some entries, a round of compaction, now and then a restart. */
async function live(dataDir: string, chronicles: Chronicle[], random: Random): Promise<void> {
  let engine = await open(dataDir);
  for (let hour = 0; hour < DAYS * 24; hour += 1) {
    for (const chronicle of chronicles) {
      for (let n = random.below(4); n > 0; n -= 1) {
        const earliest = Math.max(START + hour * HOUR, chronicle.times.at(-1) as number);
        await chronicle.write(engine, random, earliest + random.below(START + (hour + 1) * HOUR - earliest));
      }
    }
    jest.setSystemTime(START + (hour + 1) * HOUR);
    for (const { log } of chronicles) {
      if (random.chance(0.3)) {
        await engine.compact(log, { rotate: daily, keepBackups: random.below(3), compressBackups: random.chance(0.5) });
      }
    }
    if (random.chance(0.02)) {
      await engine.close();
      engine = await open(dataDir);
    }
  }
  await engine.close();
}

async function expectEveryMoment(engine: LogEngine, chronicle: Chronicle, random: Random): Promise<void> {
  const { log, seq } = chronicle;
  const entries = await entriesOf(engine, log, { backups: true });
  expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
  const archived = (await engine.keptFiles(log)).filter(({ kind }) => kind === 'archive');
  expect(archived.length).toBeGreaterThanOrEqual(DAYS - 2);
  for (let i = 0; i < MOMENTS; i += 1) {
    const at = new Date(START + random.below(DAYS * DAY));
    expect([log, at, await engine.rebuildState(log, { at })]).toEqual([log, at, chronicle.stateAt(at.getTime())]);
    const n = random.below(seq + 1);
    expect([log, n, await engine.rebuildState(log, { at: n })]).toEqual([log, n, chronicle.states[n]]);
  }
}
