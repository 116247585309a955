import { afterEach, describe, expect, test } from '@jest/globals';
import { type JetStreamOptions, jetStreamEngine } from '../../../src/jetstream/index.js';
import { type LogEngine, type LogOptions, resolveLogOptions } from '../../../src/storage/log/index.js';
import { Child, killAllChildren } from '../../support/child.js';
import { entriesOf, RecordedMessages, stateOf } from '../../support/log-words.js';
import { freePorts, type NatsServer, natsServer, removeNatsServers } from '../../support/nats.js';
import { closeEngines, openEngine } from '../../support/open-engines.js';
import { inTime } from '../../support/patience.js';

const LOG = 'players';

const engineOn = ({ url }: NatsServer, options: Partial<JetStreamOptions> = {}, logOptions: LogOptions = {}) =>
  openEngine({ servers: url, ...options }, logOptions);

afterEach(async () => {
  await killAllChildren();
  await closeEngines();
  await removeNatsServers();
});

const set = (key: string, value: unknown) => ({ op: 'SET' as const, key, value });

describe('several processes on one log', () => {
  test('count a thousand updates of one key as a thousand', async () => {
    const server = await natsServer();
    const task = { servers: server.url, prefix: 'append-log' };
    const script = new URL('./counting-child.js', import.meta.url);
    const children = [334, 333, 333].map((times) => new Child(script, { ...task, times }));
    const told = await Promise.all(children.map((child) => child.message('counted')));
    const results = told.flatMap(([, counted]) => counted as number[]);
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    for (const [, counted, seen] of told) expect(seen).toBeGreaterThanOrEqual(Math.max(...(counted as number[])));
    expect(await (await engineOn(server)).get(LOG, 'ada')).toBe(1000);
  });

  test('see a whole state and no update that builds on what was before it', async () => {
    const server = await natsServer();
    const [one, other] = [await engineOn(server), await engineOn(server)];
    await one.append(LOG, set('a', 1));
    await Promise.all([one.openLog(LOG), other.openLog(LOG)]);
    const count = (n: number | undefined) => (n ?? 0) + 1;
    for (let round = 1; round <= 30; round += 1) {
      const [state, ...counted] = await Promise.all([
        other.append(LOG, { op: 'SET', data: { a: round * 1000 } }),
        ...Array.from({ length: 8 }, () => one.update<number>(LOG, 'a', count)),
      ]);
      const after = counted.filter((n) => (n as number) > round * 1000).length;
      const history = await entriesOf(one, LOG, { fromSeq: (state.seq as number) + 1 });
      expect(history.map(({ value }) => value)).toEqual(Array.from({ length: after }, (_, i) => round * 1000 + i + 1));
      expect(await one.get(LOG, 'a')).toBe(round * 1000 + after);
    }
    // Whoever begins later judges as those did who were there.
    expect(await stateOf(await engineOn(server), LOG)).toEqual(await stateOf(one, LOG));
  });

  test('keep what one compacts and erases', async () => {
    const server = await natsServer();
    const [one, other] = [await engineOn(server), await engineOn(server)];
    await one.append(LOG, { op: 'SET', data: { ada: 'secret', bob: 1, eve: 2 } });
    for (let n = 0; n < 20; n += 1) await one.append(LOG, set('bob', n));
    await other.openLog(LOG);
    const receipt = await one.erase(LOG, 'ada');
    expect(receipt).toMatchObject({ existed: true, log: LOG });
    expect(JSON.stringify(await entriesOf(one, LOG))).not.toMatch(/ada|secret/);
    await expect(one.rebuildState(LOG, { at: 3 })).rejects.toMatchObject({ code: 'LOG_NOT_RETAINED' });
    await one.append(LOG, { op: 'DELETE', key: 'eve' });
    expect((await one.compact(LOG)).outcome).toBe('compacted');
    expect((await one.compact(LOG)).outcome).toBe('skipped');
    expect(await entriesOf(one, LOG)).toHaveLength(1);
    for (const engine of [one, other, await engineOn(server)]) {
      await engine.append(LOG, set('seen', true));
      expect(await stateOf(engine, LOG)).toEqual(
        new Map<string, unknown>([
          ['bob', 19],
          ['seen', true],
        ]),
      );
    }
  });
});

describe('a server that is gone', () => {
  test('fails writes in time, lets reads go on, and is told by health', async () => {
    const server = await natsServer();
    const engine = await engineOn(server, { writeTimeoutMs: 1500 });
    await engine.append(LOG, set('a', 1));
    expect(engine.health?.()).toEqual({ ok: true, reasons: [] });
    await server.kill();
    const began = Date.now();
    const failures = await Promise.allSettled([
      engine.append(LOG, set('a', 2)),
      engine.update<number>(LOG, 'b', () => 1),
    ]);
    expect(Date.now() - began).toBeLessThan(3000);
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'LOG_IO' } });
      expect((failure as PromiseRejectedResult).reason.message).toContain(server.url);
    }
    expect(await engine.get(LOG, 'a')).toBe(1);
    expect(engine.stats(LOG).poisoned).toBeUndefined();
    expect(engine.health?.().reasons).toEqual([expect.stringContaining(server.url)]);
    await server.start();
    await inTime('coming back', 20_000, untilWritten(engine));
    expect(await engine.get(LOG, 'a')).toBe(3);
  });

  test('and comes back in the middle of writes loses and doubles none', async () => {
    const server = await natsServer();
    const engine = await engineOn(server, { writeTimeoutMs: 30_000 });
    const writes: Promise<unknown>[] = [];
    for (let n = 0; n < 3000; n += 1) {
      writes.push(engine.append(LOG, set(`k${n % 50}`, n)));
      if (n === 1000) await server.kill();
      if (n === 2000) await server.start();
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(writes);
    const values = (await entriesOf(engine, LOG)).map(({ value }) => value as number);
    expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: 3000 }, (_, n) => n));
    for (let key = 0; key < 50; key += 1) {
      const ofKey = values.filter((n) => n % 50 === key);
      expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
    }
  });

  test('or frozen, has its writes counted once when it goes on', async () => {
    const server = await natsServer();
    const engine = await engineOn(server, { writeTimeoutMs: 20_000 });
    await engine.append(LOG, set('a', 0));
    server.signal('SIGSTOP');
    const counted = Array.from({ length: 20 }, () => engine.update<number>(LOG, 'a', (n = 0) => n + 1));
    // Longer than a sending waits for its answer, so that it is sent again.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    server.signal('SIGCONT');
    await Promise.all(counted);
    expect(await engine.get(LOG, 'a')).toBe(20);
    expect((await entriesOf(engine, LOG)).map(({ value }) => value)).toEqual(Array.from({ length: 21 }, (_, n) => n));
  });

  test('is named where nobody answers at the start', async () => {
    const [port] = await freePorts(1);
    const servers = `nats://127.0.0.1:${port}`;
    const engine = jetStreamEngine({ servers, connectTimeoutMs: 500 })(resolveLogOptions({}), new RecordedMessages());
    await expect(engine.open()).rejects.toMatchObject({ code: 'LOG_IO', message: expect.stringContaining(servers) });
  });
});

describe('a write', () => {
  test('larger than the servers take is refused before it is sent, with key, size and limit', async () => {
    const engine = await engineOn(await natsServer('max_payload: 65536\n'));
    const refused = engine.append(LOG, set('big', 'x'.repeat(70_000)));
    await expect(refused).rejects.toMatchObject({ code: 'LOG_TOO_LARGE', key: 'big' });
    await expect(refused).rejects.toThrow(/70\d\d\d bytes.*65280/);
    expect(engine.stats(LOG).seq).toBe(0);
    await engine.append(LOG, set('k'.repeat(60_000), 1));
    expect(await engine.get(LOG, 'k'.repeat(60_000))).toBe(1);
  });

  test('beyond maxPendingBytes is refused, those that wait are not touched', async () => {
    const engine = await engineOn(await natsServer(), {}, { maxPendingBytes: 10_000 });
    await engine.openLog(LOG);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => engine.append(LOG, set(`k${i}`, 'x'.repeat(500)))),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(50);
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'LOG_OVERLOADED' } });
    expect(engine.size(LOG)).toBe(100 - refused.length);
  });
});

test.each([
  [{}, 'servers'],
  [{ servers: [] }, 'servers'],
  [{ servers: 'nats://x', prefix: 'a_b' }, 'prefix'],
  [{ servers: 'nats://x', replicas: 0 }, 'replicas'],
  [{ servers: 'nats://x', writeTimeoutMs: 200_000 }, 'duplicateWindowMs'],
])('the options %j are refused by name', (options, name) => {
  expect(() => jetStreamEngine(options as JetStreamOptions)).toThrow(new RegExp(`Expected \`${name}\``));
});

async function untilWritten(engine: LogEngine): Promise<void> {
  for (;;) {
    try {
      await engine.append(LOG, set('a', 3));
      return;
    } catch {
      // Not yet.
    }
  }
}
