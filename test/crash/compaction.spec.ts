import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fileEngine, type LogEngine, type LogEntry, resolveLogOptions } from '../../src/storage/log/index.js';
import { assertInOrder, backupNames, collect, logPath, readRawLog, stateOfEntries } from '../support/audit.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

const LOG = 'players';
const WRITERS = 64;
const COMPACTIONS = 8;

let dataDir: string;
let engine: LogEngine;

beforeEach(async () => {
  dataDir = scratchDirectory();
  engine = fileEngine(resolveLogOptions({ dataDir }), collect([]));
  await engine.open();
  await engine.openLog(LOG);
});

afterEach(async () => {
  await engine.close();
  removeAllScratch();
});

interface Load {
  /** Each writer's last word about its own keys; undefined where it deleted one. */
  words: Map<string, unknown>;
  rounds: number;
  increments: number;
}

/** 64 writers, each with keys of its own and one that all count on, until `done`. Each reads back what it wrote. */
async function write(done: () => boolean): Promise<Load> {
  const load: Load = { words: new Map(), rounds: 0, increments: 0 };
  const writer = async (number: number) => {
    for (let round = 0; !done(); round += 1) {
      const key = `w${number}.${round % 5}`;
      const value = round % 4 === 3 ? undefined : { number, round, body: 'b'.repeat((round * 37) % 400) };
      await engine.append(LOG, value ? { op: 'SET', key, value } : { op: 'DELETE', key });
      load.words.set(key, value);
      expect(await engine.get(LOG, key)).toEqual(value);
      if (round % 8 === 0) {
        load.increments += 1;
        await engine.update<number>(LOG, 'shared', (count = 0) => count + 1);
      }
      load.rounds += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
  return load;
}

function expectedOf({ words, increments }: Load): Map<string, string> {
  const expected = new Map([['shared', JSON.stringify(increments)]]);
  for (const [key, value] of words) if (value !== undefined) expected.set(key, JSON.stringify(value));
  return expected;
}

/** A moment of writing, however slow the disk is: there is something to compact afterwards. */
async function written(): Promise<void> {
  const before = engine.stats(LOG).appends;
  do await new Promise((resolve) => setTimeout(resolve, 30));
  while (engine.stats(LOG).appends === before);
}

const sorted = (state: ReadonlyMap<string, string>) => [...state].sort(([a], [b]) => (a < b ? -1 : 1));

describe('compaction under 64 writers', () => {
  test('loses nothing, keeps exactly the newest 3 backups, and leaves entries in seq order', async () => {
    const heard: LogEntry[] = [];
    engine.onChange((_, entry) => heard.push(entry));
    let done = false;
    const writing = write(() => done);
    const backups: string[] = [];
    for (let i = 0; i < COMPACTIONS; i += 1) {
      await written();
      const { outcome, backup } = await engine.compact(LOG);
      expect(outcome).toBe('compacted');
      backups.push(backup as string);
      expect(backupNames(dataDir, LOG)).toEqual(backups.slice(-3));
    }
    done = true;
    const load = await writing;
    const expected = sorted(expectedOf(load));
    expect(load.rounds).toBeGreaterThan(WRITERS * COMPACTIONS);

    expect(sorted(stateOfEntries(heard))).toEqual(expected);
    expect(heard.map(({ seq }) => seq)).toEqual(heard.map((_, i) => i + 1));
    const rebuilt = await engine.rebuildState(LOG);
    expect(sorted(new Map(Object.entries(rebuilt).map(([key, value]) => [key, JSON.stringify(value)])))).toEqual(
      expected,
    );
    await engine.close();

    const { entries, wholeBytes, size } = readRawLog(logPath(dataDir, LOG));
    expect(wholeBytes).toBe(size);
    assertInOrder(entries, LOG);
    expect(entries.at(-1)?.seq).toBe(heard.length);
    expect(sorted(stateOfEntries(entries))).toEqual(expected);
    expect(readdirSync(join(dataDir, 'logs')).filter((name) => /compacting|tmp|torn|damaged/.test(name))).toEqual([]);
  }, 60_000);

  test('makes each backup a whole log that ends where the CHECKPOINT after it, and the entries it missed, begin', async () => {
    let done = false;
    const writing = write(() => done);
    for (let i = 0; i < 3; i += 1) {
      await written();
      await engine.compact(LOG);
    }
    done = true;
    await writing;
    await engine.close();
    const files = [...backupNames(dataDir, LOG), `${LOG}.log`].map((name) => join(dataDir, 'logs', name));
    expect(new Set(files.map((file) => statSync(file).ino)).size).toBe(4);
    const logs = files.map(readRawLog);
    logs.forEach(({ entries, wholeBytes, size }, i) => {
      expect(wholeBytes).toBe(size);
      assertInOrder(entries, files[i] as string);
      const before = logs[i - 1]?.entries;
      if (!before) return;
      // The state at the CHECKPOINT's seq is the same by either file.
      const { seq } = entries[0] as LogEntry;
      const upTo = before.filter((entry) => (entry.seq as number) <= (seq as number));
      expect(upTo.at(-1)?.seq).toBe(seq);
      expect(sorted(stateOfEntries(entries.slice(0, 1)))).toEqual(sorted(stateOfEntries(upTo)));
    });
  }, 60_000);

  test('lets a reader that began before the swap read on to its end', async () => {
    let done = false;
    const writing = write(() => done);
    // More than the first batch, in which each writer may have had one entry.
    while (engine.stats(LOG).seq <= WRITERS) await written();
    const seen: (number | undefined)[] = [];
    for await (const { seq } of engine.stream(LOG)) {
      seen.push(seq);
      if (seen.length === 1) {
        await engine.compact(LOG);
        await engine.compact(LOG);
      }
    }
    done = true;
    await writing;
    expect(seen.length).toBeGreaterThan(WRITERS);
    expect(seen).toEqual(seen.map((_, i) => i + 1));
  }, 60_000);
});
