import { describe, expect, test } from '@jest/globals';
import { getRepositoryToken, InjectRepository, LogEntity, StorageModule } from '../../../src/storage/index.js';

@LogEntity({ log: 'guild_settings' })
class GuildSettings {}

class Undecorated {}

describe('@LogEntity', () => {
  test.each(['players', 'tokens', 'game_state'])('refuses the name %s, which a built-in repository holds', (log) => {
    expect(() => LogEntity({ log })).toThrow(`The log '${log}' belongs to a built-in repository`);
  });

  test.each(['', '../x', 'Upper', 'a/b', 'nul\0', 5])('refuses the name %p, which no log can have', (log) => {
    expect(() => LogEntity({ log: log as string })).toThrow(TypeError);
  });

  test.each([undefined, null, 'guilds'])('refuses options that are %p', (options) => {
    expect(() => LogEntity(options as unknown as { log: string })).toThrow(TypeError);
  });
});

describe('getRepositoryToken', () => {
  test('always gives one token for one class', () => {
    expect(getRepositoryToken(GuildSettings)).toBe(getRepositoryToken(GuildSettings));
  });

  test('never gives two classes of one name the same token', () => {
    const other = (() => {
      @LogEntity({ log: 'other' })
      class GuildSettings {}
      return GuildSettings;
    })();
    expect(getRepositoryToken(other)).not.toBe(getRepositoryToken(GuildSettings));
  });

  test('refuses a class without @LogEntity, also when its parent has one', () => {
    class Child extends GuildSettings {}
    for (const entity of [Undecorated, Child]) {
      expect(() => getRepositoryToken(entity)).toThrow(`The class ${entity.name} has no @LogEntity`);
      expect(() => InjectRepository(entity)).toThrow(TypeError);
    }
  });

  test('says so when a circular import left the class undefined', () => {
    expect(() => InjectRepository(undefined as unknown as typeof GuildSettings)).toThrow(/circular import/);
  });
});

describe('StorageModule.forFeature', () => {
  test('refuses a class without @LogEntity', () => {
    expect(() => StorageModule.forFeature([GuildSettings, Undecorated])).toThrow('The class Undecorated has no');
  });

  test('refuses two classes on one log, naming both', () => {
    @LogEntity({ log: 'guild_settings' })
    class Rival {}
    expect(() => StorageModule.forFeature([GuildSettings, Rival])).toThrow(
      "The log 'guild_settings' cannot belong to both GuildSettings and Rival",
    );
  });

  test('accepts one class given twice', () => {
    expect(StorageModule.forFeature([GuildSettings, GuildSettings]).providers).toHaveLength(1);
  });
});
