// @ts-check
// This project's replicated engine, with its defaults; each process has a view of its own.
import { jetStreamEngine } from '../../dist/jetstream/index.js';
import { resolveLogOptions } from '../../dist/storage/log/index.js';
import { serverVersion } from './nats-servers.js';
import { LOG, version as ourVersion } from './ours.js';

export const version = () => `${ourVersion()} on nats-server ${serverVersion()}`;
export const missing = () => (serverVersion() ? undefined : 'it is not installed: there is no nats-server');

const SILENT = { log() {}, warn: console.warn, error: console.error };

/**
 * Ready when its view shows what the log held.
 * @param {{ servers: string[], cacheBytes?: number }} options
 * @returns {Promise<import('./store.js').SharedStore>}
 */
export async function open({ servers, cacheBytes }) {
  const options = resolveLogOptions({ dataDir: 'unused', cacheBytes });
  const engine = jetStreamEngine({ servers, replicas: servers.length })(options, SILENT);
  await engine.open();
  await engine.openLog(LOG);
  return {
    set: (key, value) => engine.append(LOG, { op: 'SET', key, value }),
    get: (key) => engine.get(LOG, key),
    count: (key) => engine.update(LOG, key, (/** @type {number | undefined} */ counted = 0) => counted + 1),
    onSet: (listener) => engine.onChange((_, { key }) => listener(/** @type {string} */ (key))),
    keys: () => engine.size(LOG),
    close: () => engine.close(),
  };
}
