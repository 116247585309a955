/** What can be chosen about the replicated engine, with every default in one place. */
import type { NodeConnectionOptions } from '@nats-io/transport-node';

/** @publicApi */
export interface JetStreamOptions {
  /** Addresses of the cluster's servers, `nats://host:4222`. One that answers is enough; the others become known by it. */
  servers: string | string[];
  /** Begins the names of all streams and subjects: letters, digits and dashes. @default 'append-log' */
  prefix?: string;
  /** Servers that keep each log: 1, 3 or 5. A stream that exists keeps the number that it has. @default 1 */
  replicas?: number;
  /** How long `open` looks for a server that answers, in milliseconds. @default 10000 */
  connectTimeoutMs?: number;
  /** After which time a write that is not acknowledged fails, in milliseconds. @default 10000 */
  writeTimeoutMs?: number;
  /**
   * For how long the servers know a write again, in milliseconds; longer than any write is tried. A stream that exists keeps
   * what it has. @default 120000
   */
  duplicateWindowMs?: number;
  /** Writes of a log that are sent before the first of them is acknowledged. @default 2048 */
  maxInFlight?: number;
  /**
   * Handed to the client as it is: `user` and `pass`, `token`, `authenticator` (for a credentials file
   * `credsAuthenticator(bytes)` of `@nats-io/transport-node`), `tls`, `name`, …
   */
  connection?: Omit<NodeConnectionOptions, 'servers'>;
}

export interface ResolvedJetStreamOptions extends Required<Omit<JetStreamOptions, 'servers'>> {
  readonly servers: readonly string[];
}

const DEFAULTS = Object.freeze({
  prefix: 'append-log',
  replicas: 1,
  connectTimeoutMs: 10_000,
  writeTimeoutMs: 10_000,
  duplicateWindowMs: 120_000,
  maxInFlight: 2048,
});

/** No underscore: behind the first one the log's name begins, so no two prefixes share a stream. */
const PREFIX = /^[A-Za-z0-9-]{1,32}$/;

/** @throws TypeError naming the option, what was expected and what was got */
export function resolveJetStreamOptions(options: JetStreamOptions): ResolvedJetStreamOptions {
  const servers = [options?.servers ?? []].flat();
  if (servers.length === 0 || !servers.every((server) => typeof server === 'string' && server !== '')) {
    throw new TypeError(
      `Expected \`servers\` to be one or more addresses of servers, got ${JSON.stringify(options?.servers)}`,
    );
  }
  const prefix = options.prefix ?? DEFAULTS.prefix;
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new TypeError(
      `Expected \`prefix\` to be 1–32 letters, digits and dashes, got ${JSON.stringify(options.prefix)}`,
    );
  }
  const resolved: ResolvedJetStreamOptions = {
    servers,
    prefix,
    replicas: numberOf(options, 'replicas', 1, 5),
    connectTimeoutMs: numberOf(options, 'connectTimeoutMs', 1, 2 ** 31 - 1),
    writeTimeoutMs: numberOf(options, 'writeTimeoutMs', 1, 2 ** 31 - 1),
    duplicateWindowMs: numberOf(options, 'duplicateWindowMs', 100, 2 ** 31 - 1),
    maxInFlight: numberOf(options, 'maxInFlight', 1, 1_000_000),
    connection: options.connection ?? {},
  };
  if (resolved.duplicateWindowMs <= resolved.writeTimeoutMs) {
    throw new TypeError(
      `Expected \`duplicateWindowMs\` to be longer than \`writeTimeoutMs\` (${resolved.writeTimeoutMs}), ` +
        `got ${resolved.duplicateWindowMs}`,
    );
  }
  return Object.freeze(resolved);
}

type NumberOption = 'replicas' | 'connectTimeoutMs' | 'writeTimeoutMs' | 'duplicateWindowMs' | 'maxInFlight';

function numberOf(options: JetStreamOptions, name: NumberOption, least: number, most: number): number {
  const number = options[name] ?? DEFAULTS[name];
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new TypeError(
    `Expected \`${name}\` to be a whole number from ${least} to ${most}, got ${JSON.stringify(options[name])}`,
  );
}
