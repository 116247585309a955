import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fileEngine, fileEngineOn, resolveLogOptions } from '../../src/storage/log/index.js';
import { auditBytes, auditDirectory, backupNames, collect, logPath, readRawLog } from '../support/audit.js';
import { Child, killAllChildren } from '../support/child.js';
import { crashedDirectory, inMemory, legacyDirectories, openedEquals } from '../support/crash-scenes.js';
import type { DiskCall } from '../support/guarded-disk.js';
import { type DeathPoint, type MortalDisk, mortalDisk } from '../support/mortal-disk.js';
import { removeAllScratch, removeScratch, scratchDirectory } from '../support/scratch.js';
import { LogModel, sentValue, takeMessage } from '../support/write-model.js';
import type { KillPointArgument } from './kill-point-child.js';

const SCRIPT = new URL('./kill-point-child.js', import.meta.url);
const LOG = 'players';
const AT_ONCE = 3;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

interface Point {
  call: number;
  point: DeathPoint;
  /** What is called, for the reader. */
  name: string;
}

/** After every call that changes something, which is before the next one too, and in the middle of every write. */
function pointsOf(calls: readonly DiskCall[]): Point[] {
  return calls.flatMap(({ name, path, changes }, i) => {
    const points: DeathPoint[] = i === 0 ? ['before'] : [];
    if (name === 'write') points.push('half');
    if (changes) points.push('after');
    return points.map((point) => ({ call: i + 1, point, name: `${point} call ${i + 1}, ${name} ${basename(path)}` }));
  });
}

/** Runs the program; one thread for the disk makes its calls come in the same order each time. */
function start(given: KillPointArgument, models: ReadonlyMap<string, LogModel> = new Map()): Child {
  return new Child(SCRIPT, given, {
    env: { UV_THREADPOOL_SIZE: '1' },
    onMessage: (message) => takeMessage(models, message),
  });
}

async function callsOf(given: Omit<KillPointArgument, 'call' | 'point'>): Promise<DiskCall[]> {
  const child = new Child(SCRIPT, { ...given, call: 0, point: 'before' }, { env: { UV_THREADPOOL_SIZE: '1' } });
  const [, calls] = await child.message('lived');
  await child.ended;
  return calls as DiskCall[];
}

/** Tries all points, a few at once, and gives one line for each that went wrong. */
async function tryAll(points: readonly Point[], trial: (point: Point, dataDir: string) => Promise<void>) {
  const failures: string[] = [];
  const left = [...points];
  const take = async () => {
    for (let point = left.shift(); point; point = left.shift()) {
      const dataDir = scratchDirectory();
      await trial(point, dataDir).catch((error) => failures.push(`${point?.name}: ${(error as Error).message}`));
      removeScratch(dataDir);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return failures;
}

describe('killed at any call of the file door', () => {
  test('a life of appends, two compactions and a close keeps every acknowledged write', async () => {
    const given = { program: 'life' as const, logs: [LOG], firstId: 0 };
    const calls = await callsOf({ ...given, dataDir: scratchDirectory() });
    const points = pointsOf(calls);
    let killed = 0;
    const failures = await tryAll(points, async (point, dataDir) => {
      const models = new Map([[LOG, new LogModel()]]);
      const { signal } = await start({ ...given, ...point, dataDir }, models).ended;
      if (signal === 'SIGKILL') killed += 1;
      auditBytes(dataDir, models);
      await auditDirectory(dataDir, models);
      await liveOn(dataDir, models);
      expect(backupNames(dataDir, LOG).length).toBeLessThanOrEqual(3);
    });
    expect(failures).toEqual([]);
    expect(killed).toBeGreaterThan(points.length * 0.95);
  }, 120_000);

  test('opening a torn log can be begun again and again', async () => {
    const scene = await crashedDirectory();
    const calls = await callsOf({ program: 'open', logs: [LOG], firstId: 0, dataDir: scene.copy() });
    const failures = await tryAll(pointsOf(calls), async (point, dataDir) => {
      scene.copy(dataDir);
      await start({ program: 'open', logs: [LOG], firstId: 0, dataDir, ...point }).ended;
      await openedEquals(dataDir, scene.expected);
      const { wholeBytes, size } = readRawLog(logPath(dataDir, LOG));
      expect(size).toBe(wholeBytes);
    });
    expect(failures).toEqual([]);
  }, 120_000);

  test('a backup is a former log, never a second name of the active one', async () => {
    const given = { program: 'life' as const, logs: [LOG], firstId: 0 };
    const calls = await callsOf({ ...given, dataDir: scratchDirectory() });
    const points = pointsOf(calls).filter(({ call, point }) => calls[call - 1]?.name === 'link' && point === 'after');
    expect(points).toHaveLength(2);
    const failures = await tryAll(points, async (point, dataDir) => {
      const models = new Map([[LOG, new LogModel()]]);
      await start({ ...given, ...point, dataDir }, models).ended;
      expect((await auditDirectory(dataDir, models)).sharedBackups).toEqual([]);
    });
    expect(failures).toEqual([]);
  }, 30_000);
});

describe('dead at any call of the file door', () => {
  test.each(legacyDirectories())(
    'adopting the older directory %s can be begun again and again',
    async (_, source) => {
      const expected = JSON.parse(readFileSync(`${source}/expected.json`, 'utf8')) as Record<string, object>;
      const dataDir = `${source}/data`;
      const before = inMemory(dataDir);
      const open = async (disk: MortalDisk) => {
        const engine = fileEngineOn(disk)(resolveLogOptions({ dataDir }), collect([]));
        await engine.open();
        for (const log of Object.keys(expected)) await engine.openLog(log);
        await engine.close();
      };
      const living = mortalDisk(before.copy());
      await open(living);
      const failures = await tryAll(pointsOf(living.calls), async ({ call, point }) => {
        const disk = before.copy();
        const dying = mortalDisk(disk, call, point);
        await Promise.race([dying.died, open(dying)]);
        await openedEquals(dataDir, expected, disk);
        await openedEquals(dataDir, expected, disk);
      });
      expect(failures).toEqual([]);
    },
    60_000,
  );
});

/** The directory goes on as if nothing had been: a write, a compaction, and all is there. */
async function liveOn(dataDir: string, models: ReadonlyMap<string, LogModel>): Promise<void> {
  const engine = fileEngine(resolveLogOptions({ dataDir }), collect([]));
  const id = 1_000_000;
  await engine.open();
  try {
    models.get(LOG)?.sent({ id, kind: 'set', key: 'after', n: id });
    const { seq } = await engine.append(LOG, { op: 'SET', key: 'after', value: sentValue('after', id) });
    models.get(LOG)?.acknowledged(id, seq);
    const { outcome } = await engine.compact(LOG);
    expect(outcome).toBe('compacted');
  } finally {
    await engine.close();
  }
  auditBytes(dataDir, models);
  await auditDirectory(dataDir, models);
}
