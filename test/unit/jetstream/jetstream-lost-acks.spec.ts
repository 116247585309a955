/** Answers of a real server that are lost on the way: what was written counts once all the same. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type JetStreamOptions, jetStreamEngine } from '../../../src/jetstream/index.js';
import { type LogEngine, resolveLogOptions } from '../../../src/storage/log/index.js';
import { entriesOf, RecordedMessages } from '../../support/log-words.js';
import { natsServer, removeNatsServers } from '../../support/nats.js';
import { isPubAck, NatsProxy, type Passing } from '../../support/nats-proxy.js';
import { inTime } from '../../support/patience.js';

const LOG = 'players';
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await inTime('cleaning up', 25_000, cleanup());
  await removeNatsServers();
});

async function stage(options: Partial<JetStreamOptions> = {}) {
  const server = await natsServer();
  const proxy = await NatsProxy.before(server.url);
  cleanups.push(() => proxy.close());
  // A server tells its own address to clients; they would go round the proxy.
  const connection = { ignoreClusterUpdates: true };
  return { server, proxy, engine: await engineOn(proxy.url, { connection, ...options }) };
}

async function engineOn(servers: string, options: Partial<JetStreamOptions> = {}): Promise<LogEngine> {
  const engine = jetStreamEngine({ servers, ...options })(resolveLogOptions({}), new RecordedMessages());
  await engine.open();
  await engine.openLog(LOG);
  cleanups.push(() => engine.close());
  return engine;
}

const set = (key: string, value: unknown) => ({ op: 'SET' as const, key, value });
const count = (engine: LogEngine, key: string) => engine.update<number>(LOG, key, (n = 0) => n + 1);
const isOfView = ({ subject }: Passing) => subject.startsWith('append-log.');

describe('acknowledgements that are lost', () => {
  test('leave every write there once, and each update counted', async () => {
    const { server, proxy, engine } = await stage();
    proxy.dropsAnswer = isPubAck;
    const writes = Array.from({ length: 300 }, (_, n) => engine.append(LOG, set(`k${n % 20}`, n)));
    const updates = Array.from({ length: 100 }, (_, n) => count(engine, `counter-${n % 4}`));
    // Its own view shows a write: nobody waits for the answer.
    await Promise.all([...writes, ...updates]);
    expect(proxy.dropped.answers).toBeGreaterThanOrEqual(400);
    await expectOnce(await engineOn(server.url));
  });

  test('together with the news of the view, have the writes sent again, which then count once', async () => {
    const { server, proxy, engine } = await stage({ writeTimeoutMs: 20_000 });
    let sent = 0;
    proxy.dropsAnswer = (message) => isPubAck(message) || isOfView(message);
    proxy.dropsRequest = ({ subject }) => {
      if (subject.startsWith('append-log.')) sent += 1;
      // Nor is the leader asked.
      return subject.startsWith('$JS.API.STREAM.MSG.GET');
    };
    const writes = Array.from({ length: 300 }, (_, n) => engine.append(LOG, set(`k${n % 20}`, n)));
    const updates = Array.from({ length: 100 }, (_, n) => count(engine, `counter-${n % 4}`));
    const first = sent;
    await inTime(
      'sending again',
      15_000,
      until(() => sent > first + 40),
    );
    [proxy.dropsAnswer, proxy.dropsRequest] = [() => false, () => false];
    await Promise.all([...writes, ...updates]);
    await expectOnce(await engineOn(server.url));
    await expectOnce(engine);
  }, 60_000);

  test('every other one, count exactly, also between two processes', async () => {
    const { server, proxy, engine } = await stage();
    const other = await engineOn(server.url);
    let turn = 0;
    proxy.dropsAnswer = (message) => {
      if (!isPubAck(message)) return false;
      turn += 1;
      return turn % 2 === 0;
    };
    await Promise.all(Array.from({ length: 400 }, (_, n) => count(n % 2 === 0 ? engine : other, 'games')));
    expect(await engine.get(LOG, 'games')).toBe(400);
    const values = (await entriesOf(engine, LOG)).map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
    expect(proxy.dropped.answers).toBeGreaterThan(50);
  });

  test('for longer than a write may take, fail it as one that may have been written, and it is there once', async () => {
    const { server, proxy, engine } = await stage({ writeTimeoutMs: 1500 });
    await engine.append(LOG, set('a', 0));
    proxy.dropsAnswer = (message) => isPubAck(message) || isOfView(message);
    proxy.dropsRequest = ({ subject }) => subject.startsWith('$JS.API.STREAM.MSG.GET');
    const outcomes = await Promise.allSettled([engine.append(LOG, set('a', 1)), count(engine, 'b')]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'LOG_IO' } });
      expect((outcome as PromiseRejectedResult).reason.message).toContain('may have been written');
    }
    [proxy.dropsAnswer, proxy.dropsRequest] = [() => false, () => false];
    const other = await engineOn(server.url);
    expect((await entriesOf(other, LOG)).map(({ key, value }) => `${key}${value}`).sort()).toEqual(['a0', 'a1', 'b1']);
    // Calling an update again is safe, and this process goes on.
    expect(await count(engine, 'b')).toBe(2);
    expect(await engine.get(LOG, 'a')).toBe(1);
  });

  test('while its view is served, fail no write: the view has the last word', async () => {
    const { proxy, engine } = await stage({ writeTimeoutMs: 1500 });
    proxy.dropsAnswer = isPubAck;
    for (let n = 1; n <= 20; n += 1) expect(await count(engine, 'a')).toBe(n);
  });
});

describe('a view without a consumer', () => {
  test('is read on from the leader, so that writes end', async () => {
    const { server, proxy, engine } = await stage({ writeTimeoutMs: 5000 });
    await engine.append(LOG, set('a', 0));
    const manager = await stopView(server.url, proxy);
    proxy.dropsRequest = ({ subject }) => subject.startsWith('$JS.API.CONSUMER.');
    const other = await engineOn(server.url);
    for (let n = 1; n <= 20; n += 1) {
      expect(await count(engine, 'b')).toBe(2 * n - 1);
      expect(await count(other, 'b')).toBe(2 * n);
    }
    expect(await entriesOf(other, LOG)).toHaveLength(41);
    const consumers = await manager.consumers.list(`append-log_${LOG}`).next();
    // That of the reading may be on its way out.
    expect(consumers.filter(({ name }) => name.startsWith('view_'))).toHaveLength(1);
  });

  test('is not read over a tombstone that was removed meanwhile', async () => {
    const { server, proxy, engine } = await stage({ writeTimeoutMs: 2000 });
    await engine.append(LOG, set('gone', 1));
    await stopView(server.url, proxy);
    const other = await engineOn(server.url);
    await other.append(LOG, { op: 'DELETE', key: 'gone' });
    await other.append(LOG, set('kept', 1));
    expect((await other.compact(LOG)).outcome).toBe('compacted');
    await other.append(LOG, set('kept', 2));
    // The leader may be asked, and has nothing of the tombstone any more.
    proxy.dropsRequest = ({ subject }) => subject.startsWith('$JS.API.CONSUMER.');
    await expect(engine.append(LOG, set('late', 1))).rejects.toThrow(/has not seen it/);
    proxy.dropsRequest = () => false;
    await inTime(
      'the view',
      20_000,
      until(async () => (await engine.get(LOG, 'kept')) === 2),
    );
    expect(await engine.has(LOG, 'gone')).toBe(false);
  }, 60_000);
});

/** No consumer, and none can be made; nor can the leader be asked. */
async function stopView(url: string, proxy: NatsProxy): Promise<JetStreamManager> {
  const connection = await connect({ servers: url });
  cleanups.push(() => connection.close());
  const manager = await jetstreamManager(connection);
  proxy.dropsRequest = ({ subject }) => /^\$JS\.API\.(CONSUMER\.|STREAM\.MSG\.GET)/.test(subject);
  for (const { name } of await manager.consumers.list(`append-log_${LOG}`).next())
    await manager.consumers.delete(`append-log_${LOG}`, name);
  return manager;
}

async function expectOnce(engine: LogEngine): Promise<void> {
  const entries = await entriesOf(engine, LOG);
  const numbers = entries.filter(({ key }) => key?.startsWith('k')).map(({ value }) => value as number);
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
  for (let i = 0; i < 4; i += 1) {
    const values = entries.filter(({ key }) => key === `counter-${i}`).map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: 25 }, (_, n) => n + 1));
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
