import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AppendLogService, type LogEntry, LogError, type StorageOptions } from '../../../src/storage/index.js';
import { FakeEngine } from '../../support/fake-engine.js';

let engine: FakeEngine;
let logs: AppendLogService;

beforeEach(() => {
  engine = new FakeEngine();
  logs = new AppendLogService({ engine: () => engine });
  Logger.overrideLogger(false);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const entry = (value: unknown): Parameters<AppendLogService['append']>[1] => value as never;

describe('start', () => {
  test('opens the three known logs, those of entities and those found in the storage', async () => {
    engine.stored = ['archive_2025', 'players'];
    logs.register('guild_settings', class GuildSettings {});
    await logs.onModuleInit();
    expect(logs.logNames()).toEqual(['archive_2025', 'game_state', 'guild_settings', 'players', 'tokens']);
  });

  test('fails with the error of recovery and lets go of the storage', async () => {
    const corrupt = new LogError('LOG_CORRUPT', 'players.log is damaged');
    engine.recoveryErrors.set('players', corrupt);
    await expect(logs.onModuleInit()).rejects.toBe(corrupt);
    expect(engine.calls.at(-1)).toBe('close');
  });

  test('fails with the error of a directory that somebody else holds', async () => {
    engine.openError = new LogError('LOG_LOCKED', 'held by pid 1');
    await expect(logs.onModuleInit()).rejects.toBe(engine.openError);
    await expect(logs.get('players', 'a')).rejects.toMatchObject({ code: 'LOG_CLOSED' });
  });

  test('is not needed: the first call opens the engine, once', async () => {
    await Promise.all([logs.append('players', { op: 'SET', key: 'a', value: 1 }), logs.get('players', 'a')]);
    expect(engine.calls).toEqual(['open']);
    const keys: string[] = [];
    for await (const key of new AppendLogService({ engine: () => engine }).keys('players')) keys.push(key);
    expect(keys).toEqual(['a']);
  });

  test.each([
    [{ engine: 'files' }, 'Expected `engine` to be a function'],
    [{ fsync: 'sometimes' }, 'Expected `fsync` to be one of'],
    [{ dataDir: '' }, 'Expected `dataDir`'],
  ])('refuses the options %p', (options, message) => {
    expect(() => new AppendLogService(options as unknown as StorageOptions)).toThrow(message);
  });
});

describe('a mistake in the arguments', () => {
  test.each([
    [undefined, 'Expected `entry` to be'],
    [{ op: 'PUT', key: 'a', value: 1 }, "Expected `entry.op` to be 'SET' or 'DELETE', got 'PUT'"],
    [{ op: 'CHECKPOINT', state: {} }, 'Expected `entry.op`'],
    [{ op: 'SET', key: 5, value: 1 }, 'Expected `entry.key` to be a string, got 5'],
    [{ op: 'SET', key: 'a' }, 'Expected `entry.value`'],
    [{ op: 'SET' }, 'Expected `entry.key`'],
    [{ op: 'SET', key: 'a', data: {} }, 'either `key` and `value`, or `data`'],
    [{ op: 'SET', value: 1, data: {} }, 'either `key` and `value`, or `data`'],
    [{ op: 'SET', data: [] }, 'Expected `entry.data` to be a plain object'],
    [{ op: 'SET', data: null }, 'Expected `entry.data` to be a plain object'],
    [{ op: 'DELETE' }, 'Expected `entry.key`'],
    [{ op: 'DELETE', key: 'a', value: 1 }, 'a DELETE with a key only'],
  ])('refuses to append %j', async (given, message) => {
    await expect(logs.append('players', entry(given))).rejects.toThrow(message);
    await expect(logs.append('players', entry(given))).rejects.toBeInstanceOf(TypeError);
    expect(engine.calls).toEqual([]);
  });

  test.each([{ actor: 5 }, { reason: null }, 'me', []])('refuses the meta %j', async (meta) => {
    await expect(logs.append('players', { op: 'DELETE', key: 'a' }, meta as never)).rejects.toThrow(/`meta/);
  });

  test('rejects where the method is asynchronous, whatever the method', async () => {
    const calls: Promise<unknown>[] = [
      logs.append('../x', { op: 'DELETE', key: 'a' }),
      logs.get('players', 5 as unknown as string),
      logs.has('', 'a'),
      logs.update('players', 'a', 5 as never),
      logs.readLogEntries('Players'),
      logs.rebuildState('players', { at: new Date('never') }),
      logs.getLogSize('a/b'),
      logs.needsCompaction('players', -1),
      logs.compact('nul\0'),
    ];
    for (const call of calls) await expect(call).rejects.toBeInstanceOf(TypeError);
    expect(engine.calls).toEqual([]);
  });

  test('throws where the method is synchronous', () => {
    const calls = [
      () => logs.keys('../x'),
      () => logs.entries(''),
      () => logs.size('A'),
      () => logs.stats('a b'),
      () => logs.recoveryReport('.'),
      () => logs.changes('a/b'),
      () => logs.streamLogEntries('players', { fromSeq: -1 }),
      () => logs.streamLogEntries('players', { from: 'yesterday' }),
      () => logs.streamLogEntries('players', { key: 5 as unknown as string }),
    ];
    for (const call of calls) expect(call).toThrow(TypeError);
  });

  test('refuses an asynchronous update, whose result would come too late', async () => {
    const asynchronous = (async () => 1) as unknown as () => number;
    await expect(logs.update('players', 'a', asynchronous)).rejects.toThrow('Expected `fn` to be synchronous');
    await expect(logs.has('players', 'a')).resolves.toBe(false);
  });
});

describe('changes', () => {
  test('survive a subscriber that throws, and so does the writer', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const seen: LogEntry[] = [];
    logs.changes().subscribe(() => {
      throw new Error('broken dashboard');
    });
    logs.changes('players').subscribe((change) => seen.push(change));
    const written = await logs.append('players', { op: 'SET', key: 'a', value: 1 });
    expect(seen).toEqual([written]);
    expect(error).toHaveBeenCalledTimes(1);
  });

  test('complete at shutdown, after which the engine is closed', async () => {
    await logs.onModuleInit();
    let completed = false;
    logs.changes().subscribe({ complete: () => (completed = true) });
    await logs.onApplicationShutdown();
    expect(completed).toBe(true);
    await expect(logs.append('players', { op: 'DELETE', key: 'a' })).rejects.toMatchObject({ code: 'LOG_CLOSED' });
  });

  test('a store that was never opened stays closed after shutdown', async () => {
    await logs.onApplicationShutdown();
    await expect(logs.get('players', 'a')).rejects.toMatchObject({ code: 'LOG_CLOSED' });
    expect(engine.calls).toEqual(['close']);
  });
});

describe('needsCompaction', () => {
  test('asks for entries after the checkpoint, not only for size', async () => {
    engine.statsOverride.set('players', { sizeBytes: 3_000, checkpointBytes: 2_900 });
    await expect(logs.needsCompaction('players', 1_000)).resolves.toBe(false);
    engine.statsOverride.set('players', { sizeBytes: 4_500, checkpointBytes: 2_900 });
    await expect(logs.needsCompaction('players', 1_000)).resolves.toBe(true);
    await expect(logs.needsCompaction('players')).resolves.toBe(false);
  });
});

describe('going back in time', () => {
  test.each([
    [{}, 'Expected `at` to be a valid Date or a seq ≥ 0, got undefined'],
    [{ at: '2026-11-22' }, 'Expected `at` to be'],
    [{ at: new Date(Number.NaN) }, 'Expected `at` to be'],
    [{ at: 1, key: 5 }, 'Expected `key` to be a string'],
  ])('refuses to restore %p, and writes nothing', async (options, message) => {
    await expect(logs.restore('players', options as never)).rejects.toThrow(message);
    await expect(logs.restore('../players', { at: 1 })).rejects.toThrow('log name');
    expect(engine.logs.size).toBe(0);
  });

  test('refuses a difference between moments that are none', async () => {
    await expect(logs.diff('players', { from: -1 })).rejects.toThrow('Expected `from`');
    await expect(logs.diff('players', { from: 1, to: 1.5 })).rejects.toThrow('Expected `to`');
    await expect(logs.diff('players', undefined as never)).rejects.toThrow('Expected `from`');
  });
});
