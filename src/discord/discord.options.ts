/** What the room on Discord runs on. */
export interface DiscordOptions {
  /** The bot's token, from the Discord developer portal. */
  token: string;
  /** Application id; needed by nothing but the registration of commands. @default that of the token's application */
  clientId?: string;
  /** Where Discord's REST interface is, without the version. @default 'https://discord.com/api' */
  api?: string;
  /**
   * Which parts of all servers this process hears, where several share them: shard ids, counted from 0, and how many there
   * are. @default one process hears all
   */
  shards?: { ids: number[]; count: number };
}

/** Injection token of the {@link DiscordOptions}. */
export const DISCORD_OPTIONS = Symbol('DISCORD_OPTIONS');

/**
 * The options as the environment has them: DISCORD_TOKEN, and CLIENT_ID, DISCORD_API and DISCORD_SHARDS where they are set.
 * @throws Error naming the variable that is missing or malformed, and never showing the token
 */
export function discordOptions(env: Record<string, string | undefined>): DiscordOptions {
  const { DISCORD_TOKEN: token = '', CLIENT_ID: clientId = '', DISCORD_API: api = '' } = env;
  const shards = shardsOf(env.DISCORD_SHARDS ?? '');
  if (token === '')
    throw new Error('DISCORD_TOKEN is not set; it is the token of a bot of the Discord developer portal.');
  if (!/^[\w.-]+$/.test(token)) {
    throw new Error(
      'DISCORD_TOKEN is malformed: a token has letters, digits, dots, _ and - only, and no "Bot " before.',
    );
  }
  if (clientId !== '' && !/^\d{15,22}$/.test(clientId)) {
    throw new Error(`CLIENT_ID is "${clientId}", which is not an application id: 15 to 22 digits.`);
  }
  if (api !== '' && !URL.canParse(api)) throw new Error(`DISCORD_API is "${api}", which is not an address.`);
  return {
    token,
    ...(clientId === '' ? {} : { clientId }),
    ...(api === '' ? {} : { api: api.replace(/\/$/, '') }),
    ...(shards === undefined ? {} : { shards }),
  };
}

/** `0,1/4`: the first two of four. */
function shardsOf(text: string): DiscordOptions['shards'] {
  if (text === '') return undefined;
  const [, list = '', total = ''] = /^(\d+(?:,\d+)*)\/(\d+)$/.exec(text) ?? [];
  const ids = list.split(',').map(Number);
  const count = Number(total);
  if (list !== '' && ids.every((id) => id < count) && new Set(ids).size === ids.length) return { ids, count };
  throw new Error(
    `DISCORD_SHARDS is "${text}", which is not a list of shards of so many, as in "0,1/4": ids from 0 on, none twice.`,
  );
}
