import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type CompactionOptions, CompactionService } from '../../../src/compaction/index.js';
import { AppendLogService, LogError } from '../../../src/storage/index.js';
import { FakeEngine } from '../../support/fake-engine.js';

let engine: FakeEngine;
let logs: AppendLogService;
let scheduler: ManualScheduler;

/** Ticks when the test says so. */
class ManualScheduler {
  tick: () => Promise<void> = async () => {};
  isRunning = false;
  starts = 0;

  start(_: unknown, tick: () => Promise<void>): void {
    if (this.isRunning) return;
    this.starts += 1;
    this.isRunning = true;
    this.tick = tick;
  }

  stop(): void {
    this.isRunning = false;
  }
}

beforeEach(async () => {
  Logger.overrideLogger(false);
  engine = new FakeEngine();
  logs = new AppendLogService({ engine: () => engine });
  scheduler = new ManualScheduler();
  await logs.onModuleInit();
});

afterEach(() => {
  jest.restoreAllMocks();
});

const serviceWith = (options: CompactionOptions = {}): CompactionService =>
  new CompactionService(options, logs, scheduler as never);
const compacted = (): string[] => engine.compactions.map(({ log }) => log);

function makeLarge(...names: string[]): void {
  for (const name of names) engine.statsOverride.set(name, { sizeBytes: 5_000, checkpointBytes: 0 });
}

/** Lets the next compactions wait until `finish` is called. */
function holdCompactions(): { finish: () => void } {
  let finish = (): void => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  engine.compacting = () => held;
  return { finish };
}

describe('by hand', () => {
  test('compacts a log of any size and remembers the outcome', async () => {
    const service = serviceWith({ keepBackups: 7 });
    const report = await service.compactLog('players');
    expect(report).toMatchObject({ log: 'players', outcome: 'compacted' });
    expect(service.lastOutcome('players')).toBe(report);
    expect(service.lastOutcome('tokens')).toBeUndefined();
    expect(engine.compactions).toEqual([{ log: 'players', options: { keepBackups: 7 } }]);
  });

  test('asks for rotation, retention and compressed backups where they are chosen', async () => {
    await serviceWith({ rotation: 'weekly', retention: { maxAgeDays: 2 }, compressBackups: true }).compactLog(
      'players',
    );
    const [asked] = engine.compactions;
    expect(asked?.options).toMatchObject({
      keepBackups: 3,
      compressBackups: true,
      retention: { maxAgeMs: 172_800_000 },
    });
    expect(asked?.options?.rotate?.(Date.parse('2026-11-22T12:00:00.000Z')).name).toBe('2026-W47');
  });

  test('compacts every open log', async () => {
    const reports = await serviceWith().compactAllLogs();
    expect(reports.map(({ log }) => log)).toEqual(['game_state', 'players', 'tokens']);
  });

  test('rejects with the error of a compaction that failed, and remembers it', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const full = new LogError('LOG_DISK_FULL', 'the disk is full');
    engine.compacting = () => Promise.reject(full);
    const service = serviceWith();
    await expect(service.compactLog('players')).rejects.toBe(full);
    expect(service.lastOutcome('players')).toMatchObject({
      outcome: 'failed',
      reason: 'the disk is full',
      error: full,
    });
    expect(error).toHaveBeenCalledTimes(1);
  });

  test('goes on with the other logs after a failure', async () => {
    engine.compacting = async (log) => {
      if (log === 'game_state') throw new Error('broken');
    };
    const reports = await serviceWith().compactAllLogs();
    expect(reports.map(({ log, outcome }) => `${log} ${outcome}`)).toEqual([
      'game_state failed',
      'players compacted',
      'tokens compacted',
    ]);
  });

  test('lets a second call for one log wait its turn', async () => {
    const { finish } = holdCompactions();
    const service = serviceWith();
    const calls = [service.compactLog('players'), service.compactLog('players')];
    await new Promise((resolve) => setImmediate(resolve));
    expect(compacted()).toEqual(['players']);
    finish();
    await Promise.all(calls);
    expect(compacted()).toEqual(['players', 'players']);
  });

  test('refuses a name that no log can have, and remembers nothing', async () => {
    const service = serviceWith();
    await expect(service.compactLog('../x')).rejects.toBeInstanceOf(TypeError);
    expect(() => service.lastOutcome('../x')).toThrow(TypeError);
    expect(() => service.start(['players', '../x'])).toThrow(TypeError);
    expect(scheduler.starts).toBe(0);
  });
});

describe('by schedule', () => {
  test('starts with the application, once, unless it is disabled', () => {
    const service = serviceWith();
    service.onApplicationBootstrap();
    service.start();
    expect(scheduler.starts).toBe(1);
    scheduler = new ManualScheduler();
    serviceWith({ enabled: false }).onApplicationBootstrap();
    expect(scheduler.starts).toBe(0);
  });

  test('compacts the logs that need it and no others', async () => {
    makeLarge('players', 'tokens');
    engine.statsOverride.set('game_state', { sizeBytes: 5_000, checkpointBytes: 4_900 });
    serviceWith({ thresholdBytes: 1_000 }).start();
    await scheduler.tick();
    expect(compacted()).toEqual(['players', 'tokens']);
  });

  test('looks after the given logs alone, also when it was started before', async () => {
    makeLarge('players', 'tokens');
    const service = serviceWith({ thresholdBytes: 1_000 });
    service.start();
    service.start(['tokens']);
    await scheduler.tick();
    expect(compacted()).toEqual(['tokens']);
  });

  test('does nothing at a tick during the former round', async () => {
    makeLarge('players');
    const { finish } = holdCompactions();
    serviceWith({ thresholdBytes: 1_000 }).start();
    const first = scheduler.tick();
    await scheduler.tick();
    finish();
    await first;
    expect(compacted()).toEqual(['players']);
    await scheduler.tick();
    expect(compacted()).toEqual(['players', 'players']);
  });

  test('survives every failure, remembers it and goes on', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    makeLarge('game_state', 'players', 'tokens');
    engine.compacting = async (log) => {
      if (log === 'players') throw new LogError('LOG_IO', 'no more files');
    };
    jest.spyOn(logs, 'getLogSize').mockRejectedValueOnce(new LogError('LOG_IO', 'unreadable'));
    const service = serviceWith({ thresholdBytes: 1_000 });
    service.start();
    await scheduler.tick();
    expect(service.lastOutcome('game_state')).toMatchObject({ outcome: 'failed', reason: 'unreadable' });
    expect(service.lastOutcome('players')).toMatchObject({ outcome: 'failed', reason: 'no more files' });
    expect(service.lastOutcome('tokens')).toMatchObject({ outcome: 'compacted' });
    expect(error).toHaveBeenCalledTimes(2);
  });
});

describe('what an operator asks', () => {
  test('says which logs the schedule would compact', () => {
    makeLarge('players');
    const service = serviceWith({ thresholdBytes: 1_000 });
    expect(service.isDue('players')).toBe(true);
    expect(service.isDue('tokens')).toBe(false);
    expect(() => service.isDue('../x')).toThrow(TypeError);
  });

  test('says how often the schedule looks, where one runs', async () => {
    const service = serviceWith({ cron: '0 * * * *' });
    expect(service.scheduleMs).toBeUndefined();
    service.start();
    expect(service.scheduleMs).toBe(3_600_000);
    await service.stop();
    expect(service.scheduleMs).toBeUndefined();
  });
});

describe('outcomes', () => {
  const heardFrom = (service: CompactionService): string[] => {
    const heard: string[] = [];
    service.outcomes().subscribe({
      next: ({ log, outcome }) => heard.push(`${log} ${outcome}`),
      complete: () => heard.push('complete'),
    });
    return heard;
  };

  test('tells of each compaction once, by hand or by schedule, whatever came of it', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    makeLarge('players', 'tokens');
    engine.compacting = async (log) => {
      if (log === 'players') throw new Error('broken');
    };
    const service = serviceWith({ thresholdBytes: 1_000 });
    const heard = heardFrom(service);
    await service.compactLog('game_state');
    expect(heard).toEqual(['game_state compacted']);
    service.start();
    await scheduler.tick();
    expect(heard).toEqual(['game_state compacted', 'players failed', 'tokens compacted']);
  });

  test('are known to `lastOutcome` when they are told, and told before the promise resolves', async () => {
    const service = serviceWith();
    const order: unknown[] = [];
    service.outcomes().subscribe((report) => order.push(service.lastOutcome('players') === report));
    await service.compactLog('players').then(() => order.push('resolved'));
    expect(order).toEqual([true, 'resolved']);
  });

  test('go on for a subscriber that throws, and for the others; compactions do not notice', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const service = serviceWith();
    let calls = 0;
    service.outcomes().subscribe(() => {
      calls += 1;
      throw new Error('a broken dashboard');
    });
    const heard = heardFrom(service);
    await service.compactLog('players');
    await service.compactLog('tokens');
    expect(calls).toBe(2);
    expect(heard).toEqual(['players compacted', 'tokens compacted']);
    expect(error).toHaveBeenCalledWith(
      'A subscriber of outcomes() failed',
      expect.stringContaining('broken dashboard'),
    );
  });

  test('end with the application, after the last compaction, also for whoever comes later', async () => {
    const { finish } = holdCompactions();
    const service = serviceWith();
    const heard = heardFrom(service);
    const running = service.compactLog('players');
    finish();
    await service.beforeApplicationShutdown();
    service.onApplicationShutdown();
    await running;
    expect(heard).toEqual(['players compacted', 'complete']);
    expect(heardFrom(service)).toEqual(['complete']);
  });
});

describe('stop', () => {
  test('waits for the running round and begins nothing more', async () => {
    makeLarge('game_state', 'players');
    const { finish } = holdCompactions();
    const service = serviceWith({ thresholdBytes: 1_000 });
    service.start();
    const round = scheduler.tick();
    let stopped = false;
    const stop = service.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    finish();
    await Promise.all([stop, round]);
    expect(compacted()).toEqual(['game_state']);
    expect(scheduler.isRunning).toBe(false);
  });

  test('waits for a compaction by hand, also for one that fails', async () => {
    const { finish } = holdCompactions();
    const service = serviceWith();
    const order: string[] = [];
    const compaction = service.compactLog('players').then(() => order.push('compacted'));
    const stop = service.beforeApplicationShutdown().then(() => order.push('stopped'));
    finish();
    await Promise.all([compaction, stop]);
    expect(order).toEqual(['compacted', 'stopped']);
    engine.compacting = () => Promise.reject(new Error('broken'));
    const failing = service.compactLog('players');
    await service.stop();
    await expect(failing).rejects.toThrow('broken');
  });

  test('is harmless without a start, and a start may follow', async () => {
    const service = serviceWith();
    await service.stop();
    await service.stop();
    service.start();
    expect(scheduler.isRunning).toBe(true);
  });
});
