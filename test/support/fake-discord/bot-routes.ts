/** Routes about the bot itself and its commands. */

import { refusals } from './api-error.js';
import type { CommandBook } from './commands.js';
import type { Call, Route } from './rest.js';
import { userShape } from './shapes.js';
import type { World } from './world.js';

const SESSIONS_PER_DAY = 1_000;
const DAY_MS = 86_400_000;
/** More than a small bot gets, so that two shards need not wait five seconds for each other. */
const MAX_CONCURRENCY = 16;

const COMMANDS = String.raw`^/applications/(?<app>\d+)(/guilds/(?<guild>\d+))?/commands`;

export function botRoutes(world: World, commands: CommandBook, gatewayUrl: () => string): Route[] {
  const { bot } = world;
  const guildOf = ({ params: { app, guild } }: Call): string | undefined => {
    if (app !== bot.id) throw refusals.missingAccess();
    if (guild && !world.guilds.has(guild)) throw refusals.missingAccess();
    return guild;
  };
  const onCommands = (method: string, tail: string, answer: (call: Call) => unknown): Route => {
    return { method, path: new RegExp(`${COMMANDS}${tail}$`), for: 'bot', answer };
  };
  return [
    get(/^\/gateway\/bot$/, () => ({
      url: gatewayUrl(),
      shards: 1,
      session_start_limit: {
        total: SESSIONS_PER_DAY,
        remaining: SESSIONS_PER_DAY,
        reset_after: DAY_MS,
        max_concurrency: MAX_CONCURRENCY,
      },
    })),
    get(/^\/users\/@me$/, () => ({ ...userShape(bot), verified: true, mfa_enabled: false, email: null, flags: 0 })),
    get(/^\/users\/(?<user>\d+)$/, ({ params }) => {
      const user = world.users.get(params.user);
      if (!user) throw refusals.unknownUser();
      return userShape(user);
    }),
    get(/^\/applications\/@me$/, () => application(world)),
    get(/^\/oauth2\/applications\/@me$/, () => application(world)),
    onCommands('GET', '', (call) => commands.of(guildOf(call))),
    onCommands('PUT', '', (call) => commands.replace(call.body, guildOf(call))),
    onCommands('POST', '', (call) => commands.upsert(call.body ?? {}, guildOf(call))),
    onCommands('DELETE', String.raw`/(?<command>\d+)`, (call) => commands.remove(call.params.command, guildOf(call))),
  ];
}

function get(path: RegExp, answer: (call: Call) => unknown): Route {
  return { method: 'GET', path, for: 'bot', answer };
}

function application({ bot, guilds }: World): object {
  return {
    id: bot.id,
    name: bot.username,
    description: '',
    icon: null,
    bot_public: true,
    bot_require_code_grant: false,
    bot: userShape(bot),
    flags: 0,
    verify_key: '0'.repeat(64),
    approximate_guild_count: guilds.size,
    owner: null,
    team: null,
  };
}
