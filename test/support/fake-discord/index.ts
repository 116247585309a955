/**
 * A Discord on loopback for one bot, which an unmodified discord.js takes for the real one:
 * `new Client({ intents, rest: { api: fake.restUrl } })`.
 *
 * It does: the gateway (heartbeats, identify, resume with what was missed, invalid sessions, intents, shards), slash
 * commands in guilds, buttons, menus, modals, replies of every kind, messages with their limits and the bot's
 * permissions, uploaded files, rate limits, and failures on demand. What the real client would not let a person do is
 * refused.
 *
 * It does not: compression, direct messages, messages of people, roles, threads, voice, reactions, autocomplete, context
 * menus, members beyond those who act, and the 15 minutes after which the token of an interaction is void.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIApplicationCommand } from 'discord.js';
import { botRoutes } from './bot-routes.js';
import { channelRoutes } from './channel-routes.js';
import { CommandBook } from './commands.js';
import { type Drop, Gateway } from './gateway.js';
import { interactionRoutes } from './interaction-routes.js';
import { Interactions } from './interactions.js';
import type { FakeMessage } from './message.js';
import type { FakeChannel, FakeGuild, FakeUser } from './people.js';
import type { RateLimit } from './rate-limits.js';
import { type Failure, type FakeRequest, RestApi } from './rest.js';
import { FakeVisitor } from './visitor.js';
import { World } from './world.js';

export type { CommandInput } from './command-input.js';
export type { Drop } from './gateway.js';
export type { FakeComponent, FakeMessage, FakeMessageVersion } from './message.js';
export { BOT_PERMISSIONS, type FakeChannel, type FakeGuild, type FakeUser, MEMBER_PERMISSIONS } from './people.js';
export type { RateLimit } from './rate-limits.js';
export type { FakeModal, FakeReply, ReplyState } from './reply.js';
export type { Failure, FakeRequest } from './rest.js';
export type { FakeVisitor } from './visitor.js';

export interface FakeDiscordOptions {
  /** How often a client must show that it lives. Default: 41,250, as of the real one. */
  heartbeatIntervalMs?: number;
  /** How long a bot may take to answer an interaction. Default: 3,000, as of the real one. */
  answerWithinMs?: number;
  /** Bits of the privileged intents that are switched on for the bot. Default: 0, none. */
  privilegedIntents?: number;
  /**
   * Of each route and channel. Default: 50 requests in 1,000 ms, so that only a bot gone wild is slowed down; the real
   * one lets about 5 messages in 5,000 ms through.
   */
  rateLimit?: RateLimit;
}

const RATE_LIMIT: RateLimit = { requests: 50, windowMs: 1_000 };
const WAIT_MS = 5_000;
const FILES = '/attachments';

export class FakeDiscord {
  readonly botToken: string;
  readonly #server: Server;
  readonly #world: World;
  readonly #commands: CommandBook;
  readonly #gateway: Gateway;
  readonly #interactions: Interactions;
  readonly #rest: RestApi;

  /** Listens on a free port of 127.0.0.1. */
  static async start(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
    const fake = new FakeDiscord(options);
    await new Promise<void>((resolve, reject) => {
      fake.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return fake;
  }

  private constructor(options: FakeDiscordOptions) {
    const { heartbeatIntervalMs = 41_250, answerWithinMs = 3_000, privilegedIntents = 0 } = options;
    this.#world = new World(() => `http://${this.#host}${FILES}`);
    this.botToken = `${Buffer.from(this.applicationId).toString('base64url')}.${randomBytes(24).toString('base64url')}`;
    const url = () => `ws://${this.#host}`;
    this.#commands = new CommandBook(this.applicationId, this.#world.snowflakes);
    this.#interactions = new Interactions(this.#world, answerWithinMs);
    this.#gateway = new Gateway(this.#world, { token: this.botToken, heartbeatIntervalMs, privilegedIntents, url });
    const routes = [
      ...botRoutes(this.#world, this.#commands, url),
      ...channelRoutes(this.#world),
      ...interactionRoutes(this.#world, this.#interactions),
    ];
    this.#rest = new RestApi(routes, this.botToken, options.rateLimit ?? RATE_LIMIT);
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#gateway.upgrade(request, socket, head));
  }

  /** For `rest.api` of discord.js. */
  get restUrl(): string {
    return `http://${this.#host}/api`;
  }

  get applicationId(): string {
    return this.#world.bot.id;
  }

  get bot(): FakeUser {
    return this.#world.bot;
  }

  /** Every REST call, oldest first. */
  get requests(): FakeRequest[] {
    return this.#rest.requests;
  }

  /** How often clients came in, newly and again, and the intents of each that came newly. */
  get connections(): { identified: number; resumed: number; intents: number[] } {
    return this.#gateway.counts;
  }

  /** The guild of this name, made if it is not there yet; the bot is in every guild. */
  guild(name: string): FakeGuild {
    return this.#world.guild(name);
  }

  /** The person of this global name, made if they are not there yet. */
  user(name: string): FakeUser {
    return this.#world.user(name);
  }

  /** A person at work in a channel. `permissions` default to MEMBER_PERMISSIONS. */
  as(user: FakeUser, channel: FakeChannel, { permissions }: { permissions?: bigint } = {}): FakeVisitor {
    const around = {
      world: this.#world,
      gateway: this.#gateway,
      interactions: this.#interactions,
      commands: this.#commands,
    };
    return new FakeVisitor(around, user, channel, permissions);
  }

  /** What the bot registered, for all guilds and for single ones (with `guild_id`). */
  commands(): APIApplicationCommand[] {
    return this.#commands.all();
  }

  /** What everybody in the channel sees now, oldest first. */
  messages(channel: FakeChannel): FakeMessage[] {
    return this.#world.messagesIn(channel.id);
  }

  /** The first message of `messages(channel)` that fits, now or after a post or an edit. Fails after `timeoutMs` (5,000). */
  waitForMessage(
    channel: FakeChannel,
    predicate: (message: FakeMessage) => boolean,
    { timeoutMs = WAIT_MS }: { timeoutMs?: number } = {},
  ): Promise<FakeMessage> {
    const what = `The awaited message in #${channel.name}`;
    return this.#world.watchers.until(what, () => this.messages(channel).find(predicate), timeoutMs);
  }

  /** Lets coming requests of this method fail whose path below `/api/v10` matches. */
  failNext(method: string, path: RegExp, failure: Failure): void {
    this.#rest.failNext(method, path, failure);
  }

  dropConnections(how: Drop): void {
    this.#gateway.drop(how);
  }

  /** Cuts every connection; whoever still waits for something fails. Nothing stays open. */
  async close(): Promise<void> {
    this.#world.watchers.close();
    this.#gateway.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  get #host(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    if (!path.startsWith(`${FILES}/`)) {
      void this.#rest.handle(request, response);
      return;
    }
    const file = this.#world.files.get(path.slice(FILES.length + 1));
    if (file) response.writeHead(200, { 'Content-Type': file.contentType }).end(file.bytes);
    else response.writeHead(404).end();
  }
}
