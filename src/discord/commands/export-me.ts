import { AttachmentBuilder } from 'discord.js';
import type { Command } from '../command.js';
import { serverCommand } from './definition.js';

export const exportMyData: Command = {
  definition: serverCommand('export-my-data', 'Everything that the bot has stored about you, as a file').toJSON(),
  cooldown: { userMs: 30_000 },
  isPrivate: true,
  async execute(interaction, { game }) {
    const stored = await game.exportPlayer(interaction.user.id);
    const text = Buffer.from(`${JSON.stringify(stored, null, 2)}\n`);
    await interaction.editReply({
      content: 'This is everything that is stored about you. Only you can see this message.',
      files: [new AttachmentBuilder(text, { name: 'my-games.json' })],
    });
  },
};
