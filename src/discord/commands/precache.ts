import { PermissionFlagsBits } from 'discord.js';
import type { Command } from '../command.js';
import { Refusal } from '../refusal.js';
import { counted, isWebAddress } from '../text.js';
import { serverCommand } from './definition.js';

export const precache: Command = {
  definition: serverCommand('precache', 'See whether the pictures of the collection can be shown')
    .setDefaultMemberPermissions(PermissionFlagsBits.Administrator)
    .toJSON(),
  cooldown: {},
  isPrivate: true,
  async execute(interaction, { catalogue }) {
    // A server may hand the command to anybody in its settings; what it costs is for administrators to decide.
    if (!interaction.memberPermissions.has(PermissionFlagsBits.Administrator)) {
      throw new Refusal('Only an administrator may check the pictures.');
    }
    await catalogue.ready();
    const pieces = catalogue.pieces().playable();
    const shown = pieces.filter(({ imageUrl }) => isWebAddress(imageUrl)).length;
    const artists = new Set(pieces.map(({ primaryArtist }) => primaryArtist)).size;
    await interaction.editReply({
      content: `${counted(pieces.length, 'piece')} by ${counted(artists, 'artist')} can be asked for; ${counted(shown, 'picture')} can be shown on Discord.`,
    });
  },
};
