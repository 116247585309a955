/** What the room on Discord runs on. */
export interface DiscordOptions {
  /** The bot's token, from the Discord developer portal. */
  token: string;
  /** Application id; needed by nothing but the registration of commands. @default that of the token's application */
  clientId?: string;
  /** Where Discord's REST interface is, without the version. @default 'https://discord.com/api' */
  api?: string;
}

/** Injection token of the {@link DiscordOptions}. */
export const DISCORD_OPTIONS = Symbol('DISCORD_OPTIONS');

/**
 * The options as the environment has them: DISCORD_TOKEN, and CLIENT_ID and DISCORD_API where they are set.
 * @throws Error naming the variable that is missing or malformed, and never showing the token
 */
export function discordOptions(env: Record<string, string | undefined>): DiscordOptions {
  const { DISCORD_TOKEN: token = '', CLIENT_ID: clientId = '', DISCORD_API: api = '' } = env;
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
  return { token, ...(clientId === '' ? {} : { clientId }), ...(api === '' ? {} : { api: api.replace(/\/$/, '') }) };
}
