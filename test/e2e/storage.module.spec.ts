import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { IsString } from 'class-validator';
import {
  AppendLogService,
  getRepositoryToken,
  InjectRepository,
  LogEntity,
  LogRepository,
  PlayerRepository,
  StorageModule,
  type StorageOptions,
} from '../../src/storage/index.js';
import { RecordingLogger, startApplication, temporaryDirectory } from '../support/store.js';

@LogEntity({ log: 'guild_settings' })
class GuildSettings {
  @IsString()
  prefix!: string;
}

@Injectable()
class SettingsService {
  constructor(
    @InjectRepository(GuildSettings) readonly repository: LogRepository<GuildSettings>,
    readonly players: PlayerRepository,
  ) {}
}

let dataDir: string;
let removeDirectory: () => Promise<void>;
const open = new Set<{ close(): Promise<void> }>();

/** Starts an application that is closed after the test, if the test has not done so. */
async function start(...args: Parameters<typeof startApplication>): ReturnType<typeof startApplication> {
  const app = await startApplication(...args);
  open.add(app);
  return app;
}

/** Nest 11 runs the hooks of a second close once more, which no application does to itself. */
async function end(app: { close(): Promise<void> }): Promise<void> {
  open.delete(app);
  await app.close();
}

beforeEach(async () => {
  const directory = await temporaryDirectory();
  dataDir = directory.path;
  removeDirectory = directory.remove;
});

afterEach(async () => {
  for (const app of [...open]) await end(app);
  await removeDirectory();
});

describe('StorageModule.forRoot', () => {
  test('keeps what was written for the next application', async () => {
    const first = await start([StorageModule.forRoot({ dataDir })]);
    await first.get(PlayerRepository).updatePlayerStats('u1', 'ana', 5, true, 1, 0);
    await end(first);
    const second = await start([StorageModule.forRoot({ dataDir })]);
    await expect(second.get(PlayerRepository).getPlayerStats('u1')).resolves.toMatchObject({ totalScore: 5 });
    expect(second.get(AppendLogService).logNames()).toEqual(['game_state', 'players', 'tokens']);
    expect(second.get(AppendLogService).recoveryReport('players').clean).toBe(true);
  });

  test('serves every module of the application without being imported', async () => {
    @Module({ imports: [StorageModule.forFeature([GuildSettings])], providers: [SettingsService] })
    class SettingsModule {}
    const app = await start([SettingsModule, StorageModule.forRoot({ dataDir })]);
    const { repository, players } = app.get(SettingsService, { strict: false });
    await repository.set('g1', { prefix: '!' });
    expect(repository).toBeInstanceOf(LogRepository);
    await expect(repository.get('g1')).resolves.toEqual({ prefix: '!' });
    expect(players).toBe(app.get(PlayerRepository));
  });

  test('can be kept to the modules that import it', async () => {
    const storage = StorageModule.forRoot({ dataDir, isGlobal: false });
    @Module({ providers: [SettingsService] })
    class StrangerModule {}
    await expect(start([storage, StrangerModule])).rejects.toThrow(/can't resolve dependencies/i);
    @Module({
      imports: [storage, StorageModule.forFeature([GuildSettings], { imports: [storage] })],
      providers: [SettingsService],
    })
    class SettingsModule {}
    const app = await start([storage, SettingsModule]);
    await expect(app.get(SettingsService, { strict: false }).repository.has('g1')).resolves.toBe(false);
  });

  test('stops the application with the name of a wrong option', async () => {
    const wrong = { dataDir, fsync: 'sometimes' } as unknown as StorageOptions;
    await expect(start([StorageModule.forRoot(wrong)])).rejects.toThrow('Expected `fsync` to be one of');
  });

  test('lets a test put something in its place', async () => {
    const app = await Test.createTestingModule({ imports: [StorageModule.forRoot({ dataDir })] })
      .overrideProvider(PlayerRepository)
      .useValue({ getPlayerStats: async () => 'stub' })
      .compile();
    await app.init();
    open.add(app);
    await expect(app.get(PlayerRepository).getPlayerStats('u1')).resolves.toBe('stub');
  });
});

describe('StorageModule.forRootAsync', () => {
  @Injectable()
  class Configuration {
    readonly directory = dataDir;
    create(): StorageOptions {
      return { dataDir };
    }
  }
  @Module({ providers: [Configuration], exports: [Configuration] })
  class ConfigurationModule {}

  test.each([
    [
      'a factory with injected parts',
      () => ({
        imports: [ConfigurationModule],
        inject: [Configuration],
        useFactory: async ({ directory }: Configuration) => ({ dataDir: directory }),
      }),
    ],
    ['a class', () => ({ useClass: Configuration })],
    ['a provider that exists', () => ({ imports: [ConfigurationModule], useExisting: Configuration })],
  ])('takes its options from %s', async (_, options) => {
    const app = await start([StorageModule.forRootAsync(options())]);
    await app.get(PlayerRepository).updatePlayerStats('u1', 'ana', 1);
    await end(app);
    await expect(readFile(join(dataDir, 'logs', 'players.log'), 'utf8')).resolves.toContain('"u1"');
  });
});

describe('StorageModule.forFeature', () => {
  test('opens the log of an entity at start', async () => {
    const app = await start([StorageModule.forRoot({ dataDir }), StorageModule.forFeature([GuildSettings])]);
    expect(app.get(AppendLogService).logNames()).toContain('guild_settings');
  });

  test('may name one class in two modules', async () => {
    const app = await start([
      StorageModule.forRoot({ dataDir }),
      StorageModule.forFeature([GuildSettings]),
      StorageModule.forFeature([GuildSettings]),
    ]);
    expect(app.get(getRepositoryToken(GuildSettings))).toBeInstanceOf(LogRepository);
  });

  test('stops the application when two modules claim one log for two classes', async () => {
    @LogEntity({ log: 'guild_settings' })
    class Rival {}
    const starting = start([
      StorageModule.forRoot({ dataDir }),
      StorageModule.forFeature([GuildSettings]),
      StorageModule.forFeature([Rival]),
    ]);
    await expect(starting).rejects.toThrow(/'guild_settings' cannot belong to both \w+ and \w+/);
  });
});

describe('a directory that is held', () => {
  test('refuses a second application at once, naming the holder, and is free after the first', async () => {
    const first = await start([StorageModule.forRoot({ dataDir })]);
    const second = start([StorageModule.forRoot({ dataDir })]);
    await expect(second).rejects.toMatchObject({ name: 'LogError', code: 'LOG_LOCKED' });
    await expect(second).rejects.toThrow(String(process.pid));
    await first.get(PlayerRepository).updatePlayerStats('u1', 'ana', 1);
    await end(first);
    const third = await start([StorageModule.forRoot({ dataDir })]);
    await expect(third.get(PlayerRepository).getPlayerStats('u1')).resolves.toMatchObject({ totalGames: 1 });
  });

  test('refuses a second forRoot in the same application', async () => {
    const starting = start([StorageModule.forRoot({ dataDir }), StorageModule.forRoot({ dataDir })]);
    await expect(starting).rejects.toMatchObject({ code: 'LOG_LOCKED' });
  });
});

describe('recovery', () => {
  const players = (): string => join(dataDir, 'logs', 'players.log');

  beforeEach(async () => {
    const app = await start([StorageModule.forRoot({ dataDir, mainFiles: false })]);
    for (const userId of ['u1', 'u2', 'u3']) await app.get(PlayerRepository).updatePlayerStats(userId, userId, 1);
    await end(app);
  });

  test('cuts a torn tail and warns of it once, with the place', async () => {
    await appendFile(players(), '{"timestamp":"2026-');
    const logger = new RecordingLogger();
    const app = await start([StorageModule.forRoot({ dataDir, mainFiles: false })], {}, logger);
    const warnings = logger.lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('players.log');
    expect(app.get(AppendLogService).recoveryReport('players').events).toMatchObject([{ found: 'torn-tail' }]);
    await expect(app.get(PlayerRepository).loadPlayers()).resolves.toHaveProperty('u3');
  });

  test('that must refuse stops the application with the place, and lets go of the directory', async () => {
    const whole = await readFile(players(), 'utf8');
    await writeFile(players(), whole.replace('"username":"u2"', '"username":"uX"'));
    await expect(start([StorageModule.forRoot({ dataDir })])).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      file: expect.stringContaining('players.log'),
      line: 2,
    });
    await writeFile(players(), whole);
    const app = await start([StorageModule.forRoot({ dataDir })]);
    await expect(app.get(PlayerRepository).loadPlayers()).resolves.toHaveProperty('u2');
  });
});

describe('the day of an application', () => {
  const seen: string[] = [];

  /** Stands for whatever uses the store from first to last, in a module that Nest starts and stops before it. */
  @Injectable()
  class Game implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
    constructor(
      private readonly players: PlayerRepository,
      private readonly logs: AppendLogService,
    ) {}

    async onModuleInit(): Promise<void> {
      await this.players.updatePlayerStats('early', 'early', 1);
    }

    async beforeApplicationShutdown(): Promise<void> {
      await this.players.updatePlayerStats('late', 'late', 1);
    }

    async onApplicationShutdown(): Promise<void> {
      // Which of the two comes first in this phase is Nest's to choose; the store must cope with both.
      await this.logs.append('players', { op: 'DELETE', key: 'nobody' }).catch(({ code }) => seen.push(code));
    }
  }
  @Module({ providers: [Game] })
  class GameModule {}

  test.each([
    ['before', () => [StorageModule.forRoot({ dataDir }), GameModule]],
    ['after', () => [GameModule, StorageModule.forRoot({ dataDir })]],
  ])('keeps writes from init to the end of beforeApplicationShutdown, imported %s its users', async (_, imports) => {
    const app = await start(imports());
    const logs = app.get(AppendLogService);
    let completed = false;
    logs.changes().subscribe({ complete: () => (completed = true) });
    await end(app);
    expect(completed).toBe(true);
    expect(seen.every((code) => code === 'LOG_CLOSED')).toBe(true);
    await expect(logs.get('players', 'early')).rejects.toMatchObject({ code: 'LOG_CLOSED' });
    const next = await start([StorageModule.forRoot({ dataDir })]);
    expect(Object.keys(await next.get(PlayerRepository).loadPlayers()).sort()).toEqual(['early', 'late']);
  });

  test('needs no hook: what was acknowledged is there without a shutdown', async () => {
    const app = await start([StorageModule.forRoot({ dataDir })]);
    await app.get(PlayerRepository).updatePlayerStats('u1', 'ana', 7);
    const copy = await temporaryDirectory();
    await cp(join(dataDir, 'logs'), join(copy.path, 'logs'), { recursive: true });
    const other = await start([StorageModule.forRoot({ dataDir: copy.path })]);
    await expect(other.get(PlayerRepository).getPlayerStats('u1')).resolves.toMatchObject({ totalScore: 7 });
    await end(other);
    await copy.remove();
  });
});
