import { afterEach, describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../src/storage/log/index.js';
import { Child, killAllChildren } from '../../support/child.js';
import { entriesOf, remove, replaceAll, set, stateOf } from '../../support/log-words.js';
import { type NatsServer, natsCluster, natsServer, removeNatsServers } from '../../support/nats.js';
import { closeEngines, openEngine } from '../../support/open-engines.js';
import { inTime } from '../../support/patience.js';
import { RawWriter } from '../../support/raw-messages.js';

const LOG = 'players';

const engineOn = ({ url }: NatsServer, replicas = 1) =>
  openEngine({ servers: url, replicas, writeTimeoutMs: 30_000, connectTimeoutMs: 60_000 });

afterEach(async () => {
  await killAllChildren();
  await closeEngines();
  await removeNatsServers();
});

/** Those who were there, and those who come later, see the same. */
async function expectAlike(server: NatsServer, one: LogEngine, state: Record<string, unknown>): Promise<void> {
  const later = await engineOn(server);
  const history = await entriesOf(one, LOG);
  expect(await entriesOf(later, LOG)).toEqual(history);
  for (const engine of [one, later]) {
    expect(Object.fromEntries(await stateOf(engine, LOG))).toEqual(state);
    expect(await engine.rebuildState(LOG)).toEqual(state);
  }
}

describe('a message that comes late', () => {
  test.each(['compacted away', 'erased'])('does not bring a key back that was deleted and %s', async (how) => {
    const server = await natsServer();
    const one = await engineOn(server);
    await one.append(LOG, set('bob', 1));
    await one.append(LOG, set('ada', 'old'));
    await one.append(LOG, remove('ada'));
    if (how === 'erased') await one.erase(LOG, 'ada');
    else expect((await one.compact(LOG)).outcome).toBe('compacted');
    // Its writer had looked before the key was there at all, and the server has nothing left to compare with.
    const writer = await RawWriter.on(server.url, LOG);
    await writer.send({ key: 'ada', value: 'zombie', last: 0, base: 0 });
    await writer.close();
    await one.append(LOG, set('seen', true));
    await expectAlike(server, one, { bob: 1, seen: true });
    expect(JSON.stringify(await entriesOf(one, LOG))).not.toContain('zombie');
  });

  test('is written again by its writer, and stands once', async () => {
    const server = await natsServer();
    const one = await engineOn(server);
    for (let n = 0; n < 3; n += 1) await one.append(LOG, set('ada', n));
    await one.append(LOG, remove('ada'));
    await one.compact(LOG);
    await one.append(LOG, set('ada', 'anew'));
    expect((await entriesOf(one, LOG)).map(({ value }) => value)).toEqual(['anew']);
    await expectAlike(server, one, { ada: 'anew' });
  });

  test.each([1, 3])(
    'stands once also where others compact and erase all the time, on %d servers',
    async (replicas) => {
      const servers = replicas === 1 ? [await natsServer()] : await natsCluster(replicas);
      const [one, other] = await Promise.all([0, -1].map((i) => engineOn(servers.at(i) as NatsServer, replicas)));
      await Promise.all([one?.openLog(LOG), other?.openLog(LOG)]);
      await hurry(one as LogEngine, other as LogEngine);
      const once = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`once${n}`, n]));
      await expectAlike(servers[0] as NatsServer, one as LogEngine, { ...COUNTED, ...once, seen: true });
    },
    120_000,
  );
});

const COUNTED = { k0: 100, k1: 100, k2: 100, k3: 100 };

/** One counts and writes each key once; the other keeps house meanwhile. */
async function hurry(one: LogEngine, other: LogEngine): Promise<void> {
  const written: Promise<unknown>[] = [];
  let isDone = false;
  const chores = (async () => {
    for (let n = 0; !isDone; n += 1) {
      await other.append(LOG, set(`x${n}`, 1));
      await other.append(LOG, set(`x${n}`, 2));
      await other.compact(LOG);
      await other.erase(LOG, `x${n}`);
    }
  })();
  for (let n = 0; n < 400; n += 1) {
    written.push(one.update<number>(LOG, `k${n % 4}`, (count = 0) => count + 1));
    written.push(one.append(LOG, set(`once${n}`, n)));
    if (n % 10 === 0) await written.at(-1);
  }
  await Promise.all(written);
  isDone = true;
  await chores;
  await one.append(LOG, set('seen', true));
}

describe('a compaction', () => {
  test('keeps a log that begins with a whole state, and what was deleted from that stays deleted', async () => {
    const server = await natsServer();
    const one = await engineOn(server);
    await one.append(LOG, replaceAll({ ada: 1, bob: 2 }));
    await one.append(LOG, set('eve', 3));
    await one.append(LOG, set('eve', 4));
    await one.append(LOG, remove('ada'));
    await one.append(LOG, set('zoe', 1));
    await one.append(LOG, remove('zoe'));
    expect((await one.compact(LOG)).outcome).toBe('compacted');
    expect((await one.compact(LOG)).outcome).toBe('skipped');
    await expectAlike(server, one, { bob: 2, eve: 4 });
  });

  test('leaves what lives in a whole state to be written', async () => {
    const one = await engineOn(await natsServer());
    await one.append(LOG, set('ada', 1));
    await one.append(LOG, replaceAll({ ada: 2, bob: 2 }));
    await one.compact(LOG);
    await inTime('writing', 5000, one.append(LOG, set('ada', 3)));
    expect(await one.get(LOG, 'ada')).toBe(3);
  });

  test('hides nothing from those who read meanwhile', async () => {
    const server = await natsServer();
    const one = await engineOn(server);
    for (let round = 0; round < 2; round += 1) {
      const keys = Array.from({ length: 1500 }, (_, i) => `k${i}`);
      await Promise.all(keys.map((key) => one.append(LOG, set(key, round))));
    }
    const history = one.stream(LOG)[Symbol.asyncIterator]();
    const last = new Map<string | undefined, unknown>();
    for (let next = await history.next(); !next.done; next = await history.next()) {
      if (last.size === 0) expect((await one.compact(LOG)).outcome).toBe('compacted');
      last.set(next.value.key, next.value.value);
    }
    expect([...last.values()].filter((value) => value !== 1)).toEqual([]);
    expect(last.size).toBe(1500);
  }, 60_000);
});

describe('a key that was deleted and compacted away', () => {
  test('is gone for a process that stood still, and whose consumer is no more', async () => {
    const server = await natsServer();
    const one = await engineOn(server);
    await one.append(LOG, replaceAll({ ada: 1, bob: 2 }));
    await one.append(LOG, set('eve', 3));
    const script = new URL('./following-child.js', import.meta.url);
    const child = new Child(script, { servers: server.url, log: LOG });
    await inTime('following', 20_000, child.message('follows'));
    process.kill(child.pid, 'SIGSTOP');
    await server.kill();
    await server.start();
    await one.append(LOG, remove('ada'));
    await one.erase(LOG, 'eve');
    await one.compact(LOG);
    process.kill(child.pid, 'SIGCONT');
    child.say('zoe');
    const [, keys] = await inTime('its keys', 20_000, child.message('zoe'));
    expect(keys).toEqual(['bob', 'zoe']);
  }, 60_000);

  test('is gone for whoever reads the log while it is compacted', async () => {
    const server = await natsServer();
    const one = await engineOn(server);
    for (let round = 0; round < 12; round += 1) {
      const keys = Array.from({ length: 300 }, (_, i) => `r${round}-${i}`);
      await Promise.all(keys.map((key) => one.append(LOG, set(key, 'x'.repeat(1000)))));
      await Promise.all(keys.map((key) => one.append(LOG, remove(key))));
      const compacted = one.compact(LOG);
      const readers = await Promise.all(Array.from({ length: 4 }, () => engineOn(server)));
      const sizes = await Promise.all(
        readers.map(async (reader, i) => {
          await new Promise((resolve) => setTimeout(resolve, i * 15));
          await reader.openLog(LOG);
          return reader.size(LOG);
        }),
      );
      expect(sizes).toEqual([0, 0, 0, 0]);
      await compacted;
      await Promise.all(readers.map((reader) => reader.close()));
    }
  }, 90_000);
});
