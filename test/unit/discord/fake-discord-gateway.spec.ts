import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, type ClientOptions, Events, GatewayIntentBits, type Interaction, type TextChannel } from 'discord.js';
import { WebSocket } from 'ws';
import { Child, killAllChildren } from '../../support/child.js';
import { type Drop, type FakeChannel, FakeDiscord, type FakeDiscordOptions } from '../../support/fake-discord/index.js';
import { inTime } from '../../support/patience.js';
import { connectBot, INTENTS } from './bot.js';

/** discord.js spaces identifies by five seconds; its own option for those who know better. */
const EAGER = { ws: { buildIdentifyThrottler: () => ({ waitForIdentify: async () => undefined }) } };
const PING = [{ name: 'ping', description: 'Is anybody there?' }];

describe('At the gateway of a fake Discord', () => {
  let fake: FakeDiscord;
  let channel: FakeChannel;
  const clients: Client[] = [];

  const start = async (options?: FakeDiscordOptions) => {
    fake = await FakeDiscord.start(options);
    channel = fake.guild('Gallery').channel('quiz');
  };
  const connect = async (handle?: (interaction: Interaction) => Promise<unknown>, options?: Partial<ClientOptions>) => {
    const client = await connectBot(fake, handle, options);
    clients.push(client);
    return client;
  };
  /** A bot that answers /ping, and hears of messages. */
  const connectPinger = async () => {
    const heard: string[] = [];
    const answer = async (interaction: Interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply('pong');
    };
    const client = await connect(answer, EAGER);
    client.on(Events.MessageCreate, ({ content }) => heard.push(content));
    await client.application.commands.set(PING);
    return { client, heard };
  };

  beforeEach(() => start());

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.destroy();
    await fake.close();
    await killAllChildren();
  });

  describe('a bot', () => {
    it('IsNotLetInWithAWrongToken', async () => {
      const client = new Client({ intents: INTENTS, rest: { api: fake.restUrl } });
      await expect(client.login('wrong')).rejects.toMatchObject({ code: 'TokenInvalid' });
      expect(fake.connections.identified).toBe(0);
    });

    it('IsNotLetInWithIntentsThatAreNotSwitchedOn', async () => {
      const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.MessageContent];
      const client = new Client({ intents, rest: { api: fake.restUrl } });
      await expect(client.login(fake.botToken)).rejects.toThrow('Used disallowed intents');
      await client.destroy();
      await fake.close();
      await start({ privilegedIntents: GatewayIntentBits.MessageContent });
      await connect(undefined, { intents });
      expect(fake.connections.intents).toEqual([GatewayIntentBits.Guilds | GatewayIntentBits.MessageContent]);
    });

    it('HasOnEachShardTheGuildsOfThatShard', async () => {
      for (let i = 0; i < 5; i++) fake.guild(`Museum ${i}`);
      const client = await connect(undefined, { shards: [0, 1], shardCount: 2 });
      expect(client.guilds.cache.size).toBe(6);
      const shards = new Set(client.guilds.cache.map(({ id, shardId }) => [id, shardId] as const));
      for (const [id, shardId] of shards) expect(Number((BigInt(id) >> 22n) % 2n)).toBe(shardId);
      expect(new Set([...shards].map(([, shardId]) => shardId)).size).toBe(2);
      expect(fake.connections.identified).toBe(2);
    });

    it('HearsOfAGuildOnItsShardOnly', async () => {
      const client = await connect(undefined, { shards: [0, 1], shardCount: 2 });
      const heard: number[] = [];
      client.on(Events.Raw, ({ t }, shardId) => t === 'MESSAGE_CREATE' && heard.push(shardId));
      const text = client.channels.cache.get(channel.id) as TextChannel;
      const third = new Promise<void>((resolve) => {
        client.on(Events.MessageCreate, ({ content }) => content === '3' && resolve());
      });
      for (const content of ['1', '2', '3']) await text.send(content);
      await third;
      expect(heard).toEqual(Array(3).fill(text.guild.shardId));
    });

    it('HearsItsHeartbeats', async () => {
      await fake.close();
      await start({ heartbeatIntervalMs: 20 });
      const client = await connect();
      const acknowledged = new Promise<void>((resolve) => {
        let beats = 0;
        client.on(Events.Debug, (text) => {
          if (text.includes('Heartbeat acknowledged') && ++beats === 3) resolve();
        });
      });
      await inTime('A third heartbeat', 5_000, acknowledged);
      expect(fake.connections).toMatchObject({ identified: 1, resumed: 0 });
    });
  });

  describe('a connection that is', () => {
    it.each<[Drop, FakeDiscordOptions, reason: string]>([
      ['resumable', {}, 'An unknown error occurred: 4000'],
      ['reconnect', {}, 'Told to reconnect by Discord'],
      ['silent', { heartbeatIntervalMs: 300 }, 'Zombie connection'],
    ])('DroppedAs %s IsResumedWithWhatWasMissed', async (how, options, reason) => {
      await fake.close();
      await start(options);
      const { client, heard } = await connectPinger();
      const text = client.channels.cache.get(channel.id) as TextChannel;
      const before = once(client, Events.MessageCreate);
      await text.send('before');
      await before;
      const resumed = once(client, Events.ShardResume);
      const said: string[] = [];
      client.on(Events.Debug, (words) => said.push(words));
      fake.dropConnections(how);
      await text.send('meanwhile');
      const reply = fake.as(fake.user('Ada'), channel).command('ping');
      const [, replayed] = await resumed;
      expect(replayed).toBeGreaterThan(0);
      expect((await reply).content).toBe('pong');
      const after = once(client, Events.MessageCreate);
      await text.send('after');
      await after;
      expect(heard).toEqual(['before', 'meanwhile', 'pong', 'after']);
      expect(said.join('\n')).toContain(reason);
      expect(fake.connections).toMatchObject({ identified: 1, resumed: 1 });
    });

    it('DroppedForGoodIsMadeAnew', async () => {
      const { client, heard } = await connectPinger();
      const identified = once(client, Events.ShardReady);
      fake.dropConnections('not-resumable');
      await (client.channels.cache.get(channel.id) as TextChannel).send('lost');
      await identified;
      expect((await fake.as(fake.user('Ada'), channel).command('ping')).content).toBe('pong');
      expect(heard).not.toContain('lost');
      expect(client.guilds.cache.get(channel.guildId)?.available).toBe(true);
      expect(fake.connections).toMatchObject({ identified: 2, resumed: 0 });
      // Nothing is left of the session that was declared invalid.
      await client.destroy();
      await expect(fake.as(fake.user('Ada'), channel).command('ping')).rejects.toThrow('no bot is connected');
    });
  });

  describe('a stranger', () => {
    const properties = { os: 'linux', browser: 'x', device: 'x' };
    const dial = (query = 'v=10&encoding=json') =>
      new WebSocket(`${fake.restUrl.replace(/^http(.*)\/api$/, 'ws$1')}/?${query}`);
    const codeFor = async (packet: object | string) => {
      const socket = dial();
      socket.once('message', () => socket.send(typeof packet === 'string' ? packet : JSON.stringify(packet)));
      return (await once(socket, 'close'))[0];
    };

    it.each([
      ['a wrong token', 4004, { op: 2, d: { token: 'wrong', intents: 1, properties } }],
      ['a wrong token for a resume', 4004, { op: 6, d: { token: 'wrong', session_id: 'x', seq: 1 } }],
      ['something before it identifies', 4003, { op: 3, d: {} }],
      ['an opcode that nobody knows', 4001, { op: 99, d: {} }],
      ['no JSON', 4002, 'hello'],
    ])('WhoSays %s IsCutOff', async (_what, code, packet) => {
      expect(await codeFor(packet)).toBe(code);
    });

    it.each([
      ['intents of no meaning', 4013, { intents: 1 << 30 }],
      ['intents that are not switched on', 4014, { intents: GatewayIntentBits.GuildMembers }],
      ['a shard beyond the last', 4010, { shard: [2, 2] }],
    ])('WithTheTokenBut %s IsCutOff', async (_what, code, rest) => {
      const identify = { token: fake.botToken, intents: 1, properties, ...rest };
      expect(await codeFor({ op: 2, d: identify })).toBe(code);
    });

    it('WhoResumesASessionThatIsNotThereIsToldSo', async () => {
      const socket = dial();
      const d = { token: fake.botToken, session_id: 'never', seq: 1 };
      socket.once('message', () => socket.send(JSON.stringify({ op: 6, d })));
      await once(socket, 'message');
      const [answer] = await once(socket, 'message');
      expect(JSON.parse(String(answer))).toMatchObject({ op: 9, d: false });
      socket.terminate();
    });

    it('WhoSpeaksAnotherVersionIsCutOff', async () => {
      expect((await once(dial('v=9&encoding=json'), 'close'))[0]).toBe(4012);
    });
  });

  it('NothingIsLeftOpenOnceBothSidesAreClosed', async () => {
    const child = new Child(new URL('fake-discord-child.js', import.meta.url), {});
    expect(await child.message('closed')).toEqual(['closed', Array(2).fill('The fake Discord was closed.')]);
    expect(await inTime('The end of the child', 5_000, child.ended)).toEqual({ code: 0, signal: null });
    expect(child.stderr).toBe('');
  });
});
