/** Uses a fake Discord and a bot in every way that opens something, closes both, and has to end by itself then. */

import { FakeDiscord } from '../../support/fake-discord/index.js';
import { tell } from '../../support/parent.js';
import { connectBot } from './bot.js';

const fake = await FakeDiscord.start();
const channel = fake.guild('Gallery').channel('quiz');
const ada = fake.as(fake.user('Ada'), channel);
const client = await connectBot(fake, async (interaction) => {
  if (interaction.isChatInputCommand()) await interaction.deferReply();
});
await client.application.commands.set([{ name: 'ping', description: 'Is anybody there?' }]);
const reply = await ada.command('ping');
// Both still wait when everything is closed, and must not hold the process for their five seconds.
const waits = [reply.settled(), fake.waitForMessage(channel, ({ content }) => content === 'never')];
const outcomes = Promise.allSettled(waits);
await client.destroy();
await fake.close();
const words = (await outcomes).map((outcome) =>
  outcome.status === 'rejected' ? outcome.reason.message : outcome.status,
);
tell('closed', words);
