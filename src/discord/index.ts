/** The front door of the room on Discord. It loads discord.js, so it is entered only where a token is set. */
export { DiscordModule } from './discord.module.js';
export { type DiscordOptions, discordOptions } from './discord.options.js';
export { registerCommands } from './register-commands.js';
