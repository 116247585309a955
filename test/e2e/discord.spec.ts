/** Games on Discord as players see them: a real discord.js client in the whole bot, at a fake Discord on loopback. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PermissionFlagsBits } from 'discord.js';
import { PlayerRepository } from '../../src/storage/index.js';
import { type DiscordGallery, openDiscordGallery } from '../support/discord-gallery.js';
import {
  ARTISTS,
  type Bot,
  CONTRACT,
  choiceId,
  choices,
  eventually,
  lostPictures,
  ofRound,
  reach,
  startBot,
  storeCatalogue,
  textOf,
} from '../support/discord-stage.js';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeVisitor,
  MEMBER_PERMISSIONS,
} from '../support/fake-discord/index.js';
import { componentsIn } from '../support/fake-discord/message.js';

const SHORT = { rounds: 5, roundtime: 30, betweenroundtime: 15 };

describe('the quiz on Discord', () => {
  let gallery: DiscordGallery;
  let dataDir: string;
  let fake: FakeDiscord;
  let bot: Bot;
  let channel: FakeChannel;
  let ada: FakeVisitor;
  let bo: FakeVisitor;
  let cy: FakeVisitor;

  beforeEach(async () => {
    gallery = await openDiscordGallery();
    ({ dataDir, fake, channel, ada } = gallery);
    await storeCatalogue(dataDir);
    bo = fake.as(fake.user('@everyone **x**'), channel);
    cy = fake.as(fake.user('Cy'), channel);
    bot = await startBot(fake, dataDir);
  });

  afterEach(async () => {
    await bot.close();
    await gallery.close();
  });

  async function startGame(options: Record<string, string | number> = SHORT): Promise<void> {
    const reply = await (await ada.command('namethatartist', options)).settled();
    expect(reply).toMatchObject({ ephemeral: false });
    expect(reply.content).toContain('First picture <t:');
  }

  async function roundMessage(round: number) {
    const view = await reach(bot, channel, 'round', round);
    return { view, message: await fake.waitForMessage(channel, ofRound(round)) };
  }

  async function said(visitor: FakeVisitor, round: number, choice: number): Promise<string> {
    const { view, message } = await roundMessage(round);
    const reply = await (await visitor.click(message, choiceId(view, choice))).settled();
    expect(reply.ephemeral).toBe(true);
    return reply.content;
  }

  it('asks for nothing but guilds, and registers its commands', () => {
    expect(fake.connections.intents).toEqual([1]);
    const commands = fake.commands();
    expect(commands.map(({ name }) => name).sort()).toEqual([
      'alltime',
      'export-my-data',
      'forget-me',
      'help',
      'leaderboard',
      'namethatartist',
      'ping',
      'precache',
      'stats',
      'stopgame',
    ]);
    expect(commands.find(({ name }) => name === 'precache')?.default_member_permissions).toBe('8');
    for (const { contexts } of commands) expect(contexts).toEqual([0]);
  });

  it('plays a whole game with three people and books it once', async () => {
    await startGame();
    const { view, message } = await roundMessage(1);
    expect(message.embeds[0]?.image?.url).toMatch(/^https:\/\/pictures\.example\//);
    expect(textOf(message)).toContain(`<t:${Math.round((view.endsAt ?? 0) / 1000)}:R>`);
    const { right, wrong } = await choices(bot, channel);

    await bot.clock.advance(6_000);
    expect(await said(ada, 1, right)).toBe('Right: 80 points.');
    expect(await said(ada, 1, wrong)).toContain('first answer stands');
    // The reference bot always counted on 15 s, so that this was 0 points.
    await bot.clock.advance(14_000);
    expect(await said(bo, 1, right)).toBe('Right: 33 points.');
    expect(await said(cy, 1, wrong)).toContain('Not this one');

    await reach(bot, channel, 'pause', 1);
    const result = await fake.waitForMessage(channel, (each) => ofRound(1)(each) && textOf(each).includes('** made ['));
    expect(result.id).toBe(message.id);
    expect(result.components).toEqual([]);
    expect(textOf(result)).toContain(`](https://objkt.com/tokens/${CONTRACT}/`);
    expect(textOf(result)).toContain('✅ Ada: 80 points, after 6.0 s');
    expect(textOf(result)).toContain('✅ \\@everyone \\*\\*x\\*\\*: 33 points');
    expect(textOf(result)).toContain('❌ 1 wrong answer');

    // The pause is 15 s, after which every answer of the reference bot brought nothing.
    for (let round = 2; round <= 5; round++) {
      const next = await roundMessage(round);
      expect(next.message.id).not.toBe(message.id);
      const { right: button } = await choices(bot, channel);
      expect(await said(ada, round, button)).toBe('Right: 100 points.');
    }
    await reach(bot, channel, 'finished');
    const podium = await fake.waitForMessage(channel, (each) => textOf(each).includes('the podium'));
    expect(textOf(podium)).toContain('**Ada** wins.');
    expect(textOf(podium)).toContain('🥇 Ada: 480 points, 5 of 5 right');
    expect(textOf(podium)).toContain('🥈 \\@everyone \\*\\*x\\*\\*: 33 points, 1 of 1 right');
    expect(textOf(podium)).toContain('🥉 Cy: 0 points, 0 of 1 right');

    // One message a round, the announcement and the podium.
    await eventually('the last edit', () =>
      fake.messages(channel).every((each) => !textOf(each).includes('comes <t:')),
    );
    expect(fake.messages(channel)).toHaveLength(7);
    const players = bot.app.get(PlayerRepository);
    expect(await players.getPlayerStats(ada.user.id)).toMatchObject({ totalGames: 1, totalWins: 1, totalScore: 480 });
    expect(await players.getPlayerStats(cy.user.id)).toMatchObject({ totalGames: 1, totalWins: 0, totalScore: 0 });

    const board = await (await cy.command('leaderboard')).settled();
    expect(board.embeds[0]?.description).toContain('1\\. **Ada** · 480 points');
    const here = await (await bo.command('leaderboard', { scope: 'everywhere', period: 'day' })).settled();
    expect(here.embeds[0]?.description).toContain('2\\. **\\@everyone \\*\\*x\\*\\*** · 33 points');
    const sorted = await (await cy.command('alltime', { sort: 'accuracyRate' })).settled();
    expect(sorted.embeds[0]?.description).toContain('**Ada** · 100%');
    const figures = await (await cy.command('stats', { player: ada.user })).settled();
    expect(figures.ephemeral).toBe(true);
    expect(figures.embeds[0]?.fields).toContainEqual(expect.objectContaining({ name: 'Total score', value: '480' }));
  }, 60_000);

  it('mentions nobody, whatever people and artists are called', async () => {
    await startGame();
    const { message } = await roundMessage(1);
    const { right } = await choices(bot, channel);
    await said(bo, 1, right);
    await reach(bot, channel, 'pause', 1);
    const result = await fake.waitForMessage(
      channel,
      (each) => each.id === message.id && textOf(each).includes('** made ['),
    );
    // Every special character of other people's making has a backslash before it.
    expect(textOf(result)).toContain('✅ \\@everyone \\*\\*x\\*\\*: 100 points');
    expect(textOf(result)).toMatch(/made \[Piece \\\*\d+\\\*\]\(/);
    const posts = fake.requests.filter(({ path }) => /\/messages/.test(path) && path.startsWith('/channels'));
    expect(posts.length).toBeGreaterThan(0);
    for (const { body } of posts) expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
    for (const choice of [0, 1, 2, 3]) {
      const button = message.versions[0] && componentsIn(message.versions[0].components)[choice + 1];
      expect(ARTISTS).toContain(button?.label);
    }
  }, 30_000);

  it('lets no old button answer a new round or a new game', async () => {
    await startGame();
    const first = await roundMessage(1);
    const { right } = await choices(bot, channel);
    // Discord refuses the edits, so that the message keeps its buttons.
    fake.failNext('PATCH', new RegExp(`/messages/${first.message.id}$`), { status: 400, times: 10 });
    await reach(bot, channel, 'round', 2);
    const late = await (await bo.click(first.message, choiceId(first.view, right))).settled();
    expect(late.content).toBe('Too late: that round is over.');

    await (await ada.command('stopgame')).settled();
    await bot.clock.advance(60_000);
    await startGame();
    const again = await roundMessage(1);
    expect(again.view.gameId).not.toBe(first.view.gameId);
    const old = await (await cy.click(first.message, choiceId(first.view, right))).settled();
    expect(old.content).toBe('Too late: that round is over.');
    expect(bot.game.view(channel.id)?.players).toEqual([]);
    // A timer of the stopped game does not end a round of the next one, as it did in the reference bot.
    await bot.clock.advance(29_000);
    expect(bot.game.view(channel.id)).toMatchObject({ phase: 'round', round: 1, gameId: again.view.gameId });
  }, 30_000);

  it('ends a game that nobody answered without a winner, and goes on living', async () => {
    await startGame();
    await reach(bot, channel, 'finished');
    const podium = await fake.waitForMessage(channel, (each) => textOf(each).includes('the podium'));
    expect(textOf(podium)).toContain('Nobody answered');
    const { content } = await (await ada.command('ping')).settled();
    expect(content).toMatch(/^Pong/);
  }, 30_000);

  it('gives nobody the win where everybody has zero', async () => {
    await startGame();
    await reach(bot, channel, 'round', 1);
    const { wrong } = await choices(bot, channel);
    await said(ada, 1, wrong);
    await said(bo, 1, wrong);
    await reach(bot, channel, 'finished');
    const podium = await fake.waitForMessage(channel, (each) => textOf(each).includes('the podium'));
    expect(textOf(podium)).toContain('Nobody scored, so nobody wins.');
    expect(await bot.app.get(PlayerRepository).getPlayerStats(ada.user.id)).toMatchObject({ totalWins: 0 });
  }, 30_000);

  it('is stopped by its starter or by who manages messages, and then books nothing', async () => {
    const manager = fake.as(fake.user('Dee'), channel, {
      permissions: MEMBER_PERMISSIONS | PermissionFlagsBits.ManageMessages,
    });
    await startGame();
    const { message } = await roundMessage(1);
    const { right } = await choices(bot, channel);
    await said(ada, 1, right);
    const refused = await (await cy.command('stopgame')).settled();
    expect(refused).toMatchObject({ ephemeral: true, content: expect.stringContaining('Only the host') });
    expect((await (await manager.command('stopgame')).settled()).content).toContain('stopped');
    const stopped = await fake.waitForMessage(channel, (each) => textOf(each).includes('was stopped by Dee'));
    expect(stopped.id).toBe(message.id);
    expect(stopped.components).toEqual([]);
    expect(await bot.app.get(PlayerRepository).getPlayerStats(ada.user.id)).toBeUndefined();

    await bot.clock.advance(60_000);
    await startGame();
    expect((await (await ada.command('stopgame')).settled()).content).toContain('stopped');
    expect(bot.game.view(channel.id)).toBeUndefined();
  }, 30_000);

  it('makes people wait between commands, except those who manage', async () => {
    const manager = fake.as(fake.user('Dee'), channel, {
      permissions: MEMBER_PERMISSIONS | PermissionFlagsBits.Administrator,
    });
    await (await cy.command('ping')).settled();
    const soon = await (await cy.command('ping')).settled();
    expect(soon).toMatchObject({ ephemeral: true, content: 'Please wait 5 s before you use /ping again.' });
    await bot.clock.advance(4_900);
    expect((await (await cy.command('ping')).settled()).content).toContain('wait 1 s');
    await bot.clock.advance(100);
    expect((await (await cy.command('ping')).settled()).content).toMatch(/^Pong/);
    for (let time = 0; time < 2; time++)
      expect((await (await manager.command('ping')).settled()).content).toMatch(/^Pong/);
    await startGame();
    // Of the channel: five seconds for everybody.
    expect((await (await bo.command('namethatartist', SHORT)).settled()).content).toContain('Please wait 5 s');
    await bot.clock.advance(5_000);
    const second = await bo.command('namethatartist', SHORT);
    const refusal = await eventually('the refusal', () => second.followUps[0]);
    expect(refusal).toMatchObject({ ephemeral: true, content: 'A game is running here already.' });
  }, 30_000);

  it('is played by typing names', async () => {
    await startGame({ ...SHORT, mode: 'typed' });
    const { view, message } = await roundMessage(1);
    const form = await cy.click(message, `type:${view.gameId}:1`);
    expect(form.modal).toBeDefined();
    const wrong = await (await cy.submit(form.modal!, { name: 'Nobody at all' })).settled();
    expect(wrong).toMatchObject({ ephemeral: true, content: 'Not this name. 4 guesses left.' });
    await bot.clock.advance(30_000);
    await reach(bot, channel, 'round', 2);
    const late = await (await cy.submit(form.modal!, { name: 'Eli' })).settled();
    expect(late.content).toContain('Too late');
  }, 30_000);

  it('gives people what is stored about them, and removes it', async () => {
    await startGame();
    await roundMessage(1);
    const { right } = await choices(bot, channel);
    await said(cy, 1, right);
    await reach(bot, channel, 'finished');
    await eventually('the booking', async () => bot.app.get(PlayerRepository).getPlayerStats(cy.user.id));
    const exported = await cy.command('export-my-data');
    await exported.settled();
    expect(exported.latest().ephemeral).toBe(true);
    const url = exported.message?.attachments[0]?.url ?? '';
    const stored = (await (await fetch(url)).json()) as { userId: string; games: unknown[] };
    expect(stored.userId).toBe(cy.user.id);
    expect(stored.games).toHaveLength(1);

    const asked = await cy.command('forget-me');
    await asked.settled();
    const done = await (await cy.click(asked, 'forget')).settled();
    expect(done.content).toContain('Everything about you is removed');
    expect(await bot.app.get(PlayerRepository).getPlayerStats(cy.user.id)).toBeUndefined();
  }, 30_000);

  it('explains itself, and tells an administrator what can be shown', async () => {
    const admin = fake.as(fake.user('Root'), channel, { permissions: PermissionFlagsBits.Administrator });
    const guide = await (await cy.command('help')).settled();
    for (const { name } of fake.commands()) expect(guide.embeds[0]?.description).toContain(name);
    for (const place of [1, 11]) lostPictures.add(`https://pictures.example/${place}.png`);
    const asked = await admin.command('precache');
    const report = await asked.settled();
    expect(report).toMatchObject({ ephemeral: true, content: expect.stringContaining('12 pieces by 5 artists') });
    await eventually('the count', () => asked.latest().content.includes('10 of 12 load.'));
    lostPictures.clear();
    await expect(cy.command('precache')).rejects.toThrow('not offered');
  });

  it('announces an orderly restart, and goes on in the same message with the time that was left', async () => {
    await startGame();
    const { view, message } = await roundMessage(1);
    await bot.clock.advance(10_000);
    const now = bot.clock.now() + 3_600_000;
    await bot.close();
    expect(textOf(message)).toContain('The bot restarts');
    expect(message.component(choiceId(view, 0))?.disabled).toBe(true);

    bot = await startBot(fake, dataDir, { now });
    const endsAt = `<t:${Math.round((now + 20_000) / 1000)}:R>`;
    await fake.waitForMessage(channel, (each) => each.id === message.id && textOf(each).includes(endsAt));
    expect(fake.messages(channel).filter(ofRound(1))).toHaveLength(1);
    const { right } = await choices(bot, channel);
    expect(await said(bo, 1, right)).toBe('Right: 67 points.');
  }, 30_000);

  it('survives a cut connection in mid-round', async () => {
    await startGame();
    const { view, message } = await roundMessage(1);
    const { right } = await choices(bot, channel);
    fake.dropConnections('resumable');
    await eventually('the reconnection', () => fake.connections.resumed > 0);
    const reply = await (await cy.click(message, choiceId(view, right))).settled();
    expect(reply.content).toBe('Right: 100 points.');
  }, 30_000);
});
