/** Callers who write faster than the disk takes it: what waits is bounded, and nothing that was accepted is lost. */
import { describe, expect, test } from '@jest/globals';
import type { LogError } from '../../../../src/storage/log/index.js';
import { logBench, remove, set } from '../../../support/log-bench.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();
const TEXT = 'x'.repeat(1000);

/** An engine whose disk stands still until it is told to go on. */
async function slow(maxPendingBytes: number) {
  const disk = new WatchedDisk();
  const engine = await bench.engine({ disk, maxPendingBytes });
  await engine.append('a', set('n', 0));
  let goOn = () => {};
  const standstill = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  disk.before = (call) => (call.operation === 'write' && call.path.endsWith('a.log') ? standstill : undefined);
  const first = engine.append('a', set('first', TEXT));
  // The first is under way now; what follows waits.
  await new Promise((resolve) => setImmediate(resolve));
  return { engine, goOn, first };
}

describe('writes that find too much waiting', () => {
  test('are refused at once, with what to do; those accepted are written', async () => {
    const { engine, goOn, first } = await slow(10_000);
    const writes = Array.from({ length: 20 }, (_, n) => engine.append('a', set(`k${n}`, TEXT)));
    const refused = await Promise.race([writes.at(-1)?.catch((error: unknown) => error as LogError)]);
    expect(refused).toMatchObject({
      name: 'LogError',
      code: 'LOG_OVERLOADED',
      file: expect.stringContaining('a.log'),
      message: expect.stringMatching(/maxPendingBytes.* 10 writes waiting.* await/),
    });
    goOn();
    const outcomes = await Promise.allSettled([first, ...writes]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 10 }, () => 'fulfilled'),
      ...Array.from({ length: 11 }, () => 'rejected'),
    ]);
    expect(engine.stats('a')).toMatchObject({ keys: 11, pending: 0, poisoned: undefined });
    expect(await engine.get('a', 'k8')).toBe(TEXT);
    expect(await engine.has('a', 'k9')).toBe(false);
  });

  test('find room again as soon as a batch is taken', async () => {
    const { engine, goOn, first } = await slow(2000);
    const waiting = engine.append('a', set('k', TEXT));
    await expect(engine.append('a', set('one too many', TEXT))).rejects.toMatchObject({ code: 'LOG_OVERLOADED' });
    goOn();
    await Promise.all([first, waiting]);
    for (let n = 0; n < 10; n += 1) await engine.append('a', set(`k${n}`, TEXT));
    expect(engine.stats('a').keys).toBe(13);
  });

  test('are accepted one at a time, however large, where nothing waits', async () => {
    const { engine, goOn, first } = await slow(0);
    const large = engine.append('a', set('large', TEXT.repeat(100)));
    await expect(engine.append('a', remove('large'))).rejects.toMatchObject({ code: 'LOG_OVERLOADED' });
    goOn();
    await Promise.all([first, large]);
    expect(await engine.has('a', 'large')).toBe(true);
  });

  test('leave nothing behind: a refused state or update builds on what was accepted', async () => {
    const { engine, goOn, first } = await slow(500);
    const waiting = engine.append('a', set('k', 'waits'));
    const state = { op: 'SET', data: { all: TEXT } } as const;
    await expect(engine.append('a', state)).rejects.toMatchObject({ code: 'LOG_OVERLOADED' });
    const padded = engine.update<string>('a', 'k', (value) => `${value}${TEXT}`);
    await expect(padded).rejects.toMatchObject({ code: 'LOG_OVERLOADED' });
    goOn();
    await Promise.all([first, waiting]);
    expect(await engine.update<string>('a', 'k', (value) => `${value} no more`)).toBe('waits no more');
    await engine.append('a', state);
    expect(engine.stats('a').keys).toBe(1);
  });
});
