/** A bot of plain discord.js, logged in at a fake Discord. */

import { once } from 'node:events';
import { Client, type ClientOptions, Events, GatewayIntentBits, type Interaction } from 'discord.js';
import type { FakeDiscord } from '../../support/fake-discord/index.js';

export const INTENTS = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages];

/** Logs in and waits until all guilds are there. The caller destroys it. */
export async function connectBot(
  fake: FakeDiscord,
  handle: (interaction: Interaction) => Promise<unknown> = async () => undefined,
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({ intents: INTENTS, ...options, rest: { api: fake.restUrl, ...options.rest } });
  client.on(Events.InteractionCreate, handle);
  const ready = once(client, Events.ClientReady);
  await client.login(fake.botToken);
  await ready;
  return client as Client<true>;
}
