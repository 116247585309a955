import type { Command } from '../command.js';
import { serverCommand } from './definition.js';

export const ping: Command = {
  definition: serverCommand('ping', 'How fast the bot hears you').toJSON(),
  cooldown: { userMs: 5_000 },
  isPrivate: true,
  async execute(interaction, { now }) {
    const heardAfterMs = Math.max(0, now() - interaction.createdTimestamp);
    const gateway = interaction.client.ws.ping;
    // Below zero before the first heartbeat was answered.
    const heartbeat = gateway < 0 ? '' : ` A heartbeat to Discord and back takes ${gateway} ms.`;
    await interaction.editReply({ content: `Pong: your command was answered after ${heardAfterMs} ms.${heartbeat}` });
  },
};
