import { type ChatInputCommandInteraction, PermissionFlagsBits } from 'discord.js';
import { type CatalogueService, GAME_MODES, type GameMode, type GameView } from '../../game/index.js';
import type { Command } from '../command.js';
import { Refusal } from '../refusal.js';
import { countdown, counted, isWebAddress } from '../text.js';
import { playerOf } from '../visitor.js';
import { serverCommand } from './definition.js';

const MODE_NAMES: Readonly<Record<GameMode, string>> = {
  choices: 'Four buttons',
  typed: 'Type the name',
  daily: 'Daily challenge: the same for everybody, once a day',
};

/** What the bot needs in a channel to play there. */
const NEEDED: readonly [bigint, string][] = [
  [PermissionFlagsBits.ViewChannel, 'View Channel'],
  [PermissionFlagsBits.EmbedLinks, 'Embed Links'],
];

export const nameThatArtist: Command = {
  definition: serverCommand('namethatartist', 'Start a game: who made this piece?')
    .addIntegerOption((option) =>
      option.setName('rounds').setDescription('Number of rounds (20)').setMinValue(5).setMaxValue(50),
    )
    .addIntegerOption((option) =>
      option.setName('roundtime').setDescription('Seconds to answer (15)').setMinValue(10).setMaxValue(60),
    )
    .addIntegerOption((option) =>
      option.setName('betweenroundtime').setDescription('Seconds between rounds (8)').setMinValue(5).setMaxValue(60),
    )
    .addStringOption((option) =>
      option
        .setName('mode')
        .setDescription('How to answer (four buttons)')
        .addChoices(GAME_MODES.map((value) => ({ name: MODE_NAMES[value], value }))),
    )
    .toJSON(),
  cooldown: { userMs: 30_000, channelMs: 5_000 },
  isPrivate: false,
  async execute(interaction, { game, catalogue }) {
    refuseWherePostingFails(interaction);
    await refusePicturesWithoutAddress(catalogue);
    const { options, channelId, guildId } = interaction;
    const settings = {
      rounds: options.getInteger('rounds') ?? undefined,
      roundSeconds: options.getInteger('roundtime') ?? undefined,
      pauseSeconds: options.getInteger('betweenroundtime') ?? undefined,
      mode: (options.getString('mode') ?? undefined) as GameMode | undefined,
    };
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const view = await game.startGame(channelId, playerOf(interaction), given, { serverId: guildId });
    await interaction.editReply({ content: announcement(view) });
  },
};

function announcement({ rounds, roundMs, mode, day, endsAt = 0 }: GameView): string {
  const what = day === undefined ? 'A game begins' : `The daily challenge of ${day} begins`;
  const how = mode === 'typed' ? 'type the name' : 'press a button';
  return `${what}: ${counted(rounds, 'round')} of ${counted(roundMs / 1000, 'second')}, ${how}. First picture ${countdown(endsAt)}.`;
}

/** @throws Refusal naming each permission that the bot lacks in this channel */
function refuseWherePostingFails(interaction: ChatInputCommandInteraction<'cached'>): void {
  const { appPermissions, channel } = interaction;
  const isThread = channel?.isThread() ?? false;
  const posting: [bigint, string] = isThread
    ? [PermissionFlagsBits.SendMessagesInThreads, 'Send Messages in Threads']
    : [PermissionFlagsBits.SendMessages, 'Send Messages'];
  const missing = [...NEEDED, posting].filter(([flag]) => !appPermissions.has(flag)).map(([, name]) => `**${name}**`);
  if (missing.length === 0) return;
  const noun = missing.length === 1 ? 'the permission' : 'the permissions';
  throw new Refusal(`I cannot play in this channel: I lack ${noun} ${missing.join(', ')} here.`);
}

/** @throws Refusal where only pieces are there that Discord cannot show, such as those which the play page draws */
async function refusePicturesWithoutAddress(catalogue: CatalogueService): Promise<void> {
  await catalogue.ready();
  const pieces = catalogue.pieces().playable();
  if (pieces.length === 0 || pieces.some(({ imageUrl }) => isWebAddress(imageUrl))) return;
  throw new Refusal(
    'The pictures of the built-in collection are drawn for the play page, and Discord cannot show them. Whoever runs this bot has to configure OBJKT_WALLET, so that it plays with pieces from objkt.',
  );
}
