import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { CompactionService } from '../../../src/compaction/index.js';
import { CompactionWatch } from '../../../src/monitoring/compaction-watch.service.js';
import { AppendLogService } from '../../../src/storage/index.js';
import { FakeEngine } from '../../support/fake-engine.js';

let engine: FakeEngine;
let compaction: CompactionService;
let watch: CompactionWatch;

beforeEach(async () => {
  Logger.overrideLogger(false);
  engine = new FakeEngine();
  const logs = new AppendLogService({ engine: () => engine });
  await logs.onModuleInit();
  compaction = new CompactionService({ thresholdBytes: 1000 }, logs, { isRunning: false } as never);
  watch = new CompactionWatch(logs, compaction);
  jest.useFakeTimers();
  watch.onApplicationBootstrap();
});

afterEach(() => {
  watch.onApplicationShutdown();
  jest.useRealTimers();
});

const makeDue = () => engine.statsOverride.set('players', { sizeBytes: 5000, checkpointBytes: 0 });

test('knows since when a log has been worth compacting, though nobody asked', () => {
  makeDue();
  jest.advanceTimersByTime(3_600_000);
  expect(watch.dueMs('players')).toBeGreaterThan(3_500_000);
  expect(watch.dueMs('tokens')).toBe(0);
});

test('counts anew after a compaction, also where the log is worth another one at once', async () => {
  makeDue();
  jest.advanceTimersByTime(3_600_000);
  await compaction.compactLog('players');
  expect(watch.dueMs('players')).toBe(0);
  jest.advanceTimersByTime(60_000);
  expect(watch.dueMs('players')).toBe(60_000);
});

test('counts on after a compaction that failed', async () => {
  makeDue();
  jest.advanceTimersByTime(3_600_000);
  engine.compacting = () => Promise.reject(new Error('broken'));
  await expect(compaction.compactLog('players')).rejects.toThrow('broken');
  expect(watch.dueMs('players')).toBeGreaterThan(3_500_000);
});

test('outlives an engine that has nothing to say any more', async () => {
  makeDue();
  await engine.close();
  expect(() => jest.advanceTimersByTime(60_000)).not.toThrow();
});

test('stops with the application', () => {
  watch.onApplicationShutdown();
  expect(jest.getTimerCount()).toBe(0);
});
