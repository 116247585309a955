/** What somebody takes away behind the engine's back: its consumer, its stream, the servers' room. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type JetStreamOptions, jetStreamEngine } from '../../../src/jetstream/index.js';
import { type LogEngine, resolveLogOptions } from '../../../src/storage/log/index.js';
import { RecordedMessages, stateOf } from '../../support/log-words.js';
import { type NatsServer, natsClusterOf, natsServer, removeNatsServers } from '../../support/nats.js';
import { inTime } from '../../support/patience.js';

const LOG = 'players';
const STREAM = `append-log_${LOG}`;
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await inTime('cleaning up', 25_000, cleanup());
  await removeNatsServers();
});

async function engineOn({ url }: NatsServer, options: Partial<JetStreamOptions> = {}): Promise<LogEngine> {
  const factory = jetStreamEngine({ servers: url, writeTimeoutMs: 5000, ...options });
  const engine = factory(resolveLogOptions({}), new RecordedMessages());
  await engine.open();
  cleanups.push(() => engine.close());
  return engine;
}

async function managerOf({ url }: NatsServer): Promise<JetStreamManager> {
  const connection = await connect({ servers: url });
  cleanups.push(() => connection.close());
  return jetstreamManager(connection);
}

const set = (key: string, value: unknown) => ({ op: 'SET' as const, key, value });
const health = (engine: LogEngine) => engine.health?.() ?? { ok: true, reasons: [] };

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const look = async () => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await inTime(what, 20_000, look());
}

describe('a consumer that is deleted', () => {
  test('holds up no write for long, and there is another one soon', async () => {
    const server = await natsServer();
    const engine = await engineOn(server);
    await engine.append(LOG, set('ada', 0));
    const { consumers } = await managerOf(server);
    for (const { name } of await consumers.list(STREAM).next()) await consumers.delete(STREAM, name);
    for (let n = 1; n <= 20; n += 1) {
      const began = Date.now();
      await engine.append(LOG, set('ada', n));
      expect(Date.now() - began).toBeLessThan(1500);
    }
    await until('another consumer', async () => (await consumers.list(STREAM).next()).length === 1);
    expect(await engine.get(LOG, 'ada')).toBe(20);
    await until('being well', () => health(engine).ok);
  });
});

describe('a stream that is deleted', () => {
  async function deleted() {
    const server = await natsServer();
    const engine = await engineOn(server);
    await engine.append(LOG, set('ada', 1));
    const manager = await managerOf(server);
    await manager.streams.delete(STREAM);
    return { server, engine, manager };
  }

  test('is told by the health, writes are refused, and the view is read as it was', async () => {
    const { engine } = await deleted();
    await until('being told', () => health(engine).reasons.some((reason) => reason.includes(`${STREAM},`)));
    expect(health(engine)).toMatchObject({ ok: false, reasons: [expect.stringContaining('was deleted')] });
    const writes = [engine.append(LOG, set('bob', 1)), engine.update<number>(LOG, 'ada', (n = 0) => n + 1)];
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'LOG_CORRUPT' } });
    }
    expect(await engine.get(LOG, 'ada')).toBe(1);
  });

  test('is not made again by a start, which says what to do; then, told to, it begins anew', async () => {
    const { server, engine, manager } = await deleted();
    await engine.close();
    const next = await engineOn(server);
    const refused = next.openLog(LOG);
    await expect(refused).rejects.toMatchObject({ code: 'LOG_CORRUPT', file: STREAM });
    await expect(refused).rejects.toThrow(/is gone.*backup.*append-log\._control\.players/);
    await expect(next.append(LOG, set('bob', 1))).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    expect(await manager.streams.names().next()).toEqual(['append-log__control']);
    await next.append('others', set('bob', 1));

    await manager.streams.purge('append-log__control', { filter: `append-log._control.${LOG}` });
    await next.append(LOG, set('bob', 1));
    expect(await stateOf(next, LOG)).toEqual(new Map([['bob', 1]]));
  });

  test('and made again by somebody else is not taken for the same one', async () => {
    const { engine, manager } = await deleted();
    await manager.streams.add({ name: STREAM, subjects: [`append-log.${LOG}.>`] });
    await until('being told', () => health(engine).reasons.some((reason) => /of that name was made at/.test(reason)));
    await expect(engine.append(LOG, set('bob', 1))).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    expect((await manager.streams.info(STREAM)).state.messages).toBe(0);
  });
});

describe('a server without room', () => {
  test('has writes fail with LOG_DISK_FULL, which its figures tell, and goes on once there is room', async () => {
    const [server] = await natsClusterOf(1, ({ name, port, directory }) => ({
      whole: `server_name: ${name}\nlisten: "127.0.0.1:${port}"\njetstream { store_dir: "${directory}/store", max_file_store: 1MB }\n`,
    }));
    const manager = await managerOf(server as NatsServer);
    await manager.streams.add({ name: 'other', subjects: ['other'] });
    const connection = await connect({ servers: server?.url as string });
    cleanups.push(() => connection.close());
    for (let n = 0; n < 4; n += 1) await jetstream(connection).publish('other', Buffer.alloc(100_000));
    const engine = await engineOn(server as NatsServer);
    let failure: unknown;
    let written = 0;
    for (; failure === undefined && written < 1000; written += 1) {
      await engine.append(LOG, set(`k${written % 10}`, 'x'.repeat(10_000))).catch((error) => {
        failure = error;
      });
    }
    expect(failure).toMatchObject({ code: 'LOG_DISK_FULL', file: LOG });
    expect(engine.stats(LOG).diskFull).toContain('no room');
    expect(await engine.get(LOG, 'k0')).toHaveLength(10_000);
    // Noting what is removed takes room, too: nothing is removed then.
    expect(await engine.compact(LOG)).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/resources/) });
    expect(await engine.get(LOG, 'k1')).toHaveLength(10_000);
    await manager.streams.delete('other');
    await engine.append(LOG, set('k0', 'there is room'));
    expect(engine.stats(LOG).diskFull).toBeUndefined();
    expect(await engine.compact(LOG)).toMatchObject({ outcome: 'compacted' });
    expect(await stateOf(await engineOn(server as NatsServer), LOG)).toEqual(await stateOf(engine, LOG));
  });
});
