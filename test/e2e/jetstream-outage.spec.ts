/** An application on a cluster whose servers die, all of them or so many that no majority is left, and come back. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { type AppendLogService, PlayerRepository } from '../../src/storage/index.js';
import { type EngineHealth, resolveLogOptions } from '../../src/storage/log/index.js';
import { becomes, type MonitoringStage, monitoringStage } from '../support/monitoring-stage.js';
import { type NatsServer, natsCluster, removeNatsServers } from '../support/nats.js';
import { silent } from '../support/parent.js';
import { inTime } from '../support/patience.js';

const WRITE_TIMEOUT_MS = 2000;
/** Generous: a machine with other work may be late. */
const FAILS_WITHIN_MS = 3 * WRITE_TIMEOUT_MS;
const LOG = 'facts';
const KEYS = 20;

/** First the application closes, then the servers go. */
const openStage = monitoringStage();
afterEach(removeNatsServers);

function open(servers: NatsServer[]): Promise<MonitoringStage> {
  const engine = jetStreamEngine({
    servers: servers.map(({ url }) => url),
    replicas: 3,
    writeTimeoutMs: WRITE_TIMEOUT_MS,
    connectTimeoutMs: 30_000,
    // The first server that is named is the one that it connects to.
    connection: { noRandomize: true },
  });
  return openStage({ storage: { engine }, monitoring: { http: true } });
}

/** Says which numbers were acknowledged. */
class Facts {
  readonly acknowledged: number[] = [];
  #next = 0;

  constructor(private readonly logs: AppendLogService) {}

  async write(count: number): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(Array.from({ length: count }, () => this.#one()));
  }

  async #one(): Promise<void> {
    const n = this.#next;
    this.#next += 1;
    await this.logs.append(LOG, { op: 'SET', key: `k${n % KEYS}`, value: n });
    this.acknowledged.push(n);
  }
}

async function expectFailing(stage: MonitoringStage, facts: Facts, servers: NatsServer[]): Promise<void> {
  const began = Date.now();
  const writes = await Promise.all([
    facts.write(30),
    Promise.allSettled([
      stage.app.get(PlayerRepository).updatePlayerStats('ada', 'Ada', 10),
      stage.logs.update<number>(LOG, 'counter', (n = 0) => n + 1),
      stage.logs.append(LOG, { op: 'DELETE', key: 'k1' }),
    ]),
  ]);
  expect(Date.now() - began).toBeLessThan(FAILS_WITHIN_MS);
  for (const outcome of writes.flat()) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'LOG_IO' } });
    const { message } = (outcome as PromiseRejectedResult).reason as Error;
    for (const { url } of servers) expect(message).toContain(url);
    expect(message).toContain('writeTimeoutMs');
  }
}

async function expectReadable({ logs }: MonitoringStage): Promise<void> {
  expect(await logs.get(LOG, 'k3')).toBe(183);
  expect(await logs.has(LOG, 'k3')).toBe(true);
  expect(await logs.has(LOG, 'nobody')).toBe(false);
  const [keys, values] = [[] as string[], [] as unknown[]];
  for await (const key of logs.keys(LOG)) keys.push(key);
  for await (const [, value] of logs.entries(LOG)) values.push(value);
  expect(keys).toHaveLength(KEYS);
  expect(values).toEqual(Array.from({ length: KEYS }, (_, n) => 180 + n));
}

interface Told {
  code: number;
  reasons: { about: string; message: string }[];
}

async function health(url: string): Promise<Told> {
  const answer = await inTime('GET /health', 10_000, fetch(`${url}/health`));
  const body = (await answer.json()) as { details: { 'append-log': { reasons: Told['reasons'] } } };
  return { code: answer.status, reasons: body.details['append-log'].reasons };
}

async function untilHealth(url: string, code: number): Promise<Told> {
  for (;;) {
    const told = await health(url);
    if (told.code === code) return told;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function untilWritten(facts: Facts): Promise<void> {
  for (;;) if ((await facts.write(1))[0]?.status === 'fulfilled') return;
}

/** Everything that was acknowledged stands in the stream once, as another process reads it, and that of a key in order. */
async function expectKept(servers: NatsServer[], facts: Facts): Promise<void> {
  const engine = jetStreamEngine({ servers: servers.map(({ url }) => url) })(resolveLogOptions({}), silent);
  await engine.open();
  const numbers: number[] = [];
  for await (const { key, value } of engine.stream(LOG)) if (key?.startsWith('k')) numbers.push(value as number);
  await engine.close();
  const there = new Set(numbers);
  expect(numbers).toHaveLength(there.size);
  expect(facts.acknowledged.filter((n) => !there.has(n))).toEqual([]);
  for (let key = 0; key < KEYS; key += 1) {
    const ofKey = numbers.filter((n) => n % KEYS === key);
    expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
  }
}

describe('the cluster down', () => {
  test('fails writes in time and leaves reads, says so, and goes on when it is back with all that was acknowledged', async () => {
    const servers = await natsCluster(3);
    const stage = await open(servers);
    const url = await stage.listen();
    const facts = new Facts(stage.logs);
    await facts.write(200);
    expect(facts.acknowledged).toHaveLength(200);
    expect(await health(url)).toEqual({ code: 200, reasons: [] });

    await Promise.all(servers.map((server) => server.kill()));
    await expectFailing(stage, facts, servers);
    // Again, now that the connection is known to be gone.
    await expectFailing(stage, facts, servers);
    await expectReadable(stage);
    const { reasons } = await inTime('being unwell', 20_000, untilHealth(url, 503));
    expect(reasons).toEqual([expect.objectContaining({ about: 'storage-unreachable' })]);
    for (const server of servers) expect(reasons[0]?.message).toContain(server.url);

    await Promise.all(servers.map((server) => server.start()));
    await inTime('writing again', 60_000, untilWritten(facts));
    expect(await inTime('being well', 30_000, untilHealth(url, 200))).toEqual({ code: 200, reasons: [] });
    await facts.write(100);
    await expectKept(servers, facts);
  }, 180_000);

  test('to one of three does the same, also where the view still hears from that one', async () => {
    const servers = await natsCluster(3);
    const { stage, survivor } = await besideItsView(servers);
    const url = await stage.listen();
    const facts = new Facts(stage.logs);
    await facts.write(200);

    const dead = servers.filter((server) => server !== survivor);
    await Promise.all(dead.map((server) => server.kill()));
    // Nobody writes: the engine notices it all the same.
    const isUnwell = ({ reasons }: EngineHealth) => reasons.some((reason) => reason.includes(LOG));
    await becomes('the engine’s health', () => stage.logs.engineHealth() as EngineHealth, isUnwell);
    const { reasons } = await inTime('being unwell', 20_000, untilHealth(url, 503));
    expect(reasons).toEqual([expect.objectContaining({ about: 'storage-unreachable' })]);
    await expectFailing(stage, facts, servers);
    await expectReadable(stage);

    await Promise.all(dead.map((server) => server.start()));
    await inTime('writing again', 60_000, untilWritten(facts));
    expect(await inTime('being well', 30_000, untilHealth(url, 200))).toEqual({ code: 200, reasons: [] });
    await facts.write(100);
    await expectKept(servers, facts);
  }, 180_000);
});

/** An application whose consumer stands on the server that it is connected to, so that it hears from it in any case. */
async function besideItsView(servers: NatsServer[]): Promise<{ stage: MonitoringStage; survivor: NatsServer }> {
  const connection = await connect({ servers: servers.map(({ url }) => url) });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    for (let turn = 0; turn < 60; turn += 1) {
      const survivor = servers[turn % servers.length] as NatsServer;
      const stage = await open([survivor, ...servers.filter((server) => server !== survivor)]);
      await stage.logs.get(LOG, 'a');
      const consumers = await manager.consumers.list(`append-log_${LOG}`).next();
      if (consumers.length === 1 && consumers[0]?.cluster?.leader === survivor.name) return { stage, survivor };
      await stage.close();
    }
    throw new Error('No consumer came to stand where the application is connected to.');
  } finally {
    await connection.close();
  }
}
