/** Which store the environment names: a directory of this machine or, with NATS_URL, a cluster that processes share. */
import { readFileSync } from 'node:fs';
import type { DynamicModule } from '@nestjs/common';
import { SharedGamesModule } from './game/index.js';
import type { LogEngineFactory, StorageOptions } from './storage/index.js';

/** The client of the cluster is loaded only where one is named. @throws TypeError naming a variable that is wrong */
export async function storageOptions(env: NodeJS.ProcessEnv): Promise<StorageOptions> {
  const dataDir = env.DATA_DIR || './data';
  return env.NATS_URL ? { dataDir, engine: await replicatedEngine(env.NATS_URL, env) } : { dataDir };
}

/** Other processes may play on the same store; none does on a directory. @throws TypeError naming a variable that is wrong */
export function sharedGames(env: NodeJS.ProcessEnv): DynamicModule[] {
  if (!env.NATS_URL) return [];
  if (!env.LEASE_SECONDS) return [SharedGamesModule.forRoot()];
  const seconds = Number(env.LEASE_SECONDS);
  if (!(seconds >= 1 && seconds <= 600)) throw mistake('LEASE_SECONDS', 'a number from 1 to 600', env.LEASE_SECONDS);
  return [SharedGamesModule.forRoot({ ttlMs: Math.round(seconds * 1000) })];
}

async function replicatedEngine(address: string, env: NodeJS.ProcessEnv): Promise<LogEngineFactory> {
  const replicas = env.NATS_REPLICAS ? Number(env.NATS_REPLICAS) : 1;
  if (![1, 3, 5].includes(replicas)) throw mistake('NATS_REPLICAS', '1, 3 or 5', env.NATS_REPLICAS);
  const { jetStreamEngine, jetStreamOptionsFrom } = await import('./jetstream/index.js').catch((error: Error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const needed = '@nats-io/transport-node @nats-io/jetstream';
    throw new Error(`NATS_URL needs the client of NATS, which is not installed: npm install ${needed}`, {
      cause: error,
    });
  });
  const creds = env.NATS_CREDS ? credentials(env.NATS_CREDS) : undefined;
  const prefix = env.NATS_PREFIX || undefined;
  const extras = { replicas, ...(prefix !== undefined && { prefix }), ...(creds && { creds }) };
  try {
    const options = jetStreamOptionsFrom(address, extras);
    return jetStreamEngine(options);
  } catch (error) {
    throw new TypeError(`NATS_URL, NATS_PREFIX or NATS_CREDS: ${(error as Error).message}`, { cause: error });
  }
}

function credentials(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TypeError(`NATS_CREDS names a file that cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function mistake(variable: string, expected: string, got: unknown): TypeError {
  return new TypeError(`Expected ${variable} to be ${expected}, got ${JSON.stringify(got)}`);
}
