import { describe, expect, test } from '@jest/globals';
import {
  type LogEngine,
  memoryEngine,
  moveLog,
  resolveLogOptions,
  stateDigest,
} from '../../../../src/storage/log/index.js';
import { entriesOf, logBench, plain, RecordedMessages, remove, set, stateOf } from '../../../support/log-bench.js';

const bench = logBench();

async function target(): Promise<LogEngine> {
  const engine = memoryEngine(resolveLogOptions(), new RecordedMessages());
  await engine.open();
  return engine;
}

async function source(keys = 3000): Promise<LogEngine> {
  const engine = await bench.engine({ fsync: 'never' });
  await Promise.all(Array.from({ length: keys }, (_, i) => engine.append('a', set(`k${i}`, { n: i, text: 'ü"' }))));
  await engine.append('a', remove('k7'));
  await engine.append('a', set('__proto__', null));
  await engine.append('a', set('', ''));
  return engine;
}

describe('a move', () => {
  test('brings every key, proves it by count and digest, and leaves the source as it is', async () => {
    const [here, there] = [await source(), await target()];
    const size = await here.logSize('a');
    const progress: number[] = [];
    const report = await moveLog(here, there, 'a', { from: 'a directory', onProgress: (done) => progress.push(done) });
    expect(report).toMatchObject({ log: 'a', keys: 3001, written: 3001 });
    expect(plain(await stateOf(there, 'a'))).toEqual(plain(await stateOf(here, 'a')));
    expect(await here.logSize('a')).toBe(size);
    expect(progress.at(-1)).toBe(3001);
    expect((await entriesOf(there, 'a'))[0]?.meta).toEqual({
      actor: 'append-log move',
      reason: 'moved from a directory',
    });
  });

  test('and back leaves what was there before', async () => {
    const [here, there] = [await source(500), await target()];
    const { digest } = await moveLog(here, there, 'a');
    const back = await bench.engine();
    expect(await moveLog(there, back, 'a')).toMatchObject({ digest, keys: 501 });
    expect(plain(await stateOf(back, 'a'))).toEqual(plain(await stateOf(here, 'a')));
  });

  test('that was interrupted goes on where it stands, and makes the target equal', async () => {
    const [here, there] = [await source(2000), await target()];
    for (let i = 0; i < 700; i += 1) await there.append('a', set(`k${i}`, { n: i, text: 'ü"' }));
    await there.append('a', set('k3', 'another'));
    await there.append('a', set('not there any more', 1));
    const { written } = await moveLog(here, there, 'a', { resume: true });
    // k3, the one that is gone, k7 that was deleted at the source, and those that are missing.
    expect(written).toBe(1 + 1 + 1 + (2001 - 699));
    expect(plain(await stateOf(there, 'a'))).toEqual(plain(await stateOf(here, 'a')));
    expect((await moveLog(here, there, 'a', { resume: true })).written).toBe(0);
  });

  test('is refused where the target holds something, and nothing is written', async () => {
    const [here, there] = [await source(10), await target()];
    await there.append('a', set('mine', 1));
    await expect(moveLog(here, there, 'a')).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    expect(plain(await stateOf(there, 'a'))).toEqual({ mine: 1 });
  });

  test('fails with what refuses a write', async () => {
    const [here, there] = [await source(2500), await target()];
    const append = there.append.bind(there);
    let writes = 0;
    there.append = (log, change) => {
      writes += 1;
      return writes === 40 ? Promise.reject(new Error('no room')) : append(log, change);
    };
    await expect(moveLog(here, there, 'a')).rejects.toThrow('no room');
  });

  test('that arrives as something else is told of', async () => {
    const [here, there] = [await source(10), await target()];
    const append = there.append.bind(there);
    there.append = (log, change) => append(log, 'key' in change && change.key === 'k5' ? set('k5', 'rotten') : change);
    await expect(moveLog(here, there, 'a')).rejects.toThrow('differs after the move');
  });
});

describe('the digest of a state', () => {
  test('depends on every key and value, and not on their order', async () => {
    const [one, other] = [await target(), await target()];
    for (const key of ['a', 'b', 'c']) await one.append('x', set(key, key));
    for (const key of ['c', 'a', 'b']) await other.append('x', set(key, key));
    const { digest, keys } = await stateDigest(one, 'x');
    expect(keys).toBe(3);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await stateDigest(other, 'x')).digest).toBe(digest);
    await other.append('x', set('b', 'B'));
    expect((await stateDigest(other, 'x')).digest).not.toBe(digest);
    await other.append('x', set('b', 'b'));
    await other.append('x', remove('c'));
    expect((await stateDigest(other, 'x')).digest).not.toBe(digest);
  });

  test('does not take two keys for one', async () => {
    const [one, other] = [await target(), await target()];
    await one.append('x', set('a', 'b'));
    await other.append('x', set('a"', 'b'));
    expect((await stateDigest(one, 'x')).digest).not.toBe((await stateDigest(other, 'x')).digest);
  });
});
