/** The WebSocket side: who is connected, what they are told, and how they are cut off. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayCloseCodes as Close, GatewayIntentBits as Intent, GatewayOpcodes as Op } from 'discord.js';
import { WebSocket, WebSocketServer } from 'ws';
import { Session } from './session.js';
import { guildShape, userShape } from './shapes.js';
import { shardOf } from './snowflake.js';
import type { World } from './world.js';

export interface GatewayOptions {
  token: string;
  heartbeatIntervalMs: number;
  /** Of members, presences and message content, those switched on for the application. */
  privilegedIntents: number;
  /** The ws:// address, known only once somebody can connect. */
  url(): string;
}

/**
 * - `resumable`: the connection is closed with code 4000.
 * - `reconnect`: the client is asked to come back and resume.
 * - `not-resumable`: the session is declared invalid.
 * - `silent`: the line stays open, but nothing is heard or said on it any more.
 */
export type Drop = 'resumable' | 'reconnect' | 'not-resumable' | 'silent';

const PRIVILEGED = Intent.GuildMembers | Intent.GuildPresences | Intent.MessageContent;
const ALL_INTENTS = Object.values(Intent)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);
const OVER = [1000, 1001];

interface Packet {
  op: number;
  d: unknown;
}

interface IdentifyPacket {
  token?: string;
  intents?: number;
  shard?: [id: number, count: number];
  properties?: object;
}

interface ResumePacket {
  token?: string;
  session_id?: string;
  seq?: number;
}

export class Gateway {
  readonly counts = { identified: 0, resumed: 0, intents: [] as number[] };
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();
  readonly #connections = new Set<Connection>();

  constructor(
    private readonly world: World,
    private readonly options: GatewayOptions,
  ) {
    world.onEvent((event, guildId, payload) => this.tell(event, guildId, payload));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const { searchParams } = new URL(request.url ?? '/', 'ws://127.0.0.1');
      if (searchParams.get('v') !== '10') client.close(Close.InvalidAPIVersion, 'Invalid API version.');
      else if (searchParams.get('encoding') !== 'json') client.close(Close.DecodeError, 'Only JSON is spoken here.');
      else this.#greet(client);
    });
  }

  /** Tells every session whose shard has the guild; answers how many. */
  tell(event: string, guildId: string, payload: object): number {
    const hearing = [...this.#sessions.values()].filter((session) => session.hears(event, guildId));
    for (const session of hearing) session.tell(event, payload);
    return hearing.length;
  }

  drop(how: Drop): void {
    for (const connection of this.#connections) {
      if (how === 'silent') {
        connection.isSilent = true;
        continue;
      }
      const { session } = connection;
      connection.leaveSession();
      if (how === 'resumable') connection.close(Close.UnknownError);
      if (how === 'reconnect') connection.say(Op.Reconnect, null);
      if (how === 'not-resumable') {
        if (session) this.#sessions.delete(session.id);
        connection.say(Op.InvalidSession, false);
      }
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.terminate();
    this.#server.close();
  }

  #greet(client: WebSocket): void {
    const connection = new Connection(client);
    this.#connections.add(connection);
    client.on('error', () => client.terminate());
    client.on('message', (text) => {
      if (!connection.isSilent) this.#hear(connection, String(text));
    });
    client.on('close', (code) => {
      this.#connections.delete(connection);
      // A client that closes in good order does not come back; any other may resume.
      if (connection.session && OVER.includes(code)) this.#sessions.delete(connection.session.id);
      connection.leaveSession();
    });
    connection.say(Op.Hello, { heartbeat_interval: this.options.heartbeatIntervalMs });
  }

  #hear(connection: Connection, text: string): void {
    const { op, d } = parse(text) ?? {};
    if (op === undefined) connection.close(Close.DecodeError);
    else if (op === Op.Heartbeat) connection.say(Op.HeartbeatAck, null);
    else if (op === Op.Identify) this.#identify(connection, (d ?? {}) as IdentifyPacket);
    else if (op === Op.Resume) this.#resume(connection, (d ?? {}) as ResumePacket);
    else if (!(op in Op)) connection.close(Close.UnknownOpcode);
    else if (!connection.session) connection.close(Close.NotAuthenticated);
  }

  #identify(connection: Connection, packet: IdentifyPacket): void {
    const fault = connection.session ? Close.AlreadyAuthenticated : this.#faultOf(packet);
    if (fault !== undefined) {
      connection.close(fault);
      return;
    }
    const { intents = 0, shard: [id, count] = [0, 1] } = packet;
    const session = new Session({ id, count }, intents);
    this.#sessions.set(session.id, session);
    connection.session = session;
    session.line = connection;
    this.counts.identified += 1;
    this.counts.intents.push(intents);
    this.#welcome(session);
  }

  #faultOf({ token, intents, shard: [id, count] = [0, 1], properties }: IdentifyPacket): Close | undefined {
    if (token !== this.options.token) return Close.AuthenticationFailed;
    if (!properties) return Close.DecodeError;
    if (typeof intents !== 'number' || intents & ~ALL_INTENTS) return Close.InvalidIntents;
    if (intents & PRIVILEGED & ~this.options.privilegedIntents) return Close.DisallowedIntents;
    return id >= 0 && id < count ? undefined : Close.InvalidShard;
  }

  #welcome(session: Session): void {
    const { id, count } = session.shard;
    const guilds = [...this.world.guilds.values()].filter((guild) => shardOf(guild.id, count) === id);
    session.tell('READY', {
      v: 10,
      user: { ...userShape(this.world.bot), verified: true, mfa_enabled: false, email: null, flags: 0 },
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: this.options.url(),
      shard: [id, count],
      application: { id: this.world.bot.id, flags: 0 },
      private_channels: [],
      relationships: [],
      presences: [],
    });
    for (const guild of guilds) {
      if (session.hears('GUILD_CREATE', guild.id)) session.tell('GUILD_CREATE', guildShape(guild, this.world.bot));
    }
  }

  #resume(connection: Connection, { token, session_id = '', seq = -1 }: ResumePacket): void {
    const session = this.#sessions.get(session_id);
    if (connection.session) connection.close(Close.AlreadyAuthenticated);
    else if (token !== this.options.token) connection.close(Close.AuthenticationFailed);
    else if (!session) connection.say(Op.InvalidSession, false);
    else if (!session.knows(seq)) connection.close(Close.InvalidSeq);
    else this.#continue(connection, session, seq);
  }

  #continue(connection: Connection, session: Session, sequence: number): void {
    // Whoever had the session, a line gone silent perhaps, has it no more.
    for (const other of this.#connections) if (other.session === session) other.leaveSession();
    connection.session = session;
    this.counts.resumed += 1;
    session.resume(sequence, connection);
  }
}

class Connection {
  session: Session | undefined;
  isSilent = false;

  constructor(private readonly client: WebSocket) {}

  leaveSession(): void {
    if (this.session?.line === this) this.session.line = undefined;
    this.session = undefined;
  }

  say(op: number, d: unknown): void {
    this.send(JSON.stringify({ op, d, s: null, t: null }));
  }

  send(packet: string): void {
    if (!this.isSilent && this.client.readyState === WebSocket.OPEN) this.client.send(packet);
  }

  close(code: Close): void {
    this.client.close(code, Close[code]);
  }

  terminate(): void {
    this.client.terminate();
  }
}

function parse(text: string): Packet | undefined {
  try {
    const packet = JSON.parse(text);
    return typeof packet?.op === 'number' ? packet : undefined;
  } catch {
    return undefined;
  }
}
