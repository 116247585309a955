/** A cluster of NATS JetStream that a command is given: its options, and an engine over it. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type LogEngine, resolveLogOptions } from '../storage/log/index.js';
import { tellsWarnings } from './directory.js';
import { UsageError } from './exit.js';
import type { Terminal } from './terminal.js';

export interface ClusterWords {
  prefix?: string;
  replicas?: string;
  creds?: string;
  tlsCa?: string;
}

export function withClusterOptions(made: Command): Command {
  return made
    .option('--prefix <name>', 'begins the names of the streams (append-log where left out)')
    .option('--replicas <n>', 'servers that keep each new stream: 1, 3 or 5', '1')
    .option('--creds <file>', 'a credentials file; user and password may stand in the address')
    .option('--tls-ca <file>', "certificates that vouch for the servers' (tls:// asks for TLS by itself)");
}

/** The client library is loaded here, so that nobody else needs it. @param follows whether it only reads */
export async function withCluster<T>(
  address: string,
  words: ClusterWords,
  { terminal, follows }: { terminal: Terminal; follows: boolean },
  work: (engine: LogEngine, shown: string) => Promise<T>,
): Promise<T> {
  const rooms = await import('../jetstream/index.js').catch((error: { code?: string }) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'The client of NATS is not installed.',
      'npm install @nats-io/transport-node @nats-io/jetstream',
    );
  });
  const options = rooms.jetStreamOptionsFrom(address, {
    replicas: Number(words.replicas),
    ...(words.prefix !== undefined && { prefix: words.prefix }),
    ...(words.creds !== undefined && { creds: contentOf(words.creds) }),
    ...(words.tlsCa !== undefined && { caFile: words.tlsCa }),
  });
  const factory = follows ? rooms.jetStreamFollower(options) : rooms.jetStreamEngine(options);
  const engine = factory(resolveLogOptions(), tellsWarnings(terminal));
  await engine.open();
  try {
    return await work(engine, rooms.shownAddress(address));
  } finally {
    await engine.close();
  }
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`The credentials cannot be read: ${(error as Error).message}`);
  }
}
