import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../src/storage/log/index.js';
import { Child, killAllChildren } from '../../support/child.js';
import { entriesOf, set, stateOf } from '../../support/log-words.js';
import { type NatsServer, natsServer, removeNatsServers } from '../../support/nats.js';
import { closeEngines, openEngine } from '../../support/open-engines.js';
import { inTime } from '../../support/patience.js';
import { withSeed } from '../../support/random.js';
import { forgetDeadConsumers, KEY, LOG, MENTION, messagesWith, SECRET, writeLife } from '../../support/stream-stage.js';
import type { ErasingTask } from './erasing-child.js';

const CHILD = new URL('./erasing-child.js', import.meta.url);
let server: NatsServer;
let storages = 0;

beforeAll(async () => {
  server = await natsServer();
});
afterAll(removeNatsServers);
afterEach(async () => {
  await killAllChildren();
  await closeEngines();
});

const engineOn = (prefix: string) => openEngine({ servers: server.url, prefix });

/** Somebody with a history, and another process that follows it. */
async function stage(
  rounds?: number,
): Promise<{ task: ErasingTask; witness: LogEngine; others: Map<string, unknown> }> {
  storages += 1;
  const prefix = `erasing-${storages}`;
  const witness = await engineOn(prefix);
  await writeLife(witness, rounds);
  const others = await stateOf(witness, LOG);
  others.delete(KEY);
  return { task: { servers: server.url, prefix, log: LOG, key: KEY, mentions: [MENTION] }, witness, others };
}

/** Whatever became of the process that erased: the next one that opens the log finishes it. */
async function expectFinished({ prefix }: ErasingTask, witness: LogEngine, others: Map<string, unknown>) {
  await forgetDeadConsumers(server.url, prefix);
  const next = await engineOn(prefix);
  await next.openLog(LOG);
  expect(await messagesWith(server.url, prefix, KEY, SECRET, MENTION)).toEqual([]);
  for (const engine of [next, witness]) {
    expect(await engine.get(LOG, KEY)).toBeUndefined();
    await engine.append(LOG, set('seen', true));
    expect(await stateOf(engine, LOG)).toEqual(new Map([...others, ['seen', true]]));
    const history = await entriesOf(engine, LOG);
    expect(history.length).toBeGreaterThan(20);
    expect(JSON.stringify(history)).not.toMatch(new RegExp(`${KEY}|${SECRET}|${MENTION}`));
  }
  await next.close();
}

describe('an erasure whose process is killed', () => {
  test.each([4, 5, 6, 7, 8, 10, 12, 15, 20, 40])(
    'after %d pieces of its talk is finished by the next opening',
    async (pieces) => {
      const { task, witness, others } = await stage(4);
      const child = new Child(CHILD, { ...task, pieces });
      expect((await inTime('the kill', 20_000, child.ended)).signal).toBe('SIGKILL');
      expect(await isBegun(task)).toBe(true);
      await expectFinished(task, witness, others);
    },
    40_000,
  );

  test('before it began is none', async () => {
    const { task, witness } = await stage(4);
    const child = new Child(CHILD, { ...task, pieces: 1 });
    await inTime('the kill', 20_000, child.ended);
    expect(await isBegun(task)).toBe(false);
    const next = await engineOn(task.prefix);
    expect(await next.get(LOG, KEY)).toEqual(await witness.get(LOG, KEY));
    expect(await next.get(LOG, KEY)).toBeDefined();
  });

  test('at a moment of chance is finished by the next opening', async () => {
    await withSeed(async (random) => {
      let middle = 0;
      for (let round = 0; round < 8; round += 1) {
        const { task, witness, others } = await stage();
        const child = new Child(CHILD, task);
        await inTime('the start', 20_000, child.message('ready'));
        await new Promise((resolve) => setTimeout(resolve, random.below(250)));
        await child.kill();
        if (await isBegun(task)) middle += 1;
        else if ((await witness.get(LOG, KEY)) !== undefined) continue;
        await expectFinished(task, witness, others);
      }
      console.log(`seed ${random.seed}: ${middle} of 8 killed in the middle.`);
    });
  }, 120_000);
});

test.each([4, 5, 6, 7, 8, 10, 12, 16, 24, 32])(
  'an erasure that stands still after %d pieces, and goes on when another process has finished it, leaves a later life alone',
  async (pieces) => {
    const { task, others } = await stage(4);
    const child = new Child(CHILD, { ...task, pieces, signal: 'SIGSTOP' });
    await inTime('standing still', 20_000, child.message('ending'));
    const next = await Promise.all([engineOn(task.prefix), engineOn(task.prefix)]);
    await Promise.all(next.map((engine) => engine.openLog(LOG)));
    expect(await messagesWith(server.url, task.prefix, KEY, SECRET, MENTION)).toEqual([]);
    await next[0].append(LOG, set(KEY, 'anew'));
    process.kill(child.pid, 'SIGCONT');
    await inTime('the rest', 30_000, child.message('erased'));
    for (const engine of [...next, await engineOn(task.prefix)]) {
      await engine.append(LOG, set('seen', true));
      const state = new Map<string, unknown>([...others, [KEY, 'anew'], ['seen', true]]);
      expect(await stateOf(engine, LOG)).toEqual(state);
    }
  },
  60_000,
);

/** Whether the note of an erasure is kept, which names the key. */
async function isBegun({ prefix, servers }: ErasingTask): Promise<boolean> {
  const found = await messagesWith(servers, prefix, KEY);
  return found.some((each) => each.includes(`${prefix}._control.${LOG}.erasing.`));
}
