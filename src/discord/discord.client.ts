import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  Client,
  Events,
  GatewayIntentBits,
  type Interaction,
  type RESTPostAPIChannelMessageResult,
  Routes,
} from 'discord.js';
import { DISCORD_OPTIONS, type DiscordOptions } from './discord.options.js';
import type { MessageBody } from './message-body.js';
import { isTokenRefused } from './rest-errors.js';

/** Waits between attempts to log in while the network fails. */
const LOGIN_RETRY_MS = { first: 1_000, longest: 60_000 };
/** One REST call; discord.js repeats it after a failure of the server. */
const REST_TIMEOUT_MS = 10_000;

/** What the room does when the bot hears something. */
export interface ClientListeners {
  ready(client: Client<true>): void;
  interaction(interaction: Interaction): void;
}

/**
 * The connection to Discord. A token that is refused is said once and not tried again, a network that fails is tried
 * until it works; neither ends the process, since the play page goes on without Discord.
 */
@Injectable()
export class DiscordClient {
  private readonly logger = new Logger('Discord');
  private readonly leaving = new AbortController();
  private client: Client | undefined;

  constructor(@Inject(DISCORD_OPTIONS) private readonly options: DiscordOptions) {}

  /** Logs in; resolves once the bot is ready, or never will be. Never rejects. */
  async connect(listeners: ClientListeners): Promise<void> {
    for (let failures = 0; !this.leaving.signal.aborted; failures++) {
      try {
        await this.logIn(listeners);
        return;
      } catch (error) {
        if (this.leaving.signal.aborted) return;
        if (isTokenRefused(error)) {
          this.logger.error(
            'Discord refuses DISCORD_TOKEN. The bot stays away from Discord until it is started again with a valid token; everything else goes on.',
          );
          return;
        }
        const waitMs = Math.min(LOGIN_RETRY_MS.longest, LOGIN_RETRY_MS.first * 2 ** failures);
        this.logger.warn(`The login failed and is tried again in ${waitMs / 1000} s: ${error}`);
        await sleep(waitMs, undefined, { signal: this.leaving.signal }).catch(() => undefined);
      }
    }
  }

  /** @returns the id of the new message; posting the same once again returns that of the first */
  async post(channelId: string, body: MessageBody, nonce: string): Promise<string> {
    const route = Routes.channelMessages(channelId);
    const answer = await this.rest.post(route, { body: { ...body, nonce, enforce_nonce: true } });
    const posted = answer as RESTPostAPIChannelMessageResult;
    const isAsPosted = posted.embeds[0]?.description === body.embeds?.[0]?.description;
    // A former process has posted it, and died before it wrote that down.
    if (!isAsPosted) await this.edit(channelId, posted.id, body);
    return posted.id;
  }

  async edit(channelId: string, messageId: string, body: MessageBody): Promise<void> {
    await this.rest.patch(Routes.channelMessage(channelId, messageId), { body });
  }

  /** Leaves Discord; a login under way is given up. */
  async close(): Promise<void> {
    this.leaving.abort();
    await this.client?.destroy();
  }

  private get rest(): Client['rest'] {
    if (!this.client) throw new Error('The bot is not connected to Discord.');
    return this.client.rest;
  }

  private async logIn(listeners: ClientListeners): Promise<void> {
    await this.client?.destroy();
    const { api, shards } = this.options;
    const client = new Client({
      // Guilds is all that slash commands and buttons need; no message is ever read.
      intents: [GatewayIntentBits.Guilds],
      allowedMentions: { parse: [] },
      ...(shards && { shards: shards.ids, shardCount: shards.count }),
      rest: { timeout: REST_TIMEOUT_MS, ...(api === undefined ? {} : { api }) },
    });
    this.client = client;
    client.on(Events.Error, (error) => this.logger.error(`Discord: ${error.message}`));
    client.on(Events.ShardError, (error) => this.logger.warn(`The connection to Discord failed: ${error.message}`));
    client.on(Events.ShardDisconnect, ({ code }) => this.logger.warn(`Discord has closed the connection (${code}).`));
    client.on(Events.ShardReconnecting, () => this.logger.debug('Connecting to Discord again.'));
    client.on(Events.Invalidated, () => this.logger.error('Discord has ended the session; start the bot again.'));
    client.on(Events.InteractionCreate, (interaction) => listeners.interaction(interaction));
    client.once(Events.ClientReady, (ready) => {
      this.logger.log(`Logged in as ${ready.user.username}.`);
      listeners.ready(ready);
    });
    await client.login(this.options.token);
  }
}
