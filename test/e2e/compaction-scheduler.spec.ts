import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { Cron, CronExpression, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  COMPACTION_JOB,
  CompactionModule,
  type CompactionOptions,
  CompactionService,
} from '../../src/compaction/index.js';
import { AppendLogService, StorageModule } from '../../src/storage/index.js';
import { startApplication, temporaryDirectory } from '../support/store.js';

const EVERY_SECOND = '* * * * * *';
const THRESHOLD_BYTES = 10_000;

let dataDir: string;
let removeDirectory: () => Promise<void>;
let app: INestApplicationContext | undefined;
let logs: AppendLogService;
let service: CompactionService;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  dataDir = directory.path;
  removeDirectory = directory.remove;
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  await removeDirectory();
});

async function start(
  options: CompactionOptions,
  imports: Parameters<typeof startApplication>[0] = [],
  metadata?: Parameters<typeof startApplication>[1],
): Promise<void> {
  app = await startApplication(
    [
      StorageModule.forRoot({ dataDir }),
      CompactionModule.forRoot({ thresholdBytes: THRESHOLD_BYTES, ...options }),
      ...imports,
    ],
    metadata,
  );
  logs = app.get(AppendLogService);
  service = app.get(CompactionService);
}

/** Appends over and over to a few keys until the log is larger than the threshold. */
async function grow(log: string, keys = 3): Promise<void> {
  const text = 'x'.repeat(100);
  const writes = Array.from({ length: 120 }, (_, i) =>
    logs.append(log, { op: 'SET', key: `k${i % keys}`, value: { i, text } }),
  );
  await Promise.all(writes);
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isCompacted = (log: string): boolean => service.lastOutcome(log)?.outcome === 'compacted';

describe.each<[string, CompactionOptions]>([
  ['cron', { cron: EVERY_SECOND }],
  ['interval', { intervalMs: 50 }],
])('a schedule by %s', (_, schedule) => {
  test('compacts the logs that outgrew the threshold, and only those', async () => {
    await start(schedule);
    await grow('players');
    await logs.append('tokens', { op: 'SET', key: 'small', value: 1 });
    await until(async () => (await logs.getLogSize('players')) < THRESHOLD_BYTES);
    await until(() => isCompacted('players'));
    expect(service.lastOutcome('tokens')).toBeUndefined();
    await expect(logs.get('players', 'k2')).resolves.toMatchObject({ i: 119 });
  });

  test('stays away where it is disabled, while calls go on working', async () => {
    await start({ ...schedule, enabled: false });
    await grow('players');
    await wait(1_200);
    expect(service.lastOutcome('players')).toBeUndefined();
    await expect(service.compactLog('players')).resolves.toMatchObject({ outcome: 'compacted', keys: 3 });
    await grow('players');
    service.start();
    await until(async () => (await logs.getLogSize('players')) < THRESHOLD_BYTES);
  });

  test('does not compact a large checkpoint again and again', async () => {
    await start({ ...schedule, enabled: false });
    const compact = jest.spyOn(logs, 'compact');
    await grow('players', 120);
    service.start();
    await until(() => isCompacted('players'));
    expect(await logs.getLogSize('players')).toBeGreaterThan(THRESHOLD_BYTES);
    await logs.append('players', { op: 'SET', key: 'k0', value: 1 });
    await wait(1_500);
    expect(compact).toHaveBeenCalledTimes(1);
  });

  test('is listed in the registry of an application that has a ScheduleModule, and leaves it at stop', async () => {
    await start(schedule, [ScheduleModule.forRoot()]);
    const registry = app?.get(SchedulerRegistry, { strict: false }) as SchedulerRegistry;
    const listed = (): boolean =>
      registry.doesExist('cron', COMPACTION_JOB) || registry.doesExist('interval', COMPACTION_JOB);
    expect(listed()).toBe(true);
    service.start();
    await grow('players');
    await until(() => isCompacted('players'));
    await service.stop();
    expect(listed()).toBe(false);
    service.start();
    expect(listed()).toBe(true);
  });

  test('ends with the application', async () => {
    await start(schedule, [ScheduleModule.forRoot()]);
    await app?.close();
    app = undefined;
    const needed = jest.spyOn(logs, 'getLogSize');
    await wait(1_200);
    expect(needed).not.toHaveBeenCalled();
  });

  test('looks after the logs given to start alone', async () => {
    await start({ ...schedule, enabled: false });
    await Promise.all([grow('players'), grow('tokens')]);
    service.start(['tokens']);
    await until(() => isCompacted('tokens'));
    await wait(200);
    expect(service.lastOutcome('players')).toBeUndefined();
  });
});

test('is hourly when nothing else is said', async () => {
  await start({}, [ScheduleModule.forRoot()]);
  const job = app?.get(SchedulerRegistry, { strict: false }).getCronJob(COMPACTION_JOB);
  expect(job?.cronTime.source).toBe(CronExpression.EVERY_HOUR);
  expect(job?.isActive).toBe(true);
});

test('does not make the other jobs of the application tick twice', async () => {
  const ticks: number[] = [];
  @Injectable()
  class Clock {
    @Cron(EVERY_SECOND)
    tick(): void {
      ticks.push(Math.round(Date.now() / 1_000));
    }
  }
  await start({ cron: EVERY_SECOND }, [ScheduleModule.forRoot()], { providers: [Clock] });
  await until(() => ticks.length >= 2);
  expect(new Set(ticks).size).toBe(ticks.length);
});

test.each([[{ cron: 'now and then' }], [{ intervalMs: -5 }], [{ keepBackups: -1 }]])(
  'the wrong option %j stops the application',
  async (options) => {
    await expect(start(options)).rejects.toThrow(`Expected \`${Object.keys(options)[0]}\``);
    await expect(start(options)).rejects.toBeInstanceOf(TypeError);
  },
);

test('takes its options from a factory too', async () => {
  app = await startApplication([
    StorageModule.forRoot({ dataDir }),
    CompactionModule.forRootAsync({ useFactory: async () => ({ thresholdBytes: 100, intervalMs: 20 }) }),
  ]);
  logs = app.get(AppendLogService);
  service = app.get(CompactionService);
  await grow('players');
  await until(() => isCompacted('players'));
});

test('keeps the newest backups, as many as asked for', async () => {
  await start({ enabled: false, keepBackups: 2 });
  for (let i = 0; i < 4; i += 1) {
    await grow('players');
    await service.compactLog('players');
  }
  const files = await readdir(join(dataDir, 'logs'));
  expect(files.filter((file) => file.startsWith('players.log.backup.'))).toHaveLength(2);
});

test('compacts every log by hand and skips what has nothing to fold', async () => {
  await start({ enabled: false });
  await grow('players');
  const outcomes = (): Promise<string[]> =>
    service.compactAllLogs().then((reports) => reports.map(({ log, outcome }) => `${log} ${outcome}`));
  await expect(outcomes()).resolves.toEqual(['game_state skipped', 'players compacted', 'tokens skipped']);
  await expect(outcomes()).resolves.toEqual(['game_state skipped', 'players skipped', 'tokens skipped']);
});

test('loses nothing that is written meanwhile, and a shutdown waits for it', async () => {
  await start({ intervalMs: 1, thresholdBytes: 1_000 });
  const writers = Array.from({ length: 64 }, async (_, writer) => {
    for (let i = 1; i <= 20; i += 1) await logs.append('players', { op: 'SET', key: `w${writer}`, value: i });
  });
  await Promise.all(writers);
  const running = service.compactLog('players');
  await app?.close();
  await expect(running).resolves.toHaveProperty('outcome');
  expect(isCompacted('players') || service.lastOutcome('players')?.outcome === 'skipped').toBe(true);
  await start({ enabled: false });
  const values = new Map<string, unknown>();
  for await (const [key, value] of logs.entries('players')) values.set(key, value);
  expect(values.size).toBe(64);
  expect([...values.values()].every((value) => value === 20)).toBe(true);
  expect(logs.recoveryReport('players').clean).toBe(true);
});
