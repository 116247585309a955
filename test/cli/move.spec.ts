/** Directories moved into a real nats-server and back, by the command; also when it is killed in the middle. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { type MoveReport, resolveLogOptions, stateDigest } from '../../src/storage/log/index.js';
import { appendLog, appendLogJson, startCommand } from '../support/command.js';
import { RecordedMessages } from '../support/log-words.js';
import { type NatsServer, natsServer, removeNatsServers } from '../support/nats.js';
import { playedDirectory, withEngine } from '../support/played-directory.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

let server: NatsServer;
beforeAll(async () => {
  server = await natsServer('authorization { user: operator, password: "p@ss" }\n');
});
afterAll(async () => {
  await removeNatsServers();
  removeAllScratch();
});

/** The password holds what an address must escape. */
const address = () => server.url.replace('//', '//operator:p%40ss@');
const newDirectory = () => join(scratchDirectory(), 'data');
const digestOf = (dataDir: string, log: string) =>
  withEngine(dataDir, async (engine) => (await stateDigest(engine, log)).digest);

describe('a directory', () => {
  test('moves into a cluster and back, with the same counts and digests', async () => {
    const dataDir = newDirectory();
    await playedDirectory(dataDir);
    const digests = { game_state: await digestOf(dataDir, 'game_state'), players: await digestOf(dataDir, 'players') };
    const there = await appendLogJson<{ logs: MoveReport[] }>('move', dataDir, '--to', address(), '--prefix', 'whole');
    expect(there.code).toBe(0);
    expect(Object.fromEntries(there.document.logs.map(({ log, digest }) => [log, digest]))).toEqual(digests);
    const back = newDirectory();
    const { code, stdout } = await appendLog('move', back, '--from', address(), '--prefix', 'whole');
    expect([code, stdout]).toEqual([0, expect.stringContaining('the same on both sides')]);
    expect({ game_state: await digestOf(back, 'game_state'), players: await digestOf(back, 'players') }).toEqual(
      digests,
    );
    expect((await appendLog('verify', back)).code).toBe(0);
    const meta = (await appendLog('tail', back, 'players', '-n', '1')).stdout;
    expect(meta).toContain('moved from nats://127.0.0.1');
    expect(meta).not.toContain('p%40ss');
  }, 60_000);

  test('is not moved onto another one, unless that is asked for', async () => {
    const dataDir = newDirectory();
    await playedDirectory(dataDir);
    await appendLog('move', dataDir, '--to', address(), '--prefix', 'twice');
    const second = await appendLog('move', dataDir, '--to', address(), '--prefix', 'twice');
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('holds 6 keys already')]);
    expect((await appendLog('move', dataDir, '--to', address(), '--prefix', 'twice', '--resume')).code).toBe(0);
  }, 60_000);

  test('of which the move was killed in the middle arrives whole after all', async () => {
    const dataDir = newDirectory();
    await withEngine(
      dataDir,
      async (engine) => {
        const writes = Array.from({ length: 30_000 }, (_, n) =>
          engine.append('players', { op: 'SET', key: `user${n}`, value: { n, text: 'x'.repeat(100) } }),
        );
        await Promise.all(writes);
      },
      { fsync: 'never', mainFiles: false },
    );
    const digest = await digestOf(dataDir, 'players');
    const words = ['move', dataDir, '--to', address(), '--prefix', 'killed'];
    const target = jetStreamEngine({
      servers: server.url,
      prefix: 'killed',
      connection: { user: 'operator', pass: 'p@ss' },
    })(resolveLogOptions(), new RecordedMessages());
    await target.open();
    await target.openLog('players');
    const killed = startCommand(words);
    while (target.size('players') < 3000) await sleep(5);
    killed.kill('SIGKILL');
    await killed.ended;
    await target.close();
    const resumed = await appendLogJson<{ logs: MoveReport[] }>(...words, '--resume');
    expect([resumed.code, resumed.document.logs[0]?.digest]).toEqual([0, digest]);
    expect(resumed.document.logs[0]?.written).toBeLessThan(27_500);
    const back = newDirectory();
    const returned = await appendLogJson<{ logs: MoveReport[] }>(
      'restore',
      back,
      '--from',
      address(),
      '--prefix',
      'killed',
    );
    expect([returned.code, returned.document.logs[0]?.digest]).toEqual([0, digest]);
    expect(await digestOf(back, 'players')).toBe(digest);
  }, 120_000);
});

describe('what cannot be', () => {
  test.each([
    [['move', 'DATA'], 2, 'Expected either --to or --from.'],
    [['move', 'DATA', '--to', 'a', '--from', 'b'], 2, 'Expected either --to or --from.'],
    [['move', 'DATA', '--to', 'http://127.0.0.1'], 2, "Expected an address such as 'nats://127.0.0.1:4222'"],
    [['move', 'DATA', '--to', 'SERVER', '--replicas', '2.5'], 2, 'Expected `replicas` to be a whole number'],
    [['move', 'DATA', 'nothing', '--to', 'SERVER'], 2, 'There are: game_state, players'],
    [['move', 'NEW', '--from', 'SERVER', '--prefix', 'empty'], 2, 'Perhaps under another --prefix.'],
    [['restore', 'DATA'], 2, 'Expected either --at or --from.'],
  ])(
    '%j ends with status %i and says why',
    async (words, status, message) => {
      const dataDir = newDirectory();
      await playedDirectory(dataDir);
      const names: Record<string, string> = { DATA: dataDir, NEW: newDirectory(), SERVER: address() };
      const { code, stderr } = await appendLog(...words.map((word) => names[word] ?? word));
      expect([code, stderr]).toEqual([status, expect.stringContaining(message)]);
    },
    30_000,
  );

  test('a server that does not let one in is told of, without the password', async () => {
    const dataDir = newDirectory();
    await playedDirectory(dataDir);
    const { code, stderr } = await appendLog('move', dataDir, '--to', server.url.replace('//', '//operator:wrong@'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/authori[sz]ation/i);
    expect(stderr).not.toContain('wrong');
  }, 60_000);
});
