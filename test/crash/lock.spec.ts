import { afterEach, describe, expect, test } from '@jest/globals';
import { fileEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { collect } from '../support/audit.js';
import { Child, killAllChildren } from '../support/child.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';
import type { OpenerArgument } from './opener-child.js';

const SCRIPT = new URL('./opener-child.js', import.meta.url);
const AT_ONCE_MS = 1000;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

const opener = (given: OpenerArgument) => new Child(SCRIPT, given);

async function holder(dataDir: string, more: Partial<OpenerArgument> = {}): Promise<Child> {
  const child = opener({ dataDir, logs: ['players'], stays: true, ...more });
  await child.message('opened');
  return child;
}

/** Opens and closes in this process; gives how long opening took. */
async function openHere(dataDir: string): Promise<number> {
  const engine = fileEngine(resolveLogOptions({ dataDir }), collect([]));
  const began = performance.now();
  await engine.open();
  const took = performance.now() - began;
  await engine.close();
  return took;
}

describe('a directory that another process holds', () => {
  test('is refused to a second process at once, with the pid of the holder', async () => {
    const dataDir = scratchDirectory();
    const { pid } = await holder(dataDir);
    const [, tookMs, code, message] = await opener({ dataDir, logs: [] }).message('refused');
    expect(code).toBe('LOG_LOCKED');
    expect(message).toMatch(new RegExp(`\\b${pid}\\b`));
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
  }, 20_000);

  test('is refused to this process too, and not harmed by asking', async () => {
    const dataDir = scratchDirectory();
    const child = await holder(dataDir);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const began = performance.now();
      const refusal = openHere(dataDir);
      await expect(refusal).rejects.toMatchObject({
        code: 'LOG_LOCKED',
        message: expect.stringContaining(`${child.pid}`),
      });
      expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
    }
  }, 20_000);

  test('opens at once after kill -9 of the holder, ten times in a row', async () => {
    const dataDir = scratchDirectory();
    for (let round = 0; round < 10; round += 1) {
      const child = await holder(dataDir);
      await child.kill();
      expect(await openHere(dataDir)).toBeLessThan(AT_ONCE_MS);
    }
  }, 30_000);

  test('opens at once after kill -9 of a holder whose own child lives on', async () => {
    const dataDir = scratchDirectory();
    const child = await holder(dataDir, { leavesBehindSeconds: 20 });
    const [, left] = await child.message('left behind');
    try {
      await child.kill();
      expect(await openHere(dataDir)).toBeLessThan(AT_ONCE_MS);
      // It is still there: signal 0 only asks.
      expect(process.kill(left as number, 0)).toBe(true);
    } finally {
      process.kill(left as number, 'SIGKILL');
    }
  }, 20_000);

  test('is given to exactly one of several processes that ask at the same time', async () => {
    const dataDir = scratchDirectory();
    const children = Array.from({ length: 4 }, () => opener({ dataDir, logs: ['players'], stays: true }));
    const answers = await Promise.all(
      children.map((child) => Promise.race([child.message('opened'), child.message('refused')])),
    );
    const kinds = answers.map(([kind]) => kind).sort();
    expect(kinds).toEqual(['opened', 'refused', 'refused', 'refused']);
    const winner = children[answers.findIndex(([kind]) => kind === 'opened')] as Child;
    for (const [kind, , code, message] of answers) {
      if (kind === 'refused') expect([code, message]).toEqual(['LOG_LOCKED', expect.stringContaining(`${winner.pid}`)]);
    }
  }, 30_000);
});

test('a directory held by this very process is refused a second time, until it is closed', async () => {
  const dataDir = scratchDirectory();
  const first = fileEngine(resolveLogOptions({ dataDir }), collect([]));
  await first.open();
  await expect(openHere(dataDir)).rejects.toMatchObject({
    code: 'LOG_LOCKED',
    message: expect.stringContaining(`${process.pid}`),
  });
  await first.close();
  expect(await openHere(dataDir)).toBeLessThan(AT_ONCE_MS);
}, 20_000);
