/** What goes wrong on Discord: the bot says so, stays up, and the game goes on or is ended in good order. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PermissionFlagsBits } from 'discord.js';
import { GameStateRepository, LogError } from '../../src/storage/index.js';
import { type DiscordGallery, openDiscordGallery } from '../support/discord-gallery.js';
import {
  type Bot,
  choiceId,
  choices,
  eventually,
  heard,
  ofRound,
  reach,
  startBot,
  storeCatalogue,
  textOf,
} from '../support/discord-stage.js';
import {
  BOT_PERMISSIONS,
  type FakeChannel,
  type FakeDiscord,
  type FakeVisitor,
} from '../support/fake-discord/index.js';

const SHORT = { rounds: 5, roundtime: 30, betweenroundtime: 15 };
const MESSAGES = /^\/channels\/\d+\/messages/;

describe('trouble on Discord', () => {
  let gallery: DiscordGallery;
  let dataDir: string;
  let fake: FakeDiscord;
  let channel: FakeChannel;
  let ada: FakeVisitor;
  let bot: Bot | undefined;
  const unhandled = jest.fn();

  beforeEach(async () => {
    gallery = await openDiscordGallery();
    ({ dataDir, fake, channel, ada } = gallery);
    process.on('unhandledRejection', unhandled);
  });

  afterEach(async () => {
    await bot?.close();
    bot = undefined;
    await gallery.close();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  async function start(): Promise<Bot> {
    await storeCatalogue(dataDir);
    bot = await startBot(fake, dataDir);
    return bot;
  }

  async function startGame(): Promise<void> {
    await (await ada.command('namethatartist', SHORT)).settled();
  }

  it('says once that the token is wrong, does not try it again, and lets the rest of the application live', async () => {
    bot = await startBot(fake, dataDir, { token: 'not.the.token', waits: false });
    const told = bot;
    await eventually('the message', () => heard(told, /^error Discord refuses DISCORD_TOKEN/));
    const asked = fake.requests.length;
    expect((await bot.game.startGame('web:room', { userId: 'a', username: 'A' })).phase).toBe('starting');
    expect(fake.requests).toHaveLength(asked);
    expect(fake.connections.identified).toBe(0);
    expect(bot.logger.lines.join('\n')).not.toContain('not.the.token');
  }, 30_000);

  it('tries the login again when the network has failed', async () => {
    await storeCatalogue(dataDir);
    fake.failNext('GET', /^\/gateway\/bot/, { status: 503, times: 4 });
    bot = await startBot(fake, dataDir);
    expect(heard(bot, /^warn The login failed and is tried again in 1 s/)).toBeDefined();
    expect(fake.connections.identified).toBe(1);
  }, 30_000);

  it.each([
    ['Send Messages', PermissionFlagsBits.SendMessages],
    ['Embed Links', PermissionFlagsBits.EmbedLinks],
    ['View Channel', PermissionFlagsBits.ViewChannel],
  ])(
    'names the permission %s where the bot lacks it, in private, and starts no game',
    async (name, flag) => {
      const closed = fake.guild('Gallery').channel('closed', { botPermissions: BOT_PERMISSIONS & ~flag });
      await start();
      const reply = await fake.as(fake.user('Ada'), closed).command('namethatartist', SHORT);
      const words = await eventually('the refusal', () => reply.followUps[0]);
      expect(words).toMatchObject({ ephemeral: true, content: expect.stringContaining(`**${name}**`) });
      expect(bot?.game.view(closed.id)).toBeUndefined();
    },
    30_000,
  );

  it('starts no game with pictures that Discord cannot show', async () => {
    bot = await startBot(fake, dataDir);
    const reply = await ada.command('namethatartist', SHORT);
    const words = await eventually('the refusal', () => reply.followUps[0]);
    expect(words).toMatchObject({ ephemeral: true, content: expect.stringContaining('OBJKT_WALLET') });
  }, 30_000);

  it('stops a game where the bot may not write any more', async () => {
    const played = await start();
    await startGame();
    fake.failNext('POST', MESSAGES, { status: 403, times: 10 });
    await played.clock.advance(3_000);
    await eventually('the end of the game', () => played.game.view(channel.id) === undefined);
    expect(heard(played, /^warn The bot may not write in channel \d+ any more/)).toBeDefined();
    expect(await played.app.get(GameStateRepository).has(channel.id)).toBe(false);
  }, 30_000);

  it('shows every round although Discord fails, and edits rather than posts again', async () => {
    const played = await start();
    await startGame();
    // Four tries of discord.js itself, and one more of the queue.
    fake.failNext('POST', MESSAGES, { status: 500, times: 4 });
    fake.failNext('PATCH', MESSAGES, { status: 429, retryAfterSeconds: 0.2, times: 3 });
    await played.clock.advance(3_000);
    const first = await fake.waitForMessage(channel, ofRound(1), { timeoutMs: 10_000 });
    const view = await reach(played, channel, 'round', 1);
    const { right } = await choices(played, channel);
    expect((await (await ada.click(first, choiceId(view, right))).settled()).content).toBe('Right: 100 points.');
    await reach(played, channel, 'pause', 1);
    const result = await fake.waitForMessage(channel, (each) => textOf(each).includes('** made ['), {
      timeoutMs: 10_000,
    });
    expect(result.id).toBe(first.id);
    expect(fake.messages(channel).filter(ofRound(1))).toHaveLength(1);
  }, 30_000);

  it('posts a round again that somebody has deleted', async () => {
    const played = await start();
    await startGame();
    await reach(played, channel, 'round', 1);
    const first = await fake.waitForMessage(channel, ofRound(1));
    fake.failNext('PATCH', MESSAGES, { status: 404, code: 10_008 });
    await reach(played, channel, 'pause', 1);
    const result = await fake.waitForMessage(channel, (each) => textOf(each).includes('** made ['));
    expect(result.id).not.toBe(first.id);
  }, 30_000);

  it('tells a player whose answer could not be saved, and counts the next one', async () => {
    const played = await start();
    await startGame();
    const view = await reach(played, channel, 'round', 1);
    const message = await fake.waitForMessage(channel, ofRound(1));
    const { right } = await choices(played, channel);
    const states = played.app.get(GameStateRepository);
    const saving = jest
      .spyOn(states, 'saveGameState')
      .mockRejectedValueOnce(new LogError('LOG_DISK_FULL', 'The disk is full.'));
    const failed = await (await ada.click(message, choiceId(view, right))).settled();
    saving.mockRestore();
    expect(failed).toMatchObject({ ephemeral: true, content: expect.stringContaining('could not be saved') });
    const again = await (await ada.click(message, choiceId(view, right))).settled();
    expect(again.content).toBe('Right: 100 points.');
  }, 30_000);

  it('acknowledges an answer at once, however slow the store is', async () => {
    const played = await start();
    await startGame();
    const view = await reach(played, channel, 'round', 1);
    const message = await fake.waitForMessage(channel, ofRound(1));
    const { right } = await choices(played, channel);
    const states = played.app.get(GameStateRepository);
    const save = states.saveGameState.bind(states);
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const saving = jest.spyOn(states, 'saveGameState').mockImplementationOnce(async (...args) => {
      await held;
      return save(...args);
    });
    const reply = await ada.click(message, choiceId(view, right));
    expect(reply.latest().deferred).toBe(true);
    letGo();
    expect((await reply.settled()).content).toBe('Right: 100 points.');
    saving.mockRestore();
  }, 30_000);

  it('logs in anew where a session cannot be resumed, and takes the answers of the running round', async () => {
    const there = await start();
    await startGame();
    const view = await reach(there, channel, 'round', 1);
    const message = await fake.waitForMessage(channel, ofRound(1));
    const { right } = await choices(there, channel);
    fake.dropConnections('not-resumable');
    // discord.js waits five seconds and more before it identifies again.
    for (let waits = 0; waits < 3 && fake.connections.identified < 2; waits++) {
      await eventually('the new session', () => fake.connections.identified > 1).catch(() => undefined);
    }
    expect(fake.connections).toMatchObject({ identified: 2, resumed: 0 });
    const reply = await (await ada.click(message, choiceId(view, right))).settled();
    expect(reply.content).toBe('Right: 100 points.');
    expect(fake.messages(channel).filter(ofRound(1))).toHaveLength(1);
  }, 60_000);
});
