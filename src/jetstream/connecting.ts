/** The first connection: found in time, or given up for good with the reason why no server lets this client in. */
import { AuthorizationError, connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { LogError } from '../storage/log/index.js';
import type { ResolvedJetStreamOptions } from './options.js';

/** A frozen server is given up after two of these. */
const PING_INTERVAL_MS = 2000;
const LONGEST_ATTEMPT_MS = 5000;
const UNTRUSTED = /certificate|self.signed|^(CERT|ERR_TLS)_/i;

/** Nothing more is known than that the time is over. */
export class TooLate extends Error {}

/** @throws Error where no server lets it in until then */
export async function connectBefore(options: ResolvedJetStreamOptions, deadline: number): Promise<NatsConnection> {
  // A client that is to outlive a password that is wrong for a while never tells of one: another asks first.
  const asking = await attempt(options, deadline, { ignoreAuthErrorAbort: false });
  await asking.close();
  return attempt(options, deadline, { ignoreAuthErrorAbort: true });
}

async function attempt(
  { servers, connection }: ResolvedJetStreamOptions,
  deadline: number,
  more: NodeConnectionOptions,
): Promise<NatsConnection> {
  let isGivenUp = false;
  const connecting = connect({
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...more,
    ...connection,
    servers: [...servers],
    timeout: Math.max(100, Math.min(deadline - Date.now(), LONGEST_ATTEMPT_MS)),
    // The only way to have the client leave off: servers of a cluster name each other, so it never runs out of them.
    reconnectToServer: (pool, info) => {
      if (isGivenUp) throw new Error('given up');
      return connection.reconnectToServer?.(pool, info) ?? null;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(new TooLate('no server let this client in'));
    timer = setTimeout(refuse, Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    isGivenUp = true;
    connecting.then((established) => established.close()).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What to say of a start that found no server, and what to do about it. */
export function unreachable({ connectTimeoutMs, servers }: ResolvedJetStreamOptions, cause: unknown): LogError {
  const { message: why = String(cause), code } = (cause ?? {}) as { message?: string; code?: string };
  const where = `within ${connectTimeoutMs} ms (${servers.join(', ')})`;
  if (cause instanceof AuthorizationError) {
    return new LogError(
      'LOG_IO',
      `No JetStream server let this client in ${where}: its credentials are refused (${why}).`,
      {
        cause,
        hint: 'Check user and password, token or credentials file.',
      },
    );
  }
  if (UNTRUSTED.test(code ?? '') || UNTRUSTED.test(why)) {
    return new LogError(
      'LOG_IO',
      `No JetStream server could be trusted ${where}: its certificate is refused (${why}).`,
      {
        cause,
        hint: 'Name the file of the authority that signed it, `connection.tls.caFile` (of the command: --tls-ca).',
      },
    );
  }
  return new LogError('LOG_IO', `No JetStream server answered ${where}: ${why}.`, {
    cause,
    hint: 'Check the addresses, and that the servers run with JetStream enabled.',
  });
}
