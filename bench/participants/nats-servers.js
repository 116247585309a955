// @ts-check
// Real nats-server processes on loopback, with their defaults, started for one measurement.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const PROGRAM = process.env.NATS_SERVER_PATH ?? 'nats-server';
const READY_MS = 30_000;

export function serverVersion() {
  const { status, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.match(/v(\d\S*)/)?.[1] : undefined;
}

/**
 * One server, or so many that know each other; they take writes when this resolves.
 * @param {string} directory
 * @param {number} count
 */
export async function startServers(directory, count) {
  const ports = await freePorts(count * 2);
  const routes = ports.slice(count);
  const processes = routes.map((route, i) => start(join(directory, `n${i}`), ports[i], route, routes));
  const servers = ports.slice(0, count).map((port) => `nats://127.0.0.1:${port}`);
  const stop = () => Promise.all(processes.map(({ stop }) => stop()));
  await takeWrites(servers).catch(async (error) => {
    await stop();
    throw error;
  });
  return { servers, stop };
}

/** @param {string} directory @param {number} port @param {number} clusterPort @param {number[]} routes */
function start(directory, port, clusterPort, routes) {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'nats.conf');
  const addresses = routes.map((route) => `"nats://127.0.0.1:${route}"`).join(', ');
  const cluster = `cluster { name: bench, listen: "127.0.0.1:${clusterPort}", routes: [${addresses}] }\n`;
  const store = `jetstream { store_dir: "${join(directory, 'store')}", max_file_store: 8GB }\n`;
  const lines = `server_name: n${clusterPort}\nlisten: "127.0.0.1:${port}"\n${store}`;
  writeFileSync(file, routes.length === 1 ? lines : lines + cluster);
  const server = spawn(PROGRAM, ['-c', file], { stdio: 'ignore' });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const gone = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
  void gone.then(() => process.removeListener('exit', kill));
  const stop = () => {
    kill();
    return gone;
  };
  return { stop };
}

/** They answer, and a stream that is kept by all of them can be made. @param {string[]} servers */
async function takeWrites(servers) {
  for (const deadline = Date.now() + READY_MS; ; ) {
    try {
      const connection = await connect({ servers, reconnect: false, timeout: 1000 });
      try {
        const { streams } = await jetstreamManager(connection);
        await streams.add({ name: 'probe', subjects: ['probe'], num_replicas: servers.length });
        await streams.delete('probe');
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const probes = await Promise.all(Array.from({ length: count }, listening));
  const ports = probes.map((probe) => /** @type {import('node:net').AddressInfo} */ (probe.address()).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

/** @returns {Promise<import('node:net').Server>} */
function listening() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => resolve(probe));
  });
}
