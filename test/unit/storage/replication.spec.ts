import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  AppendLogService,
  type LogEntry,
  type LogReplica,
  ReplicationService,
  StorageModule,
} from '../../../src/storage/index.js';
import { RecordingLogger, startApplication, temporaryDirectory } from '../../support/store.js';

/** A replica in memory, whose troubles a test makes. */
class Copy implements LogReplica {
  readonly logs = new Map<string, LogEntry[]>();
  readonly erased: unknown[] = [];
  opened = 0;
  isClosed = false;
  /** Seqs that are refused. */
  refuses: (seq: number) => boolean = () => false;
  isAway = false;
  delayMs = 0;
  #order: Promise<unknown> = Promise.resolve();

  async open(): Promise<void> {
    this.opened += 1;
    if (this.isAway) throw new Error('nobody answers');
  }

  async position(log: string): Promise<number> {
    await this.#order.catch(() => undefined);
    return this.logs.get(log)?.at(-1)?.seq ?? 0;
  }

  send(log: string, entry: LogEntry): Promise<void> {
    const taken = this.#order.catch(() => undefined).then(() => this.#take(log, entry));
    this.#order = taken;
    return taken;
  }

  async #take(log: string, entry: LogEntry): Promise<void> {
    if (this.delayMs > 0) await sleep(this.delayMs);
    const kept = this.logs.get(log) ?? [];
    const seq = entry.seq as number;
    if (this.isAway || this.refuses(seq)) throw new Error(`${seq} is refused`);
    const newest = kept.at(-1)?.seq ?? 0;
    if (seq <= newest) return;
    if (seq !== newest + 1 && entry.op !== 'CHECKPOINT') throw new Error(`${seq} does not follow ${newest}`);
    this.logs.set(log, [...kept, entry]);
  }

  async erase(...what: unknown[]): Promise<void> {
    if (this.isAway) throw new Error('nobody answers');
    this.erased.push(what);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  seqs(log = 'players'): (number | undefined)[] {
    return (this.logs.get(log) ?? []).map(({ seq }) => seq);
  }
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(copy: Copy, given?: string) {
  const directory = given === undefined ? await temporaryDirectory() : undefined;
  const dataDir = given ?? (directory?.path as string);
  const logger = new RecordingLogger();
  const app = await startApplication([StorageModule.forRoot({ dataDir, replicateTo: () => copy })], {}, logger);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= app.close();
    return closed;
  };
  if (directory) cleanups.push(() => directory.remove());
  cleanups.push(close);
  return { logs: app.get(AppendLogService), replication: app.get(ReplicationService), dataDir, close, logger };
}

const set = (logs: AppendLogService, n: number) => logs.append('players', { op: 'SET', key: `k${n % 5}`, value: n });

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !isSo(); i += 1) await sleep(5);
  expect(isSo()).toBe(true);
}

const lagOf = (replication: ReplicationService) => replication.lag().find(({ log }) => log === 'players');

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a replica', () => {
  test('gets every entry of every log once and in order, those of logs that begin later, too', async () => {
    const copy = new Copy();
    const { logs, replication } = await start(copy);
    await Promise.all(numbers(1, 1500).map((n) => set(logs, n)));
    await logs.append('guilds', { op: 'SET', data: { a: 1 } }, { actor: 'ada' });
    await until(() => copy.seqs().length === 1500 && copy.seqs('guilds').length === 1);
    expect(copy.seqs()).toEqual(numbers(1, 1500));
    expect(copy.logs.get('guilds')?.[0]).toMatchObject({ op: 'SET', data: { a: 1 }, meta: { actor: 'ada' } });
    await until(() => replication.lag().every(({ entries, ms }) => entries === 0 && ms === 0));
  });

  test('goes on where it stands after a restart, across a compaction in between', async () => {
    const copy = new Copy();
    const first = await start(copy);
    await set(first.logs, 1);
    await until(() => copy.seqs().length === 1);
    copy.isAway = true;
    await set(first.logs, 2);
    await first.logs.compact('players');
    await set(first.logs, 3);
    await first.close();
    copy.isAway = false;
    const second = await start(copy, first.dataDir);
    await set(second.logs, 4);
    await until(() => copy.seqs().length === 4);
    expect(copy.seqs()).toEqual([1, 2, 3, 4]);
    expect(copy.logs.get('players')?.map(({ op }) => op)).toEqual(['SET', 'SET', 'SET', 'SET']);
  });

  test('gets the whole state where the entries that it lacks are no longer kept', async () => {
    const copy = new Copy();
    copy.isAway = true;
    const { logs } = await start(copy);
    for (const n of numbers(1, 5)) await set(logs, n);
    await logs.compact('players', { keepBackups: 0 });
    await set(logs, 6);
    copy.isAway = false;
    await until(() => copy.seqs().length === 2);
    expect(copy.logs.get('players')).toMatchObject([
      { op: 'CHECKPOINT', seq: 5, state: { k0: 5, k1: 1 } },
      { op: 'SET', seq: 6 },
    ]);
  });

  test('that refuses an entry is asked again from where it stands, until it takes it; nobody else waits', async () => {
    const copy = new Copy();
    const { logs, replication, logger } = await start(copy);
    const refusals: number[] = [];
    copy.refuses = (seq) => seq === 3 && refusals.push(seq) < 4;
    for (const n of numbers(1, 3)) await set(logs, n);
    await until(() => lagOf(replication)?.error !== undefined);
    expect(lagOf(replication)).toMatchObject({ log: 'players', shippedSeq: 2, entries: 1, error: '3 is refused' });
    expect(await logs.get('players', 'k3')).toBe(3);
    await until(() => copy.seqs().length === 3);
    await until(() => lagOf(replication)?.error === undefined);
    expect(copy.seqs()).toEqual([1, 2, 3]);
    expect(logger.lines.filter((line) => line.includes('not sent to the replica'))).toHaveLength(1);
  });

  test('that cannot be reached leaves the store as fast as ever, and catches up', async () => {
    const copy = new Copy();
    copy.isAway = true;
    const { logs, replication } = await start(copy);
    await Promise.all(numbers(1, 600).map((n) => set(logs, n)));
    await until(() => lagOf(replication)?.error === 'nobody answers');
    expect(lagOf(replication)).toMatchObject({ shippedSeq: undefined, entries: 600 });
    expect(lagOf(replication)?.ms).toBeGreaterThan(0);
    copy.isAway = false;
    await until(() => copy.seqs().length === 600);
  });

  test('that is slow holds only so many entries in memory, and none back', async () => {
    const copy = new Copy();
    copy.delayMs = 1;
    const { logs } = await start(copy);
    await Promise.all(numbers(1, 700).map((n) => set(logs, n)));
    await until(() => copy.seqs().length === 700);
    expect(copy.seqs()).toEqual(numbers(1, 700));
  });

  test('is closed at shutdown, after the last entries have been sent', async () => {
    const copy = new Copy();
    const { logs, close } = await start(copy);
    await Promise.all(numbers(1, 50).map((n) => set(logs, n)));
    await close();
    expect(copy.seqs()).toHaveLength(50);
    expect(copy.isClosed).toBe(true);
  });

  test('holds up no shutdown while it is away', async () => {
    const copy = new Copy();
    copy.isAway = true;
    const { logs, close, replication } = await start(copy);
    await set(logs, 1);
    await until(() => lagOf(replication)?.error !== undefined);
    const began = performance.now();
    await close();
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test('erases what is erased here, or the erasure is not acknowledged', async () => {
    const copy = new Copy();
    const { logs } = await start(copy);
    await set(logs, 1);
    await until(() => copy.seqs().length === 1);
    await logs.erase('players', 'k1', { mentions: ['ada'] });
    expect(copy.erased).toEqual([['players', 'k1', { mentions: ['ada'] }]]);
    copy.isAway = true;
    await expect(logs.erase('players', 'k2')).rejects.toThrow('not yet erased at the replica');
  });
});

test('a replica that keeps up does not lag by more than an entry takes, though there is always one on its way', async () => {
  const copy = new Copy();
  const { logs, replication } = await start(copy);
  const send = copy.send.bind(copy);
  let newest = 0;
  copy.send = async (log, entry) => {
    for (let i = 0; i < 1_000 && newest <= (entry.seq as number) + 1; i += 1) await sleep(1);
    await send(log, entry);
  };
  let longest = 0;
  for (newest = 1; newest <= 60; newest += 1) {
    await set(logs, newest);
    await sleep(10);
    longest = Math.max(longest, lagOf(replication)?.ms ?? 0);
    expect(lagOf(replication)?.entries).toBeGreaterThan(0);
  }
  expect(longest).toBeLessThan(400);
  newest = Number.POSITIVE_INFINITY;
});

test('a replica that is away from the start is behind from the start', async () => {
  const copy = new Copy();
  const first = await start(copy);
  await set(first.logs, 1);
  await until(() => copy.seqs().length === 1);
  await first.close();
  copy.isAway = true;
  const { replication } = await start(copy, first.dataDir);
  await until(() => (lagOf(replication)?.ms ?? 0) > 30);
  copy.isAway = false;
  await until(() => lagOf(replication)?.ms === 0);
});

test('without a replica nothing is sent, and nothing lags', async () => {
  const directory = await temporaryDirectory();
  cleanups.push(() => directory.remove());
  const app = await startApplication([StorageModule.forRoot({ dataDir: directory.path })]);
  cleanups.push(() => app.close());
  expect(app.get(ReplicationService).lag()).toEqual([]);
});
