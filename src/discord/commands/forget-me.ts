import { ActionRowBuilder, ButtonBuilder, ButtonStyle } from 'discord.js';
import type { Command } from '../command.js';
import { encodeCustomId } from '../custom-id.js';
import { serverCommand } from './definition.js';

/** Asks first: what is removed does not come back. */
export const forgetMe: Command = {
  definition: serverCommand('forget-me', 'Remove everything that the bot has stored about you').toJSON(),
  cooldown: { userMs: 30_000 },
  isPrivate: true,
  async execute(interaction) {
    const button = new ButtonBuilder()
      .setCustomId(encodeCustomId({ kind: 'forget' }))
      .setLabel('Remove everything about me')
      .setStyle(ButtonStyle.Danger);
    await interaction.editReply({
      content:
        'Your figures leave every leaderboard, and finished games keep your scores under a name of nobody. This cannot be undone. `/export-my-data` gives you a copy first.',
      components: [new ActionRowBuilder<ButtonBuilder>().addComponents(button)],
    });
  },
};
