/** The other ways to play, on Discord: a right name typed into the form, and a daily challenge in two servers. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GameStateRepository } from '../../src/storage/index.js';
import { type DiscordGallery, openDiscordGallery } from '../support/discord-gallery.js';
import {
  type Bot,
  choiceId,
  choices,
  eventually,
  ofRound,
  reach,
  startBot,
  storeCatalogue,
  textOf,
} from '../support/discord-stage.js';
import type { FakeChannel, FakeDiscord, FakeVisitor } from '../support/fake-discord/index.js';

describe('the other ways to play on Discord', () => {
  let gallery: DiscordGallery;
  let dataDir: string;
  let fake: FakeDiscord;
  let bot: Bot;
  let channel: FakeChannel;
  let ada: FakeVisitor;

  beforeEach(async () => {
    gallery = await openDiscordGallery();
    ({ dataDir, fake, channel, ada } = gallery);
    await storeCatalogue(dataDir);
    bot = await startBot(fake, dataDir);
  });

  afterEach(async () => {
    await bot.close();
    await gallery.close();
  });

  async function rightNames(): Promise<string[]> {
    const states = bot.app.get(GameStateRepository);
    const state = await states.loadGameState<{ current: { naming: { right: string[] } } }>(channel.id);
    return state?.current.naming.right ?? [];
  }

  it('takes a right name, spelled as people spell, and shows no name before the round is over', async () => {
    await (await ada.command('namethatartist', { rounds: 5, roundtime: 30, mode: 'typed' })).settled();
    const view = await reach(bot, channel, 'round', 1);
    const message = await fake.waitForMessage(channel, ofRound(1));
    const [name = ''] = await rightNames();
    expect(JSON.stringify([message.embeds, message.components])).not.toContain(name);
    await bot.clock.advance(15_000);
    const form = await ada.click(message, `type:${view.gameId}:1`);
    const typed = name.toLowerCase().replace(/[^a-z0-9]/g, '');
    const right = await (await ada.submit(form.modal!, { name: typed })).settled();
    expect(right).toMatchObject({ ephemeral: true, content: 'Right: 50 points.' });
    const again = await (await ada.submit(form.modal!, { name: typed })).settled();
    expect(again.content).toContain('first answer stands');
    await reach(bot, channel, 'pause', 1);
    const result = await fake.waitForMessage(channel, (each) => ofRound(1)(each) && textOf(each).includes('** made ['));
    expect(textOf(result)).toContain('✅ Ada: 50 points, after 15.0 s');
  }, 30_000);

  it('plays the same challenge in two servers, and counts it once for each person', async () => {
    const elsewhere = fake.guild('Other').channel('quiz');
    const adaElsewhere = fake.as(ada.user, elsewhere);
    const bo = fake.as(fake.user('Bo'), elsewhere);
    await (await ada.command('namethatartist', { mode: 'daily' })).settled();
    const here = await reach(bot, channel, 'round', 1);
    expect(here).toMatchObject({ mode: 'daily', rounds: 10, roundMs: 15_000 });
    const first = await choices(bot, channel);
    const message = await fake.waitForMessage(channel, ofRound(1));
    expect((await (await ada.click(message, choiceId(here, first.right))).settled()).content).toBe(
      'Right: 100 points.',
    );

    await (await bo.command('namethatartist', { mode: 'daily' })).settled();
    const there = await reach(bot, elsewhere, 'round', 1);
    expect([there.imageUrl, there.choices]).toEqual([here.imageUrl, here.choices]);
    const other = await fake.waitForMessage(elsewhere, ofRound(1));
    const barred = await (await adaElsewhere.click(other, choiceId(there, first.right))).settled();
    expect(barred).toMatchObject({ ephemeral: true, content: expect.stringMatching(/already/) });
    expect((await (await bo.click(other, choiceId(there, first.right))).settled()).content).toMatch(/^Right:/);
    expect(bot.game.view(elsewhere.id)?.players.map(({ userId }) => userId)).toEqual([bo.user.id]);
  }, 30_000);

  it('lets nobody choose what a daily challenge is like', async () => {
    const reply = await ada.command('namethatartist', { mode: 'daily', rounds: 5 });
    await eventually('the refusal', () => reply.followUps[0] ?? (reply.content ? reply : undefined));
    const words = [reply.latest().content, ...reply.followUps.map(({ content }) => content)].join(' ');
    expect(words).toContain('a daily challenge is the same for everybody');
    expect(bot.game.view(channel.id)).toBeUndefined();
  }, 30_000);
});
