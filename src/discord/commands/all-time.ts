import { LEADERBOARD_SORTS, type LeaderboardSortBy } from '../../game/index.js';
import { boardEmbed, SORT_NAMES } from '../board-message.js';
import type { Command } from '../command.js';
import { serverCommand } from './definition.js';

export const allTime: Command = {
  definition: serverCommand('alltime', 'The ten best players of all time, everywhere')
    .addStringOption((option) =>
      option
        .setName('sort')
        .setDescription('By which figure (total score)')
        .addChoices(LEADERBOARD_SORTS.map((value) => ({ name: SORT_NAMES[value], value }))),
    )
    .toJSON(),
  cooldown: { userMs: 10_000 },
  isPrivate: false,
  async execute(interaction, { game }) {
    const sortBy = (interaction.options.getString('sort') ?? 'totalScore') as LeaderboardSortBy;
    const rows = await game.board({ period: 'all', sortBy, limit: 10 });
    await interaction.editReply({ embeds: [boardEmbed(`All time · by ${SORT_NAMES[sortBy]}`, rows, sortBy)] });
  },
};
