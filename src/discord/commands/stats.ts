import { statsEmbed } from '../board-message.js';
import type { Command } from '../command.js';
import { plain } from '../text.js';
import { serverCommand } from './definition.js';

export const stats: Command = {
  definition: serverCommand('stats', "Your all-time figures, or another player's")
    .addUserOption((option) => option.setName('player').setDescription('Whose figures (yours)'))
    .toJSON(),
  cooldown: { userMs: 5_000 },
  isPrivate: true,
  async execute(interaction, { game }) {
    const player = interaction.options.getUser('player');
    const figures = await game.playerStats((player ?? interaction.user).id);
    if (figures) {
      await interaction.editReply({ embeds: [statsEmbed(figures)] });
      return;
    }
    const who = player === null || player.id === interaction.user.id ? 'You have' : `${plain(player.displayName)} has`;
    await interaction.editReply({ content: `${who} not finished a game yet.` });
  },
};
