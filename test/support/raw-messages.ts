/** Messages into a stream past the engine, as a writer that stood still between looking and sending would send them. */
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { keyToken } from '../../src/jetstream/names.js';

export interface RawMessage {
  key: string;
  value?: unknown;
  /** What the server compares with. */
  last: number;
  /** What those who read compare with, where two writers passed a server at once; `last` where it is left out. */
  expected?: number;
  base?: number;
}

export class RawWriter {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly prefix: string,
    private readonly log: string,
  ) {}

  static async on(servers: string, log: string, prefix = 'append-log'): Promise<RawWriter> {
    return new RawWriter(await connect({ servers }), prefix, log);
  }

  /** @returns its seq */
  async send({ key, value, last, expected, base }: RawMessage): Promise<number> {
    const said = headers();
    const name = 'Nats-Expected-Last-Subject-Sequence';
    // A server of 2.9 takes the end of a longer name for the name, so it is told something else than the readers.
    if (expected !== undefined) said.set(`A-${name}`, String(last));
    said.set(name, String(expected ?? last));
    const op = value === undefined ? 'DELETE' : 'SET';
    const payload = JSON.stringify({ op, key, value, base });
    const subject = `${this.prefix}.${this.log}.k.${keyToken(key)}`;
    return (await jetstream(this.connection).publish(subject, payload, { headers: said })).seq;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
