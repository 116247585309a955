/** Real nats-server processes on loopback, alone or as a cluster, each on a store of its own; none outlives its test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { inTime } from './patience.js';
import { removeScratch, scratchDirectory } from './scratch.js';

const running = new Set<NatsServer>();
process.on('exit', () => {
  for (const server of running) server.signal('SIGKILL');
});

export interface Place {
  name: string;
  port: number;
  clusterPort: number;
  routes: number[];
  directory: string;
  /** Lines for the configuration file. */
  more: string;
  /** The whole configuration file, in place of one that is made for tests. */
  whole?: string;
  /** Beside the environment of the tests. */
  env?: NodeJS.ProcessEnv;
}

export class NatsServer {
  #process: ChildProcess | undefined;
  #output = '';

  constructor(private readonly place: Place) {
    const { name, port, clusterPort, routes, directory, more, whole } = place;
    mkdirSync(directory, { recursive: true });
    const cluster =
      routes.length === 0
        ? ''
        : `cluster { name: test, listen: "127.0.0.1:${clusterPort}", routes: [${routes
            .map((route) => `"nats://127.0.0.1:${route}"`)
            .join(', ')}] }\n`;
    const jetstream = `jetstream { store_dir: "${join(directory, 'store')}", max_file_store: 4GB, max_memory_store: 64MB }\n`;
    writeFileSync(
      join(directory, 'nats.conf'),
      whole ?? `server_name: ${name}\nlisten: "127.0.0.1:${port}"\n${jetstream}${cluster}${more}`,
    );
  }

  get url(): string {
    return `nats://127.0.0.1:${this.place.port}`;
  }

  get name(): string {
    return this.place.name;
  }

  get output(): string {
    return this.#output;
  }

  async start(): Promise<this> {
    const program = process.env.NATS_SERVER_PATH ?? 'nats-server';
    const server = spawn(program, ['-c', join(this.place.directory, 'nats.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...this.place.env },
    });
    this.#process = server;
    running.add(this);
    const ready = new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.on('exit', (code, signal) => reject(new Error(`nats-server ended (${signal ?? code}): ${this.#output}`)));
      server.stderr?.on('data', (piece) => {
        this.#output = (this.#output + piece).slice(-20_000);
        if (String(piece).includes('Server is ready')) resolve();
      });
    });
    await inTime('nats-server', 20_000, ready);
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** SIGKILL, and what it kept stays. */
  async kill(): Promise<void> {
    const server = this.#process;
    if (!server) return;
    this.#process = undefined;
    if (server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
    }
    running.delete(this);
  }

  async remove(): Promise<void> {
    await this.kill();
    removeScratch(this.place.directory);
  }
}

/** One server by itself. */
export async function natsServer(more = ''): Promise<NatsServer> {
  const [port] = await freePorts(1);
  const directory = scratchDirectory();
  return new NatsServer({ name: 'alone', port: port as number, clusterPort: 0, routes: [], directory, more }).start();
}

/** Servers that know each other. */
export function natsCluster(size = 3): Promise<NatsServer[]> {
  return natsClusterOf(size, () => ({}));
}

/** Servers with a configuration file of their own: its ports and directory are what they are given here. */
export async function natsClusterOf(
  size: number,
  configurationOf: (place: Omit<Place, 'whole' | 'env'>) => Pick<Place, 'whole' | 'env'>,
): Promise<NatsServer[]> {
  const ports = await freePorts(size * 2);
  const routes = ports.slice(size);
  const servers = Array.from({ length: size }, (_, i) => {
    const [port, clusterPort] = [ports[i] as number, routes[i] as number];
    const place = { name: `n${i + 1}`, port, clusterPort, routes, directory: scratchDirectory(), more: '' };
    return new NatsServer({ ...place, ...configurationOf(place) });
  });
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}

/** For `afterEach` and `afterAll`. */
export async function removeNatsServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.remove()));
}

export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = held.map((server) => (server.address() as { port: number }).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
