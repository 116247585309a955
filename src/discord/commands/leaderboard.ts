import { BOARD_PERIODS, type BoardPeriod } from '../../game/index.js';
import { boardEmbed } from '../board-message.js';
import type { Command } from '../command.js';
import { serverCommand } from './definition.js';

const PERIOD_NAMES: Readonly<Record<BoardPeriod, string>> = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  season: 'this season',
  all: 'all time',
};
const SCOPES = [
  { name: 'this server', value: 'server' },
  { name: 'everywhere', value: 'everywhere' },
];

export const leaderboard: Command = {
  definition: serverCommand('leaderboard', 'The ten best players by total score')
    .addStringOption((option) =>
      option
        .setName('period')
        .setDescription('Since when (all time)')
        .addChoices(BOARD_PERIODS.map((value) => ({ name: PERIOD_NAMES[value], value }))),
    )
    .addStringOption((option) => option.setName('scope').setDescription('Whose games (this server)').addChoices(SCOPES))
    .toJSON(),
  cooldown: { userMs: 10_000 },
  isPrivate: false,
  async execute(interaction, { game }) {
    const period = (interaction.options.getString('period') ?? 'all') as BoardPeriod;
    const isEverywhere = interaction.options.getString('scope') === 'everywhere';
    const place = isEverywhere ? {} : { serverId: interaction.guildId };
    const rows = await game.board({ ...place, period, sortBy: 'totalScore', limit: 10 });
    const title = `Leaderboard · ${PERIOD_NAMES[period]} · ${isEverywhere ? 'everywhere' : 'this server'}`;
    await interaction.editReply({ embeds: [boardEmbed(title, rows, 'totalScore')] });
  },
};
