import { type DynamicModule, Logger } from '@nestjs/common';

/** A room that has nothing in it. */
const NO_ROOM: DynamicModule = { module: class NoRoom {} };

/**
 * Rooms for those who have set them up. Their client libraries are loaded only then: an application without a
 * DISCORD_TOKEN does not need discord.js.
 */
export function optionalRooms(env: NodeJS.ProcessEnv): Promise<DynamicModule>[] {
  return env.DISCORD_TOKEN ? [discordRoom(env)] : [];
}

/** Wrong settings keep the bot away from Discord, and nobody from the play page. */
async function discordRoom(env: NodeJS.ProcessEnv): Promise<DynamicModule> {
  try {
    const { DiscordModule, discordOptions } = await import('./discord/index.js');
    return DiscordModule.forRoot(discordOptions(env));
  } catch (error) {
    new Logger('Discord').error(`The bot stays away from Discord: ${explained(error)}`);
    return NO_ROOM;
  }
}

function explained(error: unknown): string {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  return code === 'ERR_MODULE_NOT_FOUND' ? `${message}. Is discord.js installed? npm install discord.js` : message;
}
