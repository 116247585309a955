import { EmbedBuilder } from 'discord.js';
import { COLORS } from '../colors.js';
import type { Command } from '../command.js';
import { serverCommand } from './definition.js';

const RULES = [
  'A picture appears with the names of four artists. Whoever presses the right one scores: up to 100 points at once, fewer as time runs out, none when it is over.',
  'Everybody has one answer a round, and the first one counts. Who has most points in the end wins; equal scores share the win, and without a point nobody wins.',
];
const COMMANDS = [
  '`/namethatartist` starts a game: `rounds` 5–50 (20), `roundtime` 10–60 s (15), `betweenroundtime` 5–60 s (8), `mode`: four buttons, typing the name, or the daily challenge',
  '`/stopgame` ends it without counting its scores, for whoever started it or may manage messages',
  '`/leaderboard` the best by total score, of this server or everywhere, today or of all time',
  '`/alltime` the best of all time by any figure',
  '`/stats` your own figures, or those of another player',
  '`/export-my-data` everything that is stored about you; `/forget-me` removes it',
  '`/ping` how fast the bot hears you; `/help` this message',
  '`/precache` checks the pictures, for administrators',
];

export const help: Command = {
  definition: serverCommand('help', 'How to play, and what the bot can do').toJSON(),
  cooldown: { userMs: 10_000 },
  isPrivate: true,
  async execute(interaction) {
    const embed = new EmbedBuilder()
      .setColor(COLORS.round)
      .setTitle('Name that artist')
      .setDescription([...RULES, '', ...COMMANDS].join('\n'));
    await interaction.editReply({ embeds: [embed] });
  },
};
