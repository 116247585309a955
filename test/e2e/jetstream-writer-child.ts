/**
 * One process of writers on a shared log, for jetstream-cluster.spec.ts. It writes until it is told to stop, then tells what
 * was acknowledged, what is unknown, and in one word what it sees in the end.
 */
import { createInterface } from 'node:readline';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { LogError, resolveLogOptions } from '../../src/storage/log/index.js';
import { argument, silent, tell } from '../support/parent.js';
import { stateDigest } from '../support/state-digest.js';

export interface WriterTask {
  servers: string[];
  log: string;
  name: string;
  writers: number;
  counters: number;
  replicas: number;
}

export interface WriterReport {
  /** By key: numbers whose write was acknowledged, in the order in which they were written. */
  acked: Record<string, number[]>;
  unknown: Record<string, number[]>;
  counted: Record<string, number>;
  countedPerhaps: Record<string, number>;
  failures: Record<string, number>;
  longestGapMs: number;
}

const { servers, log, name, writers, counters, replicas } = argument<WriterTask>();
const engine = jetStreamEngine({
  servers,
  replicas,
  prefix: 'cluster',
  writeTimeoutMs: 30_000,
  connectTimeoutMs: 60_000,
})(resolveLogOptions({}), silent);
await engine.open();
await engine.openLog(log);

const report: WriterReport = {
  acked: {},
  unknown: {},
  counted: {},
  countedPerhaps: {},
  failures: {},
  longestGapMs: 0,
};
let stopped = false;
let lastAckAt = Date.now();

function acknowledged(): void {
  const now = Date.now();
  report.longestGapMs = Math.max(report.longestGapMs, now - lastAckAt);
  lastAckAt = now;
}

function failed(error: unknown): void {
  if (!(error instanceof LogError) || error.code !== 'LOG_IO') throw error;
  report.failures[error.message] = (report.failures[error.message] ?? 0) + 1;
}

async function write(writer: number): Promise<void> {
  const key = `${name}-${writer}`;
  const acked: number[] = [];
  const unknown: number[] = [];
  report.acked[key] = acked;
  report.unknown[key] = unknown;
  for (let n = 1; !stopped; n += 1) {
    try {
      await engine.append(log, { op: 'SET', key, value: { n, by: name } });
      acked.push(n);
      acknowledged();
    } catch (error) {
      unknown.push(n);
      failed(error);
    }
    const counter = `counter-${(writer + n) % counters}`;
    try {
      await engine.update<number>(log, counter, (count = 0) => count + 1);
      report.counted[counter] = (report.counted[counter] ?? 0) + 1;
      acknowledged();
    } catch (error) {
      report.countedPerhaps[counter] = (report.countedPerhaps[counter] ?? 0) + 1;
      failed(error);
    }
  }
}

const written = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
tell('writing');
written.catch((error) => tell('failed', String(error?.stack ?? error)));

for await (const line of createInterface({ input: process.stdin })) {
  const [word, seq] = line.split(' ');
  if (word === 'stop') {
    stopped = true;
    await written;
    tell('report', report, engine.stats(log).seq);
  } else if (word === 'digest') {
    while (engine.stats(log).seq < Number(seq)) await new Promise((resolve) => setTimeout(resolve, 20));
    const state = new Map<string, string>();
    for await (const [key, value] of engine.entries(log)) state.set(key, JSON.stringify(value));
    tell('digest', stateDigest(state as never));
    await engine.close();
    process.exit(0);
  }
}
process.exit(1);
