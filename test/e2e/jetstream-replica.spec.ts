/** A store of files whose entries are sent on to a real nats-server: followed, interrupted, restored from, erased. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jetStreamEngine, jetStreamFollower, jetStreamReplica } from '../../src/jetstream/index.js';
import { AppendLogService, ReplicationService, StorageModule } from '../../src/storage/index.js';
import { fileEngine, type LogEngine, moveLog, resolveLogOptions, stateDigest } from '../../src/storage/log/index.js';
import { Child } from '../support/child.js';
import { RecordedMessages } from '../support/log-words.js';
import { type NatsServer, natsServer, removeNatsServers } from '../support/nats.js';
import { startApplication, temporaryDirectory } from '../support/store.js';

let server: NatsServer;
let prefix = '';
let stages = 0;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await natsServer('max_payload: 65536\n');
});
afterAll(removeNatsServers);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const options = () => ({ servers: server.url, prefix, writeTimeoutMs: 2000, connectTimeoutMs: 5000 });

async function start(given?: string) {
  if (given === undefined) {
    stages += 1;
    prefix = `replica-${stages}`;
  }
  const directory = given === undefined ? await temporaryDirectory() : undefined;
  const dataDir = given ?? (directory?.path as string);
  if (directory) cleanups.push(() => directory.remove());
  const app = await startApplication([StorageModule.forRoot({ dataDir, replicateTo: jetStreamReplica(options()) })]);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= app.close();
    return closing;
  };
  cleanups.push(close);
  return { logs: app.get(AppendLogService), replication: app.get(ReplicationService), dataDir, close };
}

/** Both who follow it and who restore from it see what the store has, and nothing of what was erased. */
async function expectAlike(logs: AppendLogService): Promise<void> {
  const state = await stateOf(logs as never);
  for (const factory of [jetStreamFollower(options()), jetStreamEngine(options())]) {
    const copy = await engineOn(factory);
    await copy.openLog('players');
    expect(await stateOf(copy)).toEqual(state);
    expect(await copy.rebuildState('players')).toEqual(state);
    const kept: unknown[] = [];
    for await (const entry of copy.stream('players')) kept.push(entry);
    expect(JSON.stringify(kept)).not.toMatch(/marzipan|secret/);
    await copy.close();
  }
}

async function engineOn(factory: ReturnType<typeof jetStreamEngine>, dataDir?: string): Promise<LogEngine> {
  const engine = factory(resolveLogOptions(dataDir === undefined ? {} : { dataDir }), new RecordedMessages());
  await engine.open();
  cleanups.push(() => engine.close());
  return engine;
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(20)) if (await isSo()) return;
  throw new Error(`Not after 30 s: ${what}`);
}

const caughtUp = (replication: ReplicationService) =>
  until('the replica has everything', () => replication.lag().every(({ entries, error }) => entries === 0 && !error));

/** SET, DELETE, whole states. */
async function play(logs: AppendLogService, from: number, to: number): Promise<void> {
  const writes: Promise<unknown>[] = [];
  for (let n = from; n < to; n += 1) {
    const key = `k${n % 40}`;
    if (n % 97 === 0) writes.push(logs.append('players', { op: 'SET', data: { [key]: n, whole: n } }));
    else if (n % 11 === 0) writes.push(logs.append('players', { op: 'DELETE', key }));
    else writes.push(logs.append('players', { op: 'SET', key, value: { n } }, { actor: 'ada', reason: `game ${n}` }));
  }
  await Promise.all(writes);
}

async function stateOf(source: Pick<LogEngine, 'entries'>): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {};
  for await (const [key, value] of source.entries('players')) state[key] = value;
  return state;
}

describe('a copy in a stream', () => {
  test('has every entry once and in order, and another process serves reads from it', async () => {
    const { logs, replication } = await start();
    const follower = await engineOn(jetStreamFollower(options()));
    await play(logs, 1, 1500);
    await caughtUp(replication);
    await follower.openLog('players');
    await until('the follower has seen it', async () => follower.stats('players').seq === logs.stats('players').seq);
    expect(await stateOf(follower)).toEqual(await stateOf(logs as never));
    const [here, there] = [await logs.readLogEntries('players'), []] as [{ op: string }[], { op: string }[]];
    for await (const entry of follower.stream('players')) there.push(entry);
    const told = ({ op, key, value, data, meta }: Record<string, unknown>) => ({ op, key, value, data, meta });
    expect(there.map((entry) => told(entry as never))).toEqual(here.map((entry) => told(entry as never)));
    await logs.append('players', { op: 'SET', key: 'live', value: 1 });
    await until('the follower hears of it', async () => (await follower.get('players', 'live')) === 1);
    await expect(follower.append('players', { op: 'DELETE', key: 'live' })).rejects.toThrow('got a follower');
    await expect(follower.update('players', 'live', () => 2)).rejects.toThrow(TypeError);
  }, 60_000);

  test('lacks nothing after the server was killed in the middle, and the store never waited', async () => {
    const { logs, replication, close, dataDir } = await start();
    await play(logs, 1, 300);
    const playing = play(logs, 300, 3000);
    await server.kill();
    await playing;
    await logs.compact('players');
    await play(logs, 3000, 3200);
    await until('the trouble is told', () => replication.lag().some(({ error }) => error !== undefined));
    await server.start();
    await caughtUp(replication);
    await close();
    const again = await start(dataDir);
    await play(again.logs, 3200, 3300);
    await caughtUp(again.replication);
    const copy = await engineOn(jetStreamEngine(options()));
    await copy.openLog('players');
    expect(copy.stats('players').seq).toBe(again.logs.stats('players').seq);
    expect(await stateOf(copy)).toEqual(await stateOf(again.logs as never));
  }, 90_000);

  test('brings a new machine back what the old one had, with the same digest', async () => {
    const { logs, replication, dataDir, close } = await start();
    await play(logs, 1, 700);
    await caughtUp(replication);
    await close();
    const old = fileEngine(resolveLogOptions({ dataDir }), new RecordedMessages());
    await old.open();
    const { digest } = await stateDigest(old, 'players');
    await old.close();
    const directory = await temporaryDirectory();
    cleanups.push(() => directory.remove());
    const copy = await engineOn(jetStreamFollower(options()));
    const restored = fileEngine(resolveLogOptions({ dataDir: directory.path }), new RecordedMessages());
    await restored.open();
    expect(await moveLog(copy, restored, 'players')).toMatchObject({ digest });
    await restored.close();
  }, 60_000);

  test('takes a whole state that is larger than a message, where older entries are no longer kept', async () => {
    stages += 1;
    prefix = `replica-${stages}`;
    const directory = await temporaryDirectory();
    cleanups.push(() => directory.remove());
    const engine = fileEngine(resolveLogOptions({ dataDir: directory.path }), new RecordedMessages());
    await engine.open();
    for (let n = 0; n < 30; n += 1)
      await engine.append('players', { op: 'SET', key: `k${n}`, value: 'x'.repeat(5000) });
    await engine.compact('players', { keepBackups: 0 });
    await engine.close();
    const { logs, replication } = await start(directory.path);
    await caughtUp(replication);
    const copy = await engineOn(jetStreamFollower(options()));
    await copy.openLog('players');
    expect(await stateOf(copy)).toEqual(await stateOf(logs as never));
    await logs.append('players', { op: 'SET', key: 'large', value: 'x'.repeat(70_000) });
    await until('it is told of', () =>
      replication.lag().some(({ error }) => error?.includes('raise their max_payload')),
    );
  }, 60_000);

  test('is rid of what is erased, and goes on behind it', async () => {
    const { logs, replication } = await start();
    await play(logs, 1, 60);
    await logs.append('players', { op: 'SET', key: 'secret', value: 'likes-marzipan' });
    await logs.append('players', { op: 'SET', key: 'k1', value: 1 }, { actor: 'secret' });
    await caughtUp(replication);
    await logs.erase('players', 'secret');
    await play(logs, 60, 90);
    await caughtUp(replication);
    const copy = await engineOn(jetStreamEngine(options()));
    await copy.openLog('players');
    expect(await stateOf(copy)).toEqual(await stateOf(logs as never));
    const kept: unknown[] = [];
    for await (const entry of copy.stream('players')) kept.push(entry);
    expect(JSON.stringify(kept)).not.toMatch(/marzipan|secret/);
  }, 60_000);

  test.each([4, 6, 9, 14])(
    'is rid of it also where its writer was killed in the middle (%d), once that starts again',
    async (pieces) => {
      const first = await start();
      await play(first.logs, 1, 60);
      await first.logs.append('players', { op: 'SET', key: 'secret', value: 'likes-marzipan' });
      await first.logs.append('players', { op: 'SET', key: 'k1', value: 1 }, { actor: 'secret' });
      await first.logs.append('players', { op: 'SET', key: 'secret', value: 'likes-marzipan, too' });
      await caughtUp(first.replication);
      await first.close();
      const local = await engineOn(fileEngine, first.dataDir);
      await local.erase('players', 'secret');
      await local.close();
      const task = { servers: server.url, prefix, log: 'players', key: 'secret', mentions: [], pieces };
      const child = new Child(new URL('../unit/jetstream/erasing-child.js', import.meta.url), task);
      expect((await child.ended).signal).toBe('SIGKILL');
      const { logs, replication } = await start(first.dataDir);
      await logs.append('players', { op: 'SET', key: 'k2', value: 'after' });
      await caughtUp(replication);
      await expectAlike(logs);
      await play(logs, 60, 90);
      await caughtUp(replication);
      await expectAlike(logs);
    },
    60_000,
  );

  test('is not made where other processes write', async () => {
    const { logs, replication } = await start();
    const other = await engineOn(jetStreamEngine(options()));
    await other.append('guilds', { op: 'SET', key: 'a', value: 1 });
    await logs.append('guilds', { op: 'SET', key: 'a', value: 2 });
    await until('it is told of', () =>
      replication.lag().some(({ error }) => error?.includes('a `prefix` of their own')),
    );
    expect(await other.get('guilds', 'a')).toBe(1);
  }, 60_000);
});
