import { afterEach, describe, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { type LogEngine, type LogEntry, resolveLogOptions } from '../../src/storage/log/index.js';
import { Child, killAllChildren } from '../support/child.js';
import { type NatsServer, natsCluster, removeNatsServers } from '../support/nats.js';
import { silent } from '../support/parent.js';
import { inTime } from '../support/patience.js';
import type { WriterReport, WriterTask } from './jetstream-writer-child.js';

/** Two minutes are what was promised; among all other tests a shorter run must do. */
const MINUTES = Number(process.env.JETSTREAM_MINUTES ?? 0.5);
const LOG = 'shared';
const COUNTERS = 8;
const WRITERS = [22, 21, 21];

afterEach(async () => {
  await killAllChildren();
  await removeNatsServers();
});

describe('three servers, 64 writers in three processes', () => {
  test(
    'lose and double no acknowledged write while one server after the other is killed',
    async () => {
      const servers = await natsCluster(3);
      const urls = servers.map(({ url }) => url);
      const children = WRITERS.map((writers, i) => {
        const task: WriterTask = { servers: urls, log: LOG, name: `p${i}`, writers, counters: COUNTERS, replicas: 3 };
        return new Child(new URL('./jetstream-writer-child.js', import.meta.url), task);
      });
      await inTime('the start', 90_000, Promise.all(children.map((child) => child.message('writing'))));
      const kills = await killInTurn(servers, urls, Date.now() + MINUTES * 60_000);
      for (const child of children) child.say('stop');
      const told = await inTime('stopping', 60_000, Promise.all(children.map((child) => child.message('report'))));
      const reports = told.map(([, report]) => report as WriterReport);
      const lastSeq = Math.max(...told.map(([, , seq]) => seq as number));
      for (const child of children) child.say(`digest ${lastSeq}`);
      const digests = await inTime('digests', 60_000, Promise.all(children.map((child) => child.message('digest'))));
      expect(new Set(digests.map(([, digest]) => digest)).size).toBe(1);

      const engine = jetStreamEngine({ servers: urls, prefix: 'cluster', replicas: 3 })(resolveLogOptions({}), silent);
      await engine.open();
      const history = await historyOf(engine);
      for (const report of reports) expectWritten(history, report);
      expectCounted(history, reports);
      await engine.close();

      const gaps = reports.map(({ longestGapMs }) => longestGapMs);
      const unknown = reports.flatMap((report) => [
        ...Object.values(report.unknown).map(({ length }) => length),
        ...Object.values(report.countedPerhaps),
      ]);
      console.log(
        `${MINUTES} min, ${kills} servers killed, ${history.length} entries, ` +
          `${unknown.reduce((sum, n) => sum + n, 0)} writes unknown, longest gaps ${gaps.join(', ')} ms.`,
      );
      expect(kills).toBeGreaterThan(0);
      expect(history.length).toBeGreaterThan(1000);
    },
    MINUTES * 60_000 + 400_000,
  );
});

/** The next one dies once the former is whole again: two of three are always there. */
async function killInTurn(servers: NatsServer[], urls: string[], until: number): Promise<number> {
  let kills = 0;
  while (Date.now() < until) {
    const server = servers[kills % servers.length] as NatsServer;
    await server.kill();
    kills += 1;
    await pause(3000);
    await server.start();
    await inTime('catching up', 120_000, untilWhole(urls));
    await pause(1000);
  }
  return kills;
}

async function untilWhole(servers: string[]): Promise<void> {
  const connection = await connect({ servers, maxReconnectAttempts: -1 });
  try {
    for (;;) {
      try {
        const manager = await jetstreamManager(connection, { timeout: 2000 });
        const { cluster } = await manager.streams.info(`cluster_${LOG}`);
        const { leader, replicas = [] } = cluster ?? {};
        if (leader && replicas.length === 2 && replicas.every(({ current, offline }) => current && !offline)) return;
      } catch {
        // No leader yet.
      }
      await pause(200);
    }
  } finally {
    await connection.close();
  }
}

async function historyOf(engine: LogEngine): Promise<LogEntry[]> {
  const history: LogEntry[] = [];
  for await (const entry of engine.stream(LOG)) history.push(entry);
  return history;
}

/** Each acknowledged write stands once, none twice, and those of a key in the order in which they were called. */
function expectWritten(history: LogEntry[], { acked, unknown }: WriterReport): void {
  for (const [key, numbers] of Object.entries(acked)) {
    const stored = history.filter((entry) => entry.key === key).map(({ value }) => (value as { n: number }).n);
    expect(stored).toEqual([...new Set(stored)].sort((a, b) => a - b));
    const there = new Set(stored);
    expect(numbers.filter((n) => !there.has(n))).toEqual([]);
    const perhaps = new Set([...numbers, ...(unknown[key] ?? [])]);
    expect(stored.filter((n) => !perhaps.has(n))).toEqual([]);
  }
}

function expectCounted(history: LogEntry[], reports: WriterReport[]): void {
  for (let i = 0; i < COUNTERS; i += 1) {
    const counter = `counter-${i}`;
    const values = history.filter(({ key }) => key === counter).map(({ value }) => value);
    expect(values).toEqual(values.map((_, at) => at + 1));
    const sum = (of: 'counted' | 'countedPerhaps') =>
      reports.reduce((total, report) => total + (report[of][counter] ?? 0), 0);
    expect(values.length).toBeGreaterThanOrEqual(sum('counted'));
    expect(values.length).toBeLessThanOrEqual(sum('counted') + sum('countedPerhaps'));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
