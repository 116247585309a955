import type { Command } from '../command.js';
import { mayManage, playerOf } from '../visitor.js';
import { serverCommand } from './definition.js';

export const stopGame: Command = {
  definition: serverCommand('stopgame', 'Stop the game in this channel; its scores are not counted').toJSON(),
  cooldown: { userMs: 3_000 },
  isPrivate: true,
  async execute(interaction, { game }) {
    await game.stopGame(interaction.channelId, { ...playerOf(interaction), mayManage: mayManage(interaction) });
    await interaction.editReply({ content: 'The game is stopped. Its scores are not counted.' });
  },
};
