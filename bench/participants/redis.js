// @ts-check
// Redis with an append-only file, on loopback, started for one measurement. Not embedded: every set is a round trip.
import { spawnSync } from 'node:child_process';
import { createClient } from '@redis/client';
import { versionOf } from './installed.js';
import { startRedis } from './redis-server.js';

export const version = () => `${serverVersion()?.match(/v=(\S+)/)?.[1]}, client ${versionOf('@redis/client')}`;
export const missing = () => (serverVersion() ? undefined : 'it is not installed: there is no redis-server');

/**
 * @param {string} directory
 * @param {import('./store.js').StoreOptions} options
 */
export async function open(directory, { durable = true } = {}) {
  const server = await startRedis(directory, durable ? 'always' : 'no');
  const client = createClient({ socket: { host: '127.0.0.1', port: server.port }, disableClientInfo: true });
  client.on('error', (error) => console.error('Redis:', error.message));
  await client.connect();
  await loaded(client);
  return {
    client,
    pid: server.pid,
    /** @param {string} key @param {unknown} value */
    set: (key, value) => client.set(key, JSON.stringify(value)),
    /** @param {string} key */
    get: async (key) => {
      const text = await client.get(key);
      return text === null ? undefined : JSON.parse(text);
    },
    compact: () => rewrite(client),
    close: async () => {
      await client.close();
      await server.stop();
    },
  };
}

/** @param {string} directory @param {Iterable<[string, any]>} pairs */
export async function load(directory, pairs) {
  const store = await open(directory, { durable: false });
  const iterator = pairs[Symbol.iterator]();
  const lane = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await store.set(...next.value);
  };
  await Promise.all(Array.from({ length: 1000 }, lane));
  await store.close();
}

/** @param {any} client the server answers LOADING until it has read its file */
async function loaded(client) {
  for (;;) {
    try {
      await client.ping();
      return;
    } catch (error) {
      if (!String(error).includes('LOADING')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** @param {any} client */
async function rewrite(client) {
  await client.sendCommand(['BGREWRITEAOF']);
  for (;;) {
    const info = await client.info('persistence');
    if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) {
      if (!/aof_last_bgrewrite_status:ok/.test(info)) throw new Error('the rewrite failed');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function serverVersion() {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}
