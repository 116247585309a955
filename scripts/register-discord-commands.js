// Tells Discord the commands of the bot: npm run discord:register. The environment, or .env, has DISCORD_TOKEN.
// The bot does the same whenever it logs in; this is for those who want to see whether their token works.

import { discordOptions, registerCommands } from '../dist/discord/index.js';

try {
  process.loadEnvFile();
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}

try {
  const count = await registerCommands(discordOptions(process.env));
  console.log(`${count} commands are registered for all servers of the bot.`);
} catch (error) {
  const { status, message } = error;
  console.error(status === 401 ? 'Discord refuses DISCORD_TOKEN.' : message);
  process.exit(1);
}
