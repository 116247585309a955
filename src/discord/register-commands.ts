import { REST, type RESTGetAPIOAuth2CurrentApplicationResult, Routes } from 'discord.js';
import { definitions } from './command-registry.js';
import type { DiscordOptions } from './discord.options.js';

/**
 * Tells Discord the commands of the bot, for all servers; they replace those that it knew.
 * @returns how many there are
 * @throws DiscordAPIError, with status 401 for a wrong token
 */
export async function registerCommands({ token, clientId, api }: DiscordOptions): Promise<number> {
  const rest = new REST(api === undefined ? {} : { api }).setToken(token);
  const id = clientId ?? (await ownApplicationId(rest));
  const commands = definitions();
  await rest.put(Routes.applicationCommands(id), { body: commands });
  return commands.length;
}

async function ownApplicationId(rest: REST): Promise<string> {
  const { id } = (await rest.get(Routes.oauth2CurrentApplication())) as RESTGetAPIOAuth2CurrentApplicationResult;
  return id;
}
