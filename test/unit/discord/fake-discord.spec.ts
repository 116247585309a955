import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  type Client,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  PermissionFlagsBits,
  StringSelectMenuBuilder,
  type TextChannel,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { type FakeChannel, FakeDiscord, type FakeVisitor } from '../../support/fake-discord/index.js';
import { connectBot } from './bot.js';

const BUTTONS = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId('yes').setLabel('Yes').setStyle(ButtonStyle.Primary),
  new ButtonBuilder().setCustomId('no').setLabel('No').setStyle(ButtonStyle.Secondary).setDisabled(true),
);

describe('A fake Discord, to discord.js,', () => {
  let fake: FakeDiscord;
  let channel: FakeChannel;
  let ada: FakeVisitor;
  let client: Client<true>;
  /** What the bot does with the next interactions. */
  let handle: (interaction: Interaction) => Promise<unknown>;

  beforeEach(async () => {
    fake = await FakeDiscord.start();
    channel = fake.guild('Gallery').channel('quiz');
    ada = fake.as(fake.user('Ada Lovelace'), channel);
    client = await connectBot(fake, (interaction) => handle(interaction));
  });

  afterEach(async () => {
    await client.destroy();
    await fake.close();
  });

  const register = () =>
    client.application.commands.set([
      {
        name: 'quiz',
        description: 'Starts a game',
        options: [
          { name: 'against', description: 'Whom', type: 6, required: true },
          { name: 'rounds', description: 'How many', type: 4, minValue: 5, maxValue: 50 },
          { name: 'mode', description: 'Which', type: 3, choices: [{ name: 'Hard', value: 'hard' }] },
        ],
      },
      { name: 'ping', description: 'Is anybody there?' },
      { name: 'precache', description: 'For few', defaultMemberPermissions: PermissionFlagsBits.Administrator },
    ]);
  const textChannel = () => client.channels.cache.get(channel.id) as TextChannel;

  describe('lets a bot in and', () => {
    it('ShowsItItsGuildsAndChannels', () => {
      expect(client.user.id).toBe(fake.bot.id);
      expect(client.application.id).toBe(fake.applicationId);
      expect(client.guilds.cache.map(({ name }) => name)).toEqual(['Gallery']);
      expect(textChannel().name).toBe('quiz');
      expect(fake.connections.identified).toBe(1);
    });

    it('ShowsItGuildsThatComeLater', async () => {
      const known = new Promise<string>((resolve) => client.once('guildCreate', ({ name }) => resolve(name)));
      fake.guild('Museum');
      expect(await known).toBe('Museum');
    });

    it('TellsItWhatItMayDoInAChannel', async () => {
      const hall = fake.guild('Gallery').channel('hall', { botPermissions: PermissionFlagsBits.ViewChannel });
      const seen = (await client.channels.fetch(hall.id)) as TextChannel;
      expect(seen.permissionsFor(client.user)?.toArray()).toEqual(['ViewChannel']);
      expect(textChannel().permissionsFor(client.user)?.has('SendMessages')).toBe(true);
    });
  });

  describe('takes commands, which', () => {
    it('AreRegisteredAndReadBack', async () => {
      const registered = await register();
      expect(registered.map(({ name }) => name)).toEqual(['quiz', 'ping', 'precache']);
      expect(fake.commands().map(({ name }) => name)).toEqual(['quiz', 'ping', 'precache']);
      const read = await client.application.commands.fetch();
      expect(read.find(({ name }) => name === 'quiz')?.options[1]).toMatchObject({ name: 'rounds', maxValue: 50 });
      const again = await register();
      expect(again.map(({ id }) => id)).toEqual(registered.map(({ id }) => id));
    });

    it.each([
      ['with capitals', { name: 'Quiz', description: 'x' }],
      ['with a space', { name: 'a quiz', description: 'x' }],
      ['without a description', { name: 'quiz', description: '' }],
    ])('AreRefusedWhenTheyAre %s', async (_what, command) => {
      const wrong = client.application.commands.set([command]);
      await expect(wrong).rejects.toMatchObject({ code: 50035, status: 400 });
      expect(fake.commands()).toEqual([]);
    });

    it('ReachTheBotWithTheirOptions', async () => {
      await register();
      const bob = fake.user('Bob');
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        const { options, memberPermissions, appPermissions, guild, locale } = interaction;
        const said = [options.getUser('against')?.id, options.getInteger('rounds'), options.getString('mode')];
        const may = [memberPermissions?.has('ManageMessages'), appPermissions.has('SendMessages')];
        await interaction.reply(JSON.stringify([...said, ...may, guild?.name, locale, interaction.user.globalName]));
      };
      const chief = fake.as(ada.user, channel, { permissions: PermissionFlagsBits.ManageMessages });
      const reply = await chief.command('quiz', { against: bob, rounds: 7, mode: 'hard' });
      expect(JSON.parse(reply.content)).toEqual([bob.id, 7, 'hard', true, true, 'Gallery', 'en-US', 'Ada Lovelace']);
    });

    it.each([
      ['an unknown command', 'nothing', {}, 'no command /nothing'],
      ['an option that is not defined', 'ping', { loud: true }, 'no option loud'],
      ['a missing option', 'quiz', {}, 'needs the option against'],
      ['a value below the bounds', 'quiz', { rounds: 4 }, 'must be 5 to 50'],
      ['a value above the bounds', 'quiz', { rounds: 51 }, 'must be 5 to 50'],
      ['a fraction', 'quiz', { rounds: 5.5 }, 'a whole number'],
      ['a value that is no choice', 'quiz', { mode: 'easy' }, 'one of hard'],
      ['a command for others', 'precache', {}, 'not offered to ada_lovelace'],
    ])('AreNotSentWith %s', async (_what, name, options, words) => {
      await register();
      const all = name === 'quiz' && words !== 'needs the option against' ? { against: ada.user, ...options } : options;
      await expect(ada.command(name, all)).rejects.toThrow(words);
    });
  });

  describe('brings answers, which', () => {
    beforeEach(() => register());

    it('AreEditedAndFollowedUp', async () => {
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        const answer = await interaction.reply({ content: 'one', withResponse: true });
        expect(answer.resource?.message?.content).toBe('one');
        await interaction.editReply('two');
        await interaction.followUp('three');
      };
      const reply = await ada.command('ping');
      await fake.waitForMessage(channel, ({ content }) => content === 'three');
      expect([reply.type, reply.content, reply.ephemeral, reply.deferred]).toEqual([4, 'one', false, false]);
      expect(reply.latest().content).toBe('two');
      expect(reply.latest().followUps.map(({ content }) => content)).toEqual(['three']);
      const [first, second] = fake.messages(channel);
      expect(first.versions.map(({ content }) => content)).toEqual(['one', 'two']);
      expect(BigInt(second.id)).toBeGreaterThan(BigInt(first.id));
    });

    it('AreDeferredAndSettled', async () => {
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        await interaction.editReply({ content: 'now', embeds: [{ title: 'Art' }] });
      };
      const reply = await ada.command('ping');
      expect([reply.type, reply.deferred, reply.ephemeral, reply.content]).toEqual([5, true, true, '']);
      expect(await reply.settled()).toMatchObject({ content: 'now', deferred: false, embeds: [{ title: 'Art' }] });
      expect(fake.messages(channel)).toEqual([]);
    });

    it('AreFollowedUpInPlaceOfADeferredOne', async () => {
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        await interaction.deferReply();
        await interaction.followUp('here');
        await interaction.followUp('there');
      };
      const reply = await ada.command('ping');
      expect(await reply.settled()).toMatchObject({ content: 'here' });
      const second = await fake.waitForMessage(channel, ({ content }) => content === 'there');
      expect(reply.latest()).toMatchObject({ content: 'here', followUps: [second] });
      expect(reply.message?.isLoading).toBe(false);
    });

    it('AreRefusedTheSecondTime', async () => {
      let second: unknown;
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        await interaction.reply('first');
        // discord.js itself would not send it; a second process would.
        const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
        const body = { type: 4, data: { content: 'second' } };
        second = await client.rest.post(path, { auth: false, body }).catch((error) => error);
        await interaction.editReply('done');
      };
      const reply = await ada.command('ping');
      await fake.waitForMessage(channel, ({ content }) => content === 'done');
      expect(second).toMatchObject({ code: 40060, status: 400 });
      expect(reply.content).toBe('first');
    });

    it('CannotUpdateAMessageThatIsNotThere', async () => {
      let refusal: unknown;
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
        const body = { type: 7, data: { content: 'x' } };
        refusal = await client.rest.post(path, { auth: false, body }).catch((error) => error);
        await interaction.reply('done');
      };
      expect((await ada.command('ping')).content).toBe('done');
      expect(refusal).toMatchObject({ code: 50035, status: 400 });
    });

    it('AreDeleted', async () => {
      handle = async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        await interaction.deferReply();
        await interaction.deleteReply();
      };
      const reply = await ada.command('ping');
      expect(await reply.settled()).toMatchObject({ isDeleted: true });
      expect(fake.messages(channel)).toEqual([]);
    });
  });

  describe('brings clicks, which', () => {
    const ask = async () => {
      const { id } = await textChannel().send({ content: 'Well?', components: [BUTTONS] });
      return fake.waitForMessage(channel, (message) => message.id === id);
    };

    it('UpdateTheMessage', async () => {
      handle = async (interaction) => {
        if (interaction.isButton()) await interaction.update({ content: `${interaction.customId}!`, components: [] });
      };
      const message = await ask();
      const reply = await ada.click(message, 'yes');
      expect([reply.type, reply.message]).toEqual([7, message]);
      expect([message.content, message.components]).toEqual(['yes!', []]);
      await expect(ada.click(message, 'yes')).rejects.toThrow('no component yes');
    });

    it('AreAnsweredInPrivate', async () => {
      handle = async (interaction) => {
        if (interaction.isButton()) await interaction.reply({ content: 'Right', flags: MessageFlags.Ephemeral });
      };
      const message = await ask();
      const reply = await ada.click(message, 'yes');
      expect([reply.content, reply.ephemeral]).toEqual(['Right', true]);
      expect(fake.messages(channel)).toEqual([message]);
    });

    it('AreTakenWithoutAWord', async () => {
      handle = async (interaction) => {
        if (!interaction.isButton()) return;
        await interaction.deferUpdate();
        await interaction.editReply('later');
      };
      const reply = await ada.click(await ask(), 'yes');
      expect([reply.type, reply.deferred]).toEqual([6, true]);
      expect(await reply.settled()).toMatchObject({ content: 'later', deferred: false });
    });

    it('AreNotPossibleOnADisabledButtonOrADeletedMessage', async () => {
      const message = await ask();
      await expect(ada.click(message, 'no')).rejects.toThrow('disabled');
      await textChannel().messages.delete(message.id);
      await expect(ada.click(message, 'yes')).rejects.toThrow('not there any more');
    });

    it('ChooseFromAMenu', async () => {
      const menu = new StringSelectMenuBuilder().setCustomId('style').addOptions({ label: 'Cubism', value: 'cubism' });
      const row = new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu);
      handle = async (interaction) => {
        if (interaction.isStringSelectMenu()) await interaction.reply(interaction.values.join());
      };
      const { id } = await textChannel().send({ components: [row] });
      const message = await fake.waitForMessage(channel, (each) => each.id === id);
      expect((await ada.choose(message, 'style', ['cubism'])).content).toBe('cubism');
      await expect(ada.choose(message, 'style', ['dada'])).rejects.toThrow('does not offer dada');
    });

    it('ShowAModalThatIsSubmitted', async () => {
      const name = new TextInputBuilder().setCustomId('name').setStyle(TextInputStyle.Short).setMaxLength(9);
      const label = new LabelBuilder().setLabel('Name').setTextInputComponent(name);
      const modal = new ModalBuilder().setCustomId('guess').setTitle('Guess').addLabelComponents(label);
      handle = async (interaction) => {
        if (interaction.isButton()) await interaction.showModal(modal);
        if (!interaction.isModalSubmit() || !interaction.isFromMessage()) return;
        await interaction.update({ content: interaction.fields.getTextInputValue('name') });
      };
      const message = await ask();
      const shown = (await ada.click(message, 'yes')).modal!;
      expect([shown.customId, shown.title]).toEqual(['guess', 'Guess']);
      await expect(ada.submit(shown, {})).rejects.toThrow('name must be filled');
      await expect(ada.submit(shown, { name: 'Michelangelo' })).rejects.toThrow('takes 0 to 9');
      await expect(ada.submit(shown, { title: 'x' })).rejects.toThrow('no field title');
      await ada.submit(shown, { name: 'Miró' });
      expect(message.content).toBe('Miró');
    });
  });
});
