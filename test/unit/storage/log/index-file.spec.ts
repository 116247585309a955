/** The index that a closed log leaves in a file: a hint, believed only where it is whole and of this very log. */
import { cp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { logBench, logFile, readLog, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();
const ALWAYS = { fromBytes: 0 };
const indexFile = (dataDir: string) => `${logFile(dataDir, 'a')}.index`;

interface Life {
  dataDir: string;
  engine: LogEngine;
}

async function open_(dataDir: string, options: Parameters<typeof bench.engine>[0] = {}): Promise<Life> {
  const engine = await bench.engine({ dataDir, indexFile: ALWAYS, ...options });
  await engine.openLog('a').catch(async (error) => {
    await engine.close();
    throw error;
  });
  return { dataDir, engine };
}

/** A closed log with lines, tombstones, a CHECKPOINT and lines behind it. */
async function closed({ compacts = true } = {}): Promise<{ dataDir: string; state: Map<string, unknown> }> {
  const dataDir = await bench.directory();
  const { engine } = await open_(dataDir);
  for (let n = 0; n < 60; n += 1) await engine.append('a', set(`k${n % 40}`, { n, text: 'é'.repeat(n) }));
  await engine.append('a', remove('k3'));
  if (compacts) await engine.compact('a');
  for (let n = 0; n < 20; n += 1) await engine.append('a', set(`l${n}`, n));
  await engine.append('a', remove('k7'));
  const state = await stateOf(engine, 'a');
  await engine.close();
  return { dataDir, state };
}

/** How many bytes of the log were read when it was opened. */
async function bytesRead(dataDir: string): Promise<number> {
  const disk = new WatchedDisk();
  let bytes = 0;
  disk.before = (call) => {
    if (call.operation === 'read' && call.path.endsWith('.log')) bytes += call.length ?? 0;
  };
  const { engine } = await open_(dataDir, { disk });
  await engine.close();
  return bytes;
}

async function assertSame(dataDir: string, state: Map<string, unknown>): Promise<void> {
  const { engine } = await open_(dataDir);
  expect(await stateOf(engine, 'a')).toEqual(state);
  for (const [key, value] of state) expect(await engine.get('a', key)).toEqual(value);
  expect(await engine.get('a', 'k3')).toBeUndefined();
  expect(await engine.has('a', 'k7')).toBe(false);
  expect(engine.size('a')).toBe(state.size);
  expect(new Map(Object.entries(await engine.rebuildState('a')))).toEqual(state);
  await engine.close();
}

describe('a log that was closed', () => {
  test.each([true, false])('is opened from its index without being read (compacted: %s)', async (compacts) => {
    const { dataDir, state } = await closed({ compacts });
    expect(await bytesRead(dataDir)).toBeLessThan(200);
    await assertSame(dataDir, state);
  });

  test('stands where it stood: its stats are those of a log that was read', async () => {
    const { dataDir } = await closed();
    const fresh = await bench.directory();
    await cp(dataDir, fresh, { recursive: true });
    await rm(indexFile(fresh));
    const [indexed, read] = [await open_(dataDir), await open_(fresh)];
    const statsOf = ({ engine }: Life) => ({ ...engine.stats('a'), cacheHits: 0 });
    expect(statsOf(indexed)).toEqual(statsOf(read));
    await indexed.engine.compact('a');
    await read.engine.compact('a');
    expect({ ...statsOf(indexed), sizeBytes: 0 }).toEqual({ ...statsOf(read), sizeBytes: 0 });
  });

  test('goes on from its index: set, deleted, replaced, folded and closed again', async () => {
    const { dataDir } = await closed();
    const first = await open_(dataDir);
    for (let n = 0; n < 50; n += 1) await first.engine.append('a', set(`new${n}`, n));
    await first.engine.append('a', remove('l1'));
    const state = await stateOf(first.engine, 'a');
    await first.engine.close();
    expect(await bytesRead(dataDir)).toBeLessThan(200);
    const second = await open_(dataDir);
    expect(await stateOf(second.engine, 'a')).toEqual(state);
    await second.engine.append('a', replaceAll({ x: 1, y: 'z'.repeat(5000) }));
    await second.engine.compact('a');
    await second.engine.close();
    const third = await open_(dataDir);
    expect(await stateOf(third.engine, 'a')).toEqual(
      new Map<string, unknown>([
        ['x', 1],
        ['y', 'z'.repeat(5000)],
      ]),
    );
  });

  test('leaves none while it is small, and none where that is not wanted', async () => {
    for (const option of [true, false]) {
      const dataDir = await bench.directory();
      const engine = await bench.engine({ dataDir, indexFile: option });
      await engine.append('a', set('k', 1));
      await engine.close();
      expect(await readdir(join(dataDir, 'logs'))).toEqual(['a.log', 'a.log.seal']);
    }
  });

  test('is read as a whole by strict and by salvage', async () => {
    const { dataDir } = await closed();
    const { size } = await stat(logFile(dataDir, 'a'));
    for (const recovery of ['strict', 'salvage'] as const) {
      const { engine } = await open_(dataDir, { recovery });
      expect(engine.recoveryReport('a').bytes).toBe(size);
      await engine.close();
    }
    const text = await readLog(dataDir, 'a');
    await writeFile(logFile(dataDir, 'a'), text.replace('"l5"', '"lx"'));
    await expect(open_(dataDir, { recovery: 'strict' })).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});

describe('a log that went on behind its index', () => {
  /** As a crash leaves it: the index of the last clean close, and lines behind it. */
  async function crashed(): Promise<{ dataDir: string; state: Map<string, unknown> }> {
    const { dataDir } = await closed();
    const kept = await readFile(indexFile(dataDir));
    const { engine } = await open_(dataDir);
    for (let n = 0; n < 30; n += 1) await engine.append('a', set(`behind${n}`, n));
    await engine.append('a', remove('l2'));
    const state = await stateOf(engine, 'a');
    await engine.close();
    await writeFile(indexFile(dataDir), kept);
    await rm(`${logFile(dataDir, 'a')}.seal`);
    return { dataDir, state };
  }

  test('is read from there on', async () => {
    const { dataDir, state } = await crashed();
    await assertSame(dataDir, state);
  });

  test('loses its torn tail, and nothing else', async () => {
    const { dataDir, state } = await crashed();
    const text = await readLog(dataDir, 'a');
    await writeFile(logFile(dataDir, 'a'), `${text}{"timestamp":"2026-11-22T12:34:56.789Z","op":"SE`);
    const { engine } = await open_(dataDir);
    expect(engine.recoveryReport('a').events).toMatchObject([{ found: 'torn-tail', action: 'cut' }]);
    expect(await stateOf(engine, 'a')).toEqual(state);
  });

  test('is refused where a line behind it is damaged, and where it was cut back to before it', async () => {
    const { dataDir } = await crashed();
    const text = await readLog(dataDir, 'a');
    await writeFile(logFile(dataDir, 'a'), text.replace('"behind5"', '"behindx"'));
    await expect(open_(dataDir)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    const lines = text.split('\n');
    await writeFile(logFile(dataDir, 'a'), `${lines.slice(0, 5).join('\n')}\n`);
    const { engine } = await open_(dataDir);
    expect(engine.stats('a').seq).toBe(JSON.parse(lines[4] as string).seq);
  });
});

describe('an index that is not of this log, or not whole', () => {
  test('is never believed: whatever bit flips, the log is read', async () => {
    const { dataDir, state } = await closed();
    const bytes = await readFile(indexFile(dataDir));
    const headerEnd = bytes.indexOf('}', bytes.indexOf('"proof"')) + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(headerEnd - 1), fc.integer({ min: 8192, max: bytes.length - 1 })),
        fc.nat(7),
        async (at, bit) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] as number) ^ (1 << bit);
          await writeFile(indexFile(dataDir), damaged);
          await assertSame(dataDir, state);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is never believed: cut anywhere, empty, or garbage', async () => {
    const { dataDir, state } = await closed();
    const bytes = await readFile(indexFile(dataDir));
    for (const length of [0, 1, 100, 8191, 8192, 8193, bytes.length - 1]) {
      await writeFile(indexFile(dataDir), bytes.subarray(0, length));
      await assertSame(dataDir, state);
    }
    await writeFile(indexFile(dataDir), Buffer.alloc(bytes.length, 'x'));
    await assertSame(dataDir, state);
  });

  test('is never believed: that of an earlier state beside a log that was folded since', async () => {
    const { dataDir } = await closed();
    const earlier = await readFile(indexFile(dataDir));
    const { engine } = await open_(dataDir);
    await engine.append('a', set('l1', 'newer'));
    await engine.compact('a');
    const state = await stateOf(engine, 'a');
    await engine.close();
    await writeFile(indexFile(dataDir), earlier);
    await assertSame(dataDir, state);
  });

  test('is never believed: that of another log', async () => {
    const [one, other] = [await closed(), await closed({ compacts: false })];
    await cp(indexFile(other.dataDir), indexFile(one.dataDir));
    await assertSame(one.dataDir, one.state);
  });
});

describe('bytes that rotted before an opening that did not read them', () => {
  async function rot(dataDir: string, find: string, replace: string): Promise<void> {
    const offset = (await readFile(logFile(dataDir, 'a'))).indexOf(find);
    const file = await open(logFile(dataDir, 'a'), 'r+');
    await file.write(replace, offset);
    await file.close();
  }

  async function rotten() {
    const { dataDir } = await closed({ compacts: false });
    await rot(dataDir, '"n":50', '"n":51');
    return { dataDir };
  }

  test('are told by the first read of them; the next start reads everything', async () => {
    const { dataDir } = await rotten();
    const { engine } = await open_(dataDir);
    expect(await engine.get('a', 'l5')).toBe(5);
    await expect(engine.get('a', 'k10')).rejects.toMatchObject({ code: 'LOG_CORRUPT', key: 'k10' });
    await engine.close();
    await expect(open_(dataDir)).rejects.toMatchObject({ code: 'LOG_CORRUPT', line: 51 });
  });

  test('are healed by the next start where the main file proves what they were', async () => {
    const dataDir = await bench.directory();
    const options = { mainFiles: true };
    const first = await open_(dataDir, options);
    for (let n = 0; n < 30; n += 1) await first.engine.append('a', set(`k${n}`, { n: n + 100 }));
    const state = await stateOf(first.engine, 'a');
    await first.engine.close();
    await rot(dataDir, '"n":117', '"n":118');
    const second = await open_(dataDir, options);
    await expect(stateOf(second.engine, 'a')).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await second.engine.close();
    const third = await open_(dataDir, options);
    expect(third.engine.recoveryReport('a').events).toMatchObject([{ found: 'corruption', action: 'healed' }]);
    expect(await stateOf(third.engine, 'a')).toEqual(state);
  });

  test('are found by the reading behind it, before anybody asks for them', async () => {
    const { dataDir } = await rotten();
    const errors: string[] = [];
    const logger = { log: () => {}, warn: () => {}, error: (message: string) => errors.push(message) };
    const { engine } = await open_(dataDir, { logger });
    for (const until = Date.now() + 20_000; errors.length === 0 && Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(errors).toEqual([expect.stringContaining('a.log:51 (line 51')]);
    await engine.close();
    expect(await readdir(join(dataDir, 'logs'))).not.toContain('a.log.index');
  });
});

test('any history, closed at any moment, shows the same with its index and without', async () => {
  const change = fc.oneof(
    { weight: 8, arbitrary: fc.record({ op: fc.constant('set' as const), key: fc.nat(300), value: fc.string() }) },
    { weight: 3, arbitrary: fc.record({ op: fc.constant('delete' as const), key: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('close' as const) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('compact' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant('replace' as const), value: fc.dictionary(fc.string(), fc.nat()) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 120 }), async (changes) => {
      const dataDir = await bench.directory();
      let { engine } = await open_(dataDir, { fsync: 'never' });
      const model = new Map<string, unknown>();
      for (const each of changes) {
        if (each.op === 'set') {
          await engine.append('a', set(`k${each.key}`, each.value));
          model.set(`k${each.key}`, each.value);
        } else if (each.op === 'delete') {
          await engine.append('a', remove(`k${each.key}`));
          model.delete(`k${each.key}`);
        } else if (each.op === 'compact') await engine.compact('a');
        else if (each.op === 'replace') {
          await engine.append('a', replaceAll(each.value));
          model.clear();
          for (const key of Object.keys(each.value)) model.set(key, each.value[key]);
        } else {
          await engine.close();
          ({ engine } = await open_(dataDir, { fsync: 'never' }));
        }
      }
      await engine.close();
      for (const option of [ALWAYS, false] as const) {
        const again = await bench.engine({ dataDir, indexFile: option });
        expect(await stateOf(again, 'a')).toEqual(model);
        for (const key of model.keys()) expect(await again.get('a', key)).toEqual(model.get(key));
        await again.close();
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
