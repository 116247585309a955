/** A session of the gateway: it outlives its connection, and keeps what it told for one who resumes. */

import { randomBytes } from 'node:crypto';
import { GatewayOpcodes, GatewayIntentBits as Intent } from 'discord.js';
import { shardOf } from './snowflake.js';

/** A way to the client, if one is there just now. */
export interface Line {
  send(packet: string): void;
}

/** The intent that a client must name to hear an event; the others everybody hears. */
const INTENT_OF: Record<string, number> = {
  GUILD_CREATE: Intent.Guilds,
  CHANNEL_CREATE: Intent.Guilds,
  MESSAGE_CREATE: Intent.GuildMessages,
  MESSAGE_UPDATE: Intent.GuildMessages,
  MESSAGE_DELETE: Intent.GuildMessages,
};

export class Session {
  readonly id = randomBytes(16).toString('hex');
  line: Line | undefined;
  /** Packets as sent, the one with sequence number n at n - 1. */
  readonly #told: string[] = [];

  constructor(
    readonly shard: { id: number; count: number },
    readonly intents: number,
  ) {}

  hears(event: string, guildId: string): boolean {
    const intent = INTENT_OF[event] ?? 0;
    return (this.intents & intent) === intent && shardOf(guildId, this.shard.count) === this.shard.id;
  }

  tell(event: string, payload: object): void {
    const packet = JSON.stringify({ op: GatewayOpcodes.Dispatch, t: event, s: this.#told.length + 1, d: payload });
    this.#told.push(packet);
    this.line?.send(packet);
  }

  knows(sequence: number): boolean {
    return Number.isInteger(sequence) && sequence >= 0 && sequence <= this.#told.length;
  }

  /** Tells again over a new line what came after `sequence`. */
  resume(sequence: number, line: Line): void {
    this.line = line;
    for (const packet of this.#told.slice(sequence)) line.send(packet);
    this.tell('RESUMED', {});
  }
}
