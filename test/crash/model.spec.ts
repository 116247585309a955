/** Random programs against a Map; and that an engine which forgets, or answers too early, is found out by them. */
import { expect, test } from '@jest/globals';
import { type FileSystem, fileEngineOn, type LogEntry, type OpenFile } from '../../src/storage/log/index.js';
import { type EngineUnderTest, Round, runRounds } from './lab/experiment.js';
import { model } from './lab/model/model.js';

test('an engine behaves like a Map, through compactions, closings and crashes in the middle of anything', async () => {
  const { tried, violations } = await runRounds(model, 1);
  expect(violations).toEqual([]);
  expect(tried.get('programs')).toBe(250);
  expect(tried.get('steps')).toBeGreaterThan(4_000);
  for (const what of ['crashes', 'crashes while opening', 'compactions', 'reopenings', 'second engines refused']) {
    expect([what, (tried.get(what) ?? 0) > 50]).toEqual([what, true]);
  }
}, 120_000);

/** Acknowledges a write once it is accepted. */
const tooEarly: EngineUnderTest = (disk) => (options, logger) => {
  const engine = fileEngineOn(disk)(options, logger);
  const append = engine.append.bind(engine);
  engine.append = async (log, change, meta) => {
    const { seq, pending } = engine.stats(log);
    const durable = append(log, change, meta);
    if (!engine.logNames().includes(log)) return durable;
    // One that is refused at once is refused.
    await Promise.race([durable, Promise.resolve()]);
    return { ...change, seq: seq + pending + 1 } as LogEntry;
  };
  return engine;
};

/** Gives an old value now and then. */
const stale: EngineUnderTest = (disk) => (options, logger) => {
  const engine = fileEngineOn(disk)(options, logger);
  const seen = new Map<string, unknown>();
  const get = engine.get.bind(engine);
  engine.get = async <T>(log: string, key: string) => {
    const value = seen.has(key) ? seen.get(key) : await get<T>(log, key);
    seen.set(key, value);
    return value as T | undefined;
  };
  return engine;
};

/** Overlooks the last byte of a log that it opens, and cuts the line as torn. */
const forgetful: EngineUnderTest = (disk) => {
  const blind: FileSystem = Object.assign(Object.create(disk) as FileSystem, {
    async open(...words: Parameters<FileSystem['open']>) {
      const file = await disk.open(...words);
      const size = async () => Math.max(0, (await file.size()) - 1);
      return words[0].endsWith('.log') ? Object.assign(Object.create(file) as OpenFile, { size }) : file;
    },
  });
  return fileEngineOn(blind);
};

test.each([
  ['acknowledges what is not written yet', tooEarly, /the state at no seq|was durable when it began|was acknowledged/],
  ['gives an old value', stale, /get in . shows/],
  // Where the seal says that more was there, it refuses what is whole instead of cutting it.
  [
    'overlooks its last byte when it opens',
    forgetful,
    /the state at no seq|after a crash, but \d+ was acknowledged|Damaged: .*neither main file nor backups prove/,
  ],
])(
  'an engine that %s is found out',
  async (_, engineOn, complaint) => {
    const round = new Round(1, engineOn);
    await model.run(round);
    expect(round.violations).toEqual([expect.stringMatching(complaint)]);
  },
  120_000,
);
