import { describe, expect, it } from '@jest/globals';
import { discordOptions } from '../../../src/discord/discord.options.js';

describe('what the environment says about Discord', () => {
  it('is taken as it is', () => {
    expect(discordOptions({ DISCORD_TOKEN: 'a.b-c._d' })).toEqual({ token: 'a.b-c._d' });
    expect(
      discordOptions({ DISCORD_TOKEN: 'a', CLIENT_ID: '123456789012345678', DISCORD_API: 'http://127.0.0.1:1/api/' }),
    ).toEqual({ token: 'a', clientId: '123456789012345678', api: 'http://127.0.0.1:1/api' });
    const shards = { ids: [0, 2], count: 4 };
    expect(discordOptions({ DISCORD_TOKEN: 'a', DISCORD_SHARDS: '0,2/4' })).toEqual({ token: 'a', shards });
  });

  it.each([
    [{}, 'DISCORD_TOKEN is not set'],
    [{ DISCORD_TOKEN: 'Bot secret' }, 'DISCORD_TOKEN is malformed'],
    [{ DISCORD_TOKEN: '"secret"' }, 'DISCORD_TOKEN is malformed'],
    [{ DISCORD_TOKEN: 'secret', CLIENT_ID: 'me' }, 'CLIENT_ID is "me"'],
    [{ DISCORD_TOKEN: 'secret', DISCORD_API: 'discord' }, 'DISCORD_API is "discord"'],
    [{ DISCORD_TOKEN: 'secret', DISCORD_SHARDS: '2/2' }, 'DISCORD_SHARDS is "2/2"'],
    [{ DISCORD_TOKEN: 'secret', DISCORD_SHARDS: '0,0/2' }, 'DISCORD_SHARDS is "0,0/2"'],
    [{ DISCORD_TOKEN: 'secret', DISCORD_SHARDS: '0' }, 'DISCORD_SHARDS is "0"'],
  ])('is refused by the name of the variable, without the token: %j', (env, words) => {
    expect(() => discordOptions(env)).toThrow(words);
    expect(() => discordOptions(env)).not.toThrow(/secret/);
  });
});
