/**
 * Two processes of the bot, each with one shard of Discord, on one real nats-server: the game of the one that dies goes on
 * at the other, which hears nothing from its server, and is played through the one that comes back.
 */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { type LogEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { eventually, ofRound, storeCatalogue, textOf } from '../support/discord-stage.js';
import { type FakeChannel, FakeDiscord, type FakeGuild } from '../support/fake-discord/index.js';
import { componentsIn } from '../support/fake-discord/message.js';
import { shardOf } from '../support/fake-discord/snowflake.js';
import { RecordedMessages } from '../support/log-words.js';
import { type NatsServer, natsServer, removeNatsServers } from '../support/nats.js';

const LONG = { rounds: 5, roundtime: 60, betweenroundtime: 5 };

let server: NatsServer;
let fake: FakeDiscord;
const bots: BotApplication[] = [];

beforeAll(async () => {
  server = await natsServer();
  fake = await FakeDiscord.start();
});
afterEach(async () => {
  await Promise.all(bots.splice(0).map((bot) => bot.stop('SIGKILL')));
});
afterAll(async () => {
  await fake.close();
  await removeNatsServers();
});

async function launch(shards: string): Promise<BotApplication> {
  const bot = await startBotApplication('./nowhere', 0, {
    NATS_URL: server.url,
    LEASE_SECONDS: '4',
    DISCORD_TOKEN: fake.botToken,
    DISCORD_API: fake.restUrl,
    DISCORD_SHARDS: shards,
  });
  bots.push(bot);
  await eventually('the login', () => bot.output().includes('commands are registered'));
  return bot;
}

function guildOfShard(shard: number): FakeGuild {
  for (let i = 0; ; i++) {
    const guild = fake.guild(`Gallery ${i}`);
    if (shardOf(guild.id, 2) === shard) return guild;
  }
}

/** Which process the store names as the one that runs the game. */
async function holderOf(channel: FakeChannel): Promise<string | undefined> {
  return withStore(async (engine) => {
    await engine.openLog('game_state');
    const saved = await engine.get('game_state', channel.id);
    return (saved as { holder?: { process: string } } | undefined)?.holder?.process;
  });
}

async function withStore<T>(use: (engine: LogEngine) => Promise<T>): Promise<T> {
  const engine = jetStreamEngine({ servers: server.url })(resolveLogOptions(), new RecordedMessages());
  await engine.open();
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

it('goes on in the same message when the process of its shard dies, and takes what that one hears once it is back', async () => {
  await storeCatalogue('./nowhere', jetStreamEngine({ servers: server.url }));
  const channel = guildOfShard(0).channel('quiz');
  const ada = fake.as(fake.user('Ada'), channel);
  const first = await launch('0/2');
  await launch('1/2');

  await (await ada.command('namethatartist', LONG)).settled();
  const message = await fake.waitForMessage(channel, ofRound(1), { timeoutMs: 15_000 });
  const buttons = componentsIn(message.components).filter(({ custom_id }) => custom_id !== undefined);
  const dead = await holderOf(channel);
  await first.stop('SIGKILL');
  await eventually('the takeover', async () => ![dead, undefined].includes(await holderOf(channel)), 20_000);
  const heir = await holderOf(channel);

  await launch('0/2');
  const answered = await (await ada.click(message, buttons[0]?.custom_id ?? '')).settled();
  expect(answered.content).toMatch(/^(Right: \d+ points?\.|Not this one)/);
  const again = await (await ada.click(message, buttons[1]?.custom_id ?? '')).settled();
  expect(again.content).toContain('first answer stands');
  expect(await holderOf(channel)).toBe(heir);
  const second = await ada.command('namethatartist', LONG);
  expect((await eventually('the refusal', () => second.followUps[0])).content).toContain('running here already');
  expect(fake.messages(channel).filter(ofRound(1))).toHaveLength(1);

  expect((await (await ada.command('stopgame')).settled()).content).toContain('stopped');
  const stopped = await fake.waitForMessage(channel, (each) => textOf(each).includes('was stopped by Ada'));
  expect(stopped.id).toBe(message.id);
}, 120_000);
