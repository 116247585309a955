import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { CompactionWatch } from '../../../src/monitoring/compaction-watch.service.js';
import { LogHealthIndicator } from '../../../src/monitoring/index.js';
import { fileEngineOn, LogError } from '../../../src/storage/log/index.js';
import { FakeEngine } from '../../support/fake-engine.js';
import { logFile, set } from '../../support/log-words.js';
import { systemError } from '../../support/memory-disk.js';
import { becomes, monitoringStage, topics } from '../../support/monitoring-stage.js';
import { type DiskCall, WatchedDisk } from '../../support/watched-disk.js';

const stage = monitoringStage();
/** What the disk of whoever runs the tests has free is not what they are about. */
const health = { minFreeBytes: 0 };

/** Over real files, on a disk that fails where the test says so. */
async function watched(options: Parameters<typeof stage>[0] = {}) {
  const disk = new WatchedDisk();
  const storage = { mainFiles: false, engine: fileEngineOn(disk), ...options.storage };
  return { disk, ...(await stage({ monitoring: { health }, ...options, storage })) };
}

const fails = (code: string, operation: DiskCall['operation'], name: RegExp) => (call: DiskCall) => {
  if (call.operation === operation && name.test(call.path)) throw systemError(code, call.path);
};

describe('is up', () => {
  test('where every log takes writes, and says how many there are', async () => {
    const { app, logs } = await stage({ monitoring: { health } });
    await logs.append('players', set('k', 1));
    expect(await app.get(LogHealthIndicator).isHealthy()).toEqual({
      'append-log': { status: 'up', reasons: [], warnings: [], logs: 3, freeBytes: expect.any(Number) },
    });
  });

  test('under the key that is asked for, also without compaction; a key that is no name is a mistake', async () => {
    const { app } = await stage({ monitoring: { health }, compaction: false });
    const indicator = app.get(LogHealthIndicator);
    expect(await indicator.isHealthy('store')).toMatchObject({ store: { status: 'up' } });
    await expect(indicator.isHealthy('')).rejects.toBeInstanceOf(TypeError);
  });

  test('with a log that has the name of a word of the answer', async () => {
    const engine = new FakeEngine();
    const { app, logs } = await stage({ storage: { engine: () => engine }, monitoring: { health } });
    await logs.append('status', set('k', 1));
    engine.statsOverride.set('status', { poisoned: 'an fsync failed' });
    const answer = await app.get(LogHealthIndicator).isHealthy('status');
    expect(answer).toMatchObject({ status: { status: 'down', reasons: [{ about: 'poisoned', log: 'status' }] } });
  });
});

describe('is down', () => {
  test('where a log is poisoned, and says which', async () => {
    const { disk, logs, health } = await watched();
    disk.before = fails('EIO', 'sync', /players\.log$/);
    await expect(logs.append('players', set('k', 1))).rejects.toMatchObject({ code: 'LOG_POISONED' });
    disk.before = () => {};
    await logs.append('tokens', set('k', 1));
    const { status, reasons, warnings } = await health();
    expect(status).toBe('down');
    expect(topics(reasons)).toEqual(['poisoned players']);
    expect(reasons[0]?.message).toMatch(/^players is poisoned and takes no writes until it is opened again: .*fsync/);
    expect(warnings).toEqual([]);
  });

  test('while the disk is full, until a write finds room', async () => {
    const { disk, logs, health } = await watched();
    await logs.append('players', set('k', 1));
    disk.before = fails('ENOSPC', 'write', /players\.log$/);
    await expect(logs.append('players', set('k', 2))).rejects.toMatchObject({ code: 'LOG_DISK_FULL' });
    const { status, reasons } = await health();
    expect([status, ...topics(reasons)]).toEqual(['down', 'disk-full players']);
    disk.before = () => {};
    await logs.append('players', set('k', 3));
    expect(await health()).toMatchObject({ status: 'up', reasons: [] });
  });

  test('where a log that came later cannot be opened, which is not tried at every question', async () => {
    const { disk, dataDir, logs, health } = await watched();
    for (let n = 0; n < 20; n += 1) await logs.append('players', set(`k${n}`, n));
    const lines = (await readFile(logFile(dataDir, 'players'), 'utf8')).split('\n');
    lines[7] = lines[7]!.replace('"value"', '"vague"').replace(/\d/g, '7');
    await writeFile(logFile(dataDir, 'strange'), lines.join('\n'));
    const { status, reasons } = await health();
    expect([status, ...topics(reasons)]).toEqual(['down', 'recovery-refused strange']);
    expect(reasons[0]?.message).toContain('logs/strange.log');
    const opened = disk.count('open', 'strange.log');
    expect(opened).toBeGreaterThan(0);
    expect(topics((await health()).reasons)).toEqual(['recovery-refused strange']);
    expect(disk.count('open', 'strange.log')).toBe(opened);
  });

  test('where the store is closed', async () => {
    const { health, close } = await stage();
    await close();
    const { status, reasons } = await health();
    expect([status, ...topics(reasons)]).toEqual(['down', 'closed']);
    expect(reasons[0]?.message).toMatch(/^The store is closed: /);
  });

  test('where the storage cannot be reached, and asks it for nothing then', async () => {
    const engine = new FakeEngine();
    const { health } = await stage({ storage: { engine: () => engine } });
    const hindered = { ok: false, reasons: ['There is no connection to here.'] };
    Object.assign(engine, { health: () => hindered, freeBytes: () => new Promise(() => {}) });
    const { status, reasons } = await health();
    expect([status, ...topics(reasons)]).toEqual(['down', 'storage-unreachable']);
    expect(reasons[0]?.message).toBe('The storage cannot do its work: There is no connection to here.');
    Object.assign(engine, { health: () => ({ ok: true, reasons: [] }), freeBytes: async () => undefined });
    expect(await health()).toMatchObject({ status: 'up', reasons: [] });
  });

  test('where the storage is lost between two questions, and does not take that for a closed store', async () => {
    const engine = new FakeEngine();
    const { health } = await stage({ storage: { engine: () => engine } });
    const lost = new LogError('LOG_IO', 'Asking for the limits failed: timeout.');
    Object.assign(engine, { health: () => ({ ok: true, reasons: [] }), freeBytes: () => Promise.reject(lost) });
    const { status, reasons } = await health();
    expect([status, ...topics(reasons)]).toEqual(['down', 'storage-unreachable']);
    expect(reasons[0]?.message).toBe('The storage cannot do its work: Asking for the limits failed: timeout.');
  });

  test('for each warning that is told to be one', async () => {
    const given = { minFreeBytes: 1e15, downOn: ['disk-nearly-full'] as const };
    const { status, reasons, warnings } = await (await stage({ monitoring: { health: given } })).health();
    expect([status, ...topics(reasons)]).toEqual(['down', 'disk-nearly-full']);
    expect(warnings).toEqual([]);
  });
});

describe('warns', () => {
  test('of a disk with less room than is wanted, really asked', async () => {
    const { status, warnings, freeBytes } = await (
      await stage({ monitoring: { health: { minFreeBytes: 1e15 } } })
    ).health();
    expect([status, ...topics(warnings)]).toEqual(['up', 'disk-nearly-full']);
    expect(warnings[0]?.message).toBe(
      `The disk is nearly full: ${Math.floor(freeBytes! / 1024 / 1024)} MiB are free, 953674316 MiB are wanted.`,
    );
  });

  test('of a disk without room for a second copy of the largest log', async () => {
    const engine = new FakeEngine();
    const { health } = await stage({ storage: { engine: () => engine } });
    engine.free = 900_000_000;
    engine.statsOverride.set('players', { sizeBytes: 900_000_000 });
    expect(topics((await health()).warnings)).toEqual([]);
    engine.statsOverride.set('players', { sizeBytes: 900_000_001 });
    expect(topics((await health()).warnings)).toEqual(['disk-nearly-full']);
    engine.statsOverride.clear();
    engine.free = 256 * 1024 * 1024 - 1;
    expect(topics((await health()).warnings)).toEqual(['disk-nearly-full']);
    engine.free = undefined;
    expect(await health()).toEqual({ status: 'up', reasons: [], warnings: [], logs: 3 });
  });

  test('of a compaction that failed, until one succeeds', async () => {
    const { disk, logs, compaction, health } = await watched();
    await logs.append('players', set('k', 1));
    disk.before = fails('EIO', 'open', /\.compacting$/);
    await expect(compaction.compactLog('players')).rejects.toMatchObject({ code: 'LOG_IO' });
    const { status, warnings } = await health();
    expect([status, ...topics(warnings)]).toEqual(['up', 'compaction-failing players']);
    expect(warnings[0]?.message).toMatch(/^The last compaction of players, begun at \d{4}-.*Z, failed: .*EIO/);
    disk.before = () => {};
    await compaction.compactLog('players');
    expect((await health()).warnings).toEqual([]);
  });

  test('of a compaction that is overdue, until it is done', async () => {
    const { logs, compaction, health } = await stage({
      compaction: { enabled: false, thresholdBytes: 100 },
      monitoring: { health: { minFreeBytes: 0, compactionOverdueMs: 30 } },
    });
    for (let n = 0; n < 5; n += 1) await logs.append('players', set('k', n));
    expect((await health()).warnings).toEqual([]);
    const { warnings } = await becomes('The warning', health, (seen) => seen.warnings.length > 0);
    expect(topics(warnings)).toEqual(['compaction-overdue players']);
    await compaction.compactLog('players');
    expect((await health()).warnings).toEqual([]);
  });

  test.each([
    ['a schedule passed over it twice', { intervalMs: 3_600_000 }, 7_200_000],
    ['a minute of a schedule that looks every second', { intervalMs: 1000 }, 60_000],
    ['a day where no schedule runs', { enabled: false }, 86_400_000],
    ['a day where nobody compacts', false as const, 86_400_000],
  ])('of no compaction before %s', async (_, compaction, ms) => {
    const { app } = await stage({ compaction });
    expect(app.get(CompactionWatch).lateAfterMs).toBe(ms);
  });

  test('of a log that had to be mended at the start, for a while', async () => {
    const first = await stage({ monitoring: { health } });
    const { dataDir } = first;
    await first.logs.append('players', set('k', 1));
    await first.close();
    await appendFile(logFile(dataDir, 'players'), '{"timestamp":"2026-11-2');
    const storage = { dataDir };
    const second = await stage({ storage, monitoring: { health } });
    const { status, warnings } = await second.health();
    expect([status, ...topics(warnings)]).toEqual(['up', 'recovery-healed players']);
    expect(warnings[0]?.message).toMatch(/^Opening players had to mend it: .+/);
    await second.close();

    await appendFile(logFile(dataDir, 'players'), '{"timestamp":"2026-11-2');
    const third = await stage({ storage, monitoring: { health: { ...health, recoveryHealedMs: 30 } } });
    expect(third.logs.recoveryReport('players').clean).toBe(false);
    await becomes('The end of the warning', third.health, (seen) => seen.warnings.length === 0);
  });

  test('of a main file that cannot be written, until it is', async () => {
    const { disk, logs, health } = await watched({ storage: { mainFiles: { maxStaleMs: 0 } } });
    disk.before = fails('EACCES', 'open', /players\.json/);
    await logs.append('players', set('k', 1));
    const { status, warnings } = await becomes('The warning', health, (seen) => seen.warnings.length > 0);
    expect([status, ...topics(warnings)]).toEqual(['up', 'main-file-stale players']);
    expect(warnings[0]?.message).toMatch(/^The main file of players cannot be written: .*EACCES/);
    disk.before = () => {};
    await logs.append('players', set('k', 2));
    await becomes('The end of the warning', health, (seen) => seen.warnings.length === 0);
  });

  test('of a main file that lags too far behind', async () => {
    const { logs, health } = await stage({
      storage: { mainFiles: { maxStaleMs: 600_000 } },
      monitoring: { health: { minFreeBytes: 0, mainFileStaleMs: 30 } },
    });
    await logs.append('players', set('k', 1));
    const { warnings } = await becomes('The warning', health, (seen) => seen.warnings.length > 0);
    expect(topics(warnings)).toEqual(['main-file-stale players']);
    expect(warnings[0]?.message).toMatch(/^The main file of players has lacked the newest entries for \d+ s\.$/);
  });
});
