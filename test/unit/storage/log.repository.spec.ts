import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Min } from 'class-validator';
import {
  AppendLogService,
  getRepositoryToken,
  LogEntity,
  type LogEntry,
  type LogRepository,
  StorageModule,
  ValueRefusedError,
} from '../../../src/storage/index.js';
import { startApplication, temporaryDirectory } from '../../support/store.js';

@LogEntity({ log: 'guild_settings' })
class GuildSettings {
  @IsString()
  prefix!: string;

  @IsInt()
  @Min(0)
  uses!: number;

  @IsOptional()
  @IsString()
  note?: string;

  get title(): string {
    return `${this.prefix}${this.uses}`;
  }
}

let app: INestApplicationContext;
let logs: AppendLogService;
let repository: LogRepository<GuildSettings>;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
  app = await startApplication([
    StorageModule.forRoot({ dataDir: directory.path }),
    StorageModule.forFeature([GuildSettings]),
  ]);
  logs = app.get(AppendLogService);
  repository = app.get(getRepositoryToken(GuildSettings));
});

afterEach(async () => {
  await app.close();
  await directory.remove();
});

const settings = (prefix: string, uses: number): GuildSettings => Object.assign(new GuildSettings(), { prefix, uses });
const logEntries = (): Promise<LogEntry[]> => logs.readLogEntries('guild_settings');

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('gives back an instance of the class', async () => {
  const stored = await repository.set('g1', settings('!', 1));
  const read = await repository.get('g1');
  for (const value of [stored, read]) {
    expect(value).toBeInstanceOf(GuildSettings);
    expect(value?.title).toBe('!1');
  }
  await expect(repository.get('nobody')).resolves.toBeUndefined();
});

test('knows its keys, entries and size', async () => {
  await repository.set('g1', settings('!', 1));
  await repository.set('g2', settings('?', 2));
  await expect(repository.has('g1')).resolves.toBe(true);
  await expect(repository.has('g3')).resolves.toBe(false);
  expect(repository.size()).toBe(2);
  await expect(all(repository.keys())).resolves.toEqual(['g1', 'g2']);
  const entries = await all(repository.entries());
  expect(entries.map(([key, value]) => [key, value.title])).toEqual([
    ['g1', '!1'],
    ['g2', '?2'],
  ]);
  expect(entries[0]?.[1]).toBeInstanceOf(GuildSettings);
});

describe('a refused value', () => {
  test('changes nothing when it is set', async () => {
    await repository.set('g1', settings('!', 1));
    const before = await logEntries();
    await expect(repository.set('g1', settings('!', -1))).rejects.toThrow(/uses: uses must not be less than 0/);
    await expect(repository.set('g1', settings('!', -1))).rejects.toBeInstanceOf(ValueRefusedError);
    await expect(repository.set('g2', 'text' as unknown as GuildSettings)).rejects.toBeInstanceOf(TypeError);
    await expect(logEntries()).resolves.toEqual(before);
  });

  test('changes nothing when an update returns it', async () => {
    await repository.set('g1', settings('!', 1));
    const before = await logEntries();
    await expect(repository.update('g1', () => settings('!', 0.5))).rejects.toThrow(/uses must be an integer number/);
    await expect(logEntries()).resolves.toEqual(before);
    await expect(repository.get('g1')).resolves.toMatchObject({ uses: 1 });
  });

  test('of which JSON cannot carry a member changes nothing either', async () => {
    const weird = Object.assign(settings('!', 1), { extra: 5n });
    await expect(repository.set('g1', weird)).rejects.toThrow(/extra/);
    await expect(repository.has('g1')).resolves.toBe(false);
  });
});

describe('update', () => {
  test('counts every one of many at once', async () => {
    const increments = Array.from({ length: 50 }, () =>
      repository.update('g1', (current) => settings('!', (current?.uses ?? 0) + 1)),
    );
    const results = await Promise.all(increments);
    expect(results.map((result) => result?.uses)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    await expect(repository.get('g1')).resolves.toMatchObject({ uses: 50 });
  });

  test('hands over and gives back instances', async () => {
    await repository.set('g1', settings('!', 1));
    const titles: (string | undefined)[] = [];
    const result = await repository.update('g1', (current) => {
      titles.push(current?.title);
      return { prefix: '?', uses: 2 } as GuildSettings;
    });
    expect(titles).toEqual(['!1']);
    expect(result?.title).toBe('?2');
  });

  test('that returns undefined deletes', async () => {
    await repository.set('g1', settings('!', 1));
    await expect(repository.update('g1', () => undefined)).resolves.toBeUndefined();
    await expect(repository.has('g1')).resolves.toBe(false);
  });

  test('that throws writes nothing and rejects with what was thrown', async () => {
    const reason = new Error('changed my mind');
    const update = repository.update('g1', () => {
      throw reason;
    });
    await expect(update).rejects.toBe(reason);
    await expect(logEntries()).resolves.toEqual([]);
  });
});

describe('delete', () => {
  test('tells whether there was something, and writes nothing where there was not', async () => {
    await repository.set('g1', settings('!', 1));
    await expect(repository.delete('g1')).resolves.toBe(true);
    await expect(repository.delete('g1')).resolves.toBe(false);
    const entries = await logEntries();
    expect(entries.map(({ op }) => op)).toEqual(['SET', 'DELETE']);
  });

  test('is done by one of many at once', async () => {
    await repository.set('g1', settings('!', 1));
    const deleted = await Promise.all([repository.delete('g1'), repository.delete('g1'), repository.delete('g1')]);
    expect(deleted.filter(Boolean)).toHaveLength(1);
  });
});

test('keeps the audit trail of every kind of write', async () => {
  const meta = { actor: 'ana', reason: 'because' };
  await repository.set('g1', settings('!', 1), meta);
  await repository.update('g1', () => settings('!', 2), meta);
  await repository.delete('g1', meta);
  const entries = await logEntries();
  expect(entries.map((entry) => entry.meta)).toEqual([meta, meta, meta]);
});

test('tells its changes and no other log’s', async () => {
  const changes: string[] = [];
  const subscription = repository.changes().subscribe(({ op, key }) => changes.push(`${op} ${key}`));
  await repository.set('g1', settings('!', 1));
  await logs.append('players', { op: 'SET', key: 'p', value: {} });
  await repository.delete('g1');
  subscription.unsubscribe();
  await repository.set('g2', settings('!', 1));
  expect(changes).toEqual(['SET g1', 'DELETE g1']);
});

test('tells the history of a key, oldest first, through compactions', async () => {
  await repository.set('g1', settings('a', 1));
  await repository.set('other', settings('x', 1));
  await repository.set('g1', settings('b', 2));
  await logs.compact('guild_settings');
  await repository.delete('g1');
  const history = (await all(repository.history('g1'))).filter(({ op }) => op !== 'CHECKPOINT');
  expect(history.map(({ op, value }) => [op, (value as GuildSettings | undefined)?.prefix])).toEqual([
    ['SET', 'a'],
    ['SET', 'b'],
    ['DELETE', undefined],
  ]);
});

test('takes the keys that trip up objects', async () => {
  for (const key of ['', '__proto__', 'constructor', '🎨\u2028']) {
    await repository.set(key, settings(key, 1));
    await expect(repository.get(key)).resolves.toMatchObject({ prefix: key });
  }
  expect(repository.size()).toBe(4);
});
