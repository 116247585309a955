import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  type Client,
  Events,
  GatewayIntentBits,
  type Interaction,
  PermissionFlagsBits,
  REST,
  type TextChannel,
} from 'discord.js';
import {
  BOT_PERMISSIONS,
  type FakeChannel,
  FakeDiscord,
  type FakeDiscordOptions,
} from '../../support/fake-discord/index.js';
import { connectBot } from './bot.js';

const MESSAGES = /^\/channels\/\d+\/messages$/;
const TOO_LONG = 'x'.repeat(2_001);

describe('Over REST, a fake Discord', () => {
  let fake: FakeDiscord;
  let channel: FakeChannel;
  let client: Client<true>;

  const start = async (options: FakeDiscordOptions) => {
    await client?.destroy();
    fake = await FakeDiscord.start(options);
    channel = fake.guild('Gallery').channel('quiz');
    client = await connectBot(fake);
  };

  beforeEach(() => start({ answerWithinMs: 200 }));

  afterEach(async () => {
    await client.destroy();
    await fake.close();
  });

  const text = (of: FakeChannel = channel) => client.channels.cache.get(of.id) as TextChannel;
  const attempts = (method: string, path: RegExp) =>
    fake.requests.filter((request) => request.method === method && path.test(request.path));

  describe('keeps messages, which', () => {
    it('ArePostedEditedReadAndDeleted', async () => {
      const sent = await text().send({ content: 'one', embeds: [{ title: 'Art' }] });
      const [message] = fake.messages(channel);
      await sent.edit('two');
      expect(message.versions.map(({ content, embeds }) => [content, embeds.length])).toEqual([
        ['one', 1],
        ['two', 1],
      ]);
      const other = await text().send('three');
      const read = await text().messages.fetch({ limit: 10, cache: false });
      expect(read.map(({ content }) => content)).toEqual(['three', 'two']);
      expect((await text().messages.fetch({ before: other.id, cache: false })).map(({ id }) => id)).toEqual([sent.id]);
      await sent.delete();
      expect(fake.messages(channel).map(({ content }) => content)).toEqual(['three']);
      await expect(sent.edit('late')).rejects.toMatchObject({ code: 10008, status: 404 });
    });

    it('AreToldToTheBotAsFarAsItsIntentsGo', async () => {
      const heard: string[] = [];
      for (const event of ['messageCreate', 'messageUpdate', 'messageDelete'] as const) {
        client.on(event, () => heard.push(event));
      }
      const deaf = await connectBot(fake, undefined, { intents: [GatewayIntentBits.Guilds] });
      deaf.on(Events.MessageCreate, () => heard.push('though deaf'));
      const gone = new Promise((resolve) => client.once(Events.MessageDelete, resolve));
      const sent = await text().send('one');
      await sent.edit('two');
      await sent.delete();
      await gone;
      await deaf.destroy();
      expect(heard).toEqual(['messageCreate', 'messageUpdate', 'messageDelete']);
    });

    it('CarryFilesThatCanBeFetched', async () => {
      const file = new AttachmentBuilder(Buffer.from('not a real picture'), { name: 'art.png' });
      const embed = { image: { url: 'attachment://art.png' } };
      const sent = await text().send({ embeds: [embed], files: [file] });
      const url = sent.embeds[0].image?.url ?? '';
      expect(url).toBe(sent.attachments.first()?.url);
      expect(await (await fetch(url)).text()).toBe('not a real picture');
      await sent.edit({ content: 'kept' });
      expect(fake.messages(channel)[0].attachments).toHaveLength(1);
      await sent.edit({ content: 'gone', attachments: [] });
      expect(fake.messages(channel)[0].attachments).toHaveLength(0);
    });

    it.each([
      ['empty', {}, 50006],
      ['too long', { content: TOO_LONG }, 50035],
      ['with a title too long', { embeds: [{ title: 'x'.repeat(257) }] }, 50035],
      ['with an empty field', { embeds: [{ fields: [{ name: 'a', value: '' }] }] }, 50035],
      [
        'with embeds of 6,001 characters',
        { embeds: [4_096, 1_905].map((size) => ({ description: 'x'.repeat(size) })) },
        50035,
      ],
      ['with a picture at no address', { embeds: [{ image: { url: 'art.png' } }] }, 50035],
      ['with six rows', { content: 'x', components: rows(['a', 'b', 'c', 'd', 'e', 'f']) }, 50035],
      ['with two buttons of one id', { content: 'x', components: rows(['a', 'a']) }, 50035],
    ])('AreRefusedWhenTheyAre %s', async (_what, payload, code) => {
      await expect(client.rest.post(`/channels/${channel.id}/messages`, { body: payload })).rejects.toMatchObject({
        code,
        status: 400,
      });
      expect(fake.messages(channel)).toEqual([]);
    });

    it('AreWaitedFor', async () => {
      const wait = fake.waitForMessage(channel, ({ content }) => content === 'two');
      const sent = await text().send('one');
      await sent.edit('two');
      expect((await wait).id).toBe(sent.id);
      const never = fake.waitForMessage(channel, ({ content }) => content === 'three', { timeoutMs: 20 });
      await expect(never).rejects.toThrow('in #quiz did not come within 20 ms');
    });
  });

  describe('holds the bot to its permissions: it', () => {
    it.each([
      ['NeedsToSeeTheChannel', PermissionFlagsBits.SendMessages, 50001],
      ['NeedsToBeAllowedToSpeak', PermissionFlagsBits.ViewChannel, 50013],
      ['NeedsToBeAllowedToEmbed', BOT_PERMISSIONS & ~PermissionFlagsBits.EmbedLinks, 50013],
    ])('%s', async (_what, botPermissions, code) => {
      const hall = fake.guild('Gallery').channel('hall', { botPermissions });
      const body = { embeds: [{ title: 'Art' }] };
      await expect(client.rest.post(`/channels/${hall.id}/messages`, { body })).rejects.toMatchObject({
        code,
        status: 403,
      });
    });

    it('NeedsToBeAllowedToAttachFiles', async () => {
      const botPermissions = BOT_PERMISSIONS & ~PermissionFlagsBits.AttachFiles;
      const hall = fake.guild('Gallery').channel('hall', { botPermissions });
      const files = [{ name: 'art.png', data: Buffer.from('art') }];
      await expect(client.rest.post(`/channels/${hall.id}/messages`, { files })).rejects.toMatchObject({ code: 50013 });
    });

    it('NeedsItsToken', async () => {
      const stranger = new REST({ api: fake.restUrl }).setToken('wrong');
      await expect(stranger.get('/users/@me')).rejects.toMatchObject({ status: 401 });
      expect(await client.rest.get('/users/@me')).toMatchObject({ id: fake.applicationId });
      expect(await client.rest.get('/applications/@me')).toMatchObject({ id: fake.applicationId });
    });
  });

  describe('fails on demand: discord.js', () => {
    it('SeesThatItMayNot', async () => {
      fake.failNext('POST', MESSAGES, { status: 403 });
      await expect(text().send('x')).rejects.toMatchObject({ code: 50013, message: 'Missing Permissions' });
      await text().send('y');
      expect(fake.messages(channel).map(({ content }) => content)).toEqual(['y']);
    });

    it('SeesThatAMessageIsGone', async () => {
      const sent = await text().send('x');
      fake.failNext('PATCH', /messages/, { status: 404, code: 10008, message: 'Unknown Message' });
      await expect(sent.edit('y')).rejects.toMatchObject({ code: 10008 });
    });

    it('WaitsWhenItIsTooFast', async () => {
      fake.failNext('POST', MESSAGES, { status: 429, retryAfterSeconds: 0.2 });
      await text().send('x');
      const [refused, accepted, ...more] = attempts('POST', MESSAGES);
      expect(more).toEqual([]);
      expect(accepted.at - refused.at).toBeGreaterThanOrEqual(200);
      expect(fake.messages(channel)).toHaveLength(1);
    });

    it('GivesUpWhenItIsTooFastAndTold', async () => {
      const hasty = new REST({ api: fake.restUrl, rejectOnRateLimit: () => true }).setToken(fake.botToken);
      fake.failNext('GET', /@me/, { status: 429, retryAfterSeconds: 60 });
      await expect(hasty.get('/users/@me')).rejects.toMatchObject({ name: 'RateLimitError[/users/@me]' });
    });

    it('TriesAgainWhenTheServerStumbles', async () => {
      fake.failNext('POST', MESSAGES, { status: 502, times: 2 });
      await text().send('x');
      expect(attempts('POST', MESSAGES)).toHaveLength(3);
    });

    it('KeepsToTheLimitsThatItIsTold', async () => {
      await fake.close();
      await start({ rateLimit: { requests: 3, windowMs: 200 } });
      const begun = performance.now();
      await Promise.all(Array.from({ length: 7 }, (_, i) => text().send(String(i))));
      expect(attempts('POST', MESSAGES)).toHaveLength(7);
      expect(performance.now() - begun).toBeGreaterThan(400);
    });

    it('IsTurnedAwayIfItDoesNot', async () => {
      await fake.close();
      await start({ rateLimit: { requests: 2, windowMs: 5_000 } });
      const post = () =>
        fetch(`${fake.restUrl}/v10/channels/${channel.id}/messages`, {
          method: 'POST',
          headers: { Authorization: `Bot ${fake.botToken}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ content: 'x' }),
        });
      const [first, second, third] = [await post(), await post(), await post()];
      expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
      expect(first.headers.get('X-RateLimit-Remaining')).toBe('1');
      expect(Number(third.headers.get('Retry-After'))).toBeGreaterThan(4);
      expect(await third.json()).toMatchObject({ global: false, retry_after: expect.any(Number) });
      expect(fake.messages(channel)).toHaveLength(2);
    });
  });

  describe('has little patience: it', () => {
    const ping = async (handle: (interaction: Interaction) => unknown) => {
      await client.application.commands.set([{ name: 'ping', description: 'Is anybody there?' }]);
      client.once(Events.InteractionCreate, handle);
      return fake.as(fake.user('Ada'), channel).command('ping');
    };

    it('TellsThePersonThatNobodyAnswered', async () => {
      await expect(ping(() => undefined)).rejects.toThrow(
        'did not respond: an answer to /ping did not come within 200 ms',
      );
    });

    it('RefusesALateAnswer', async () => {
      let late: Promise<unknown> | undefined;
      const asked = new Promise<Interaction>((resolve) => {
        late = ping(resolve).catch((error) => error);
      });
      const interaction = await asked;
      expect(await late).toBeInstanceOf(Error);
      if (!interaction.isChatInputCommand()) throw new Error('Another interaction came.');
      await expect(interaction.reply('late')).rejects.toMatchObject({ code: 10062, status: 404 });
    });

    it('RefusesAFollowUpOfNothing', async () => {
      const path = `/webhooks/${fake.applicationId}/${'x'.repeat(64)}` as const;
      await expect(client.rest.post(path, { auth: false, body: { content: 'x' } })).rejects.toMatchObject({
        code: 10015,
      });
    });

    it('TellsThePersonAtOnceThatNoBotIsThere', async () => {
      await client.application.commands.set([{ name: 'ping', description: 'Is anybody there?' }]);
      await client.destroy();
      await expect(fake.as(fake.user('Ada'), channel).command('ping')).rejects.toThrow('no bot is connected');
    });
  });
});

/** A row for each id, with one button. */
function rows(ids: string[]): object[] {
  return ids.map((id) => {
    const button = new ButtonBuilder().setCustomId(id).setLabel(id).setStyle(ButtonStyle.Primary);
    return new ActionRowBuilder<ButtonBuilder>().addComponents(button).toJSON();
  });
}
