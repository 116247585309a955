/** Bytes that rot under an open log and still read as a value of the same key: whoever reads it is told. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { logBench, logFile, readLog, replaceAll, set, stateOf } from '../../../support/log-bench.js';

const bench = logBench();

/** In place, as a disk does it: the engine keeps its file open. */
async function rot(dataDir: string, find: string, replace: string): Promise<number> {
  const offset = Buffer.from(await readLog(dataDir, 'a')).indexOf(find);
  expect(offset).toBeGreaterThan(0);
  const file = await open(logFile(dataDir, 'a'), 'r+');
  await file.write(Buffer.from(replace), 0, replace.length, offset);
  await file.close();
  return offset;
}

const padded = (name: string) => ({ name, padding: name.repeat(400) });

async function opened() {
  const dataDir = await bench.directory();
  return { dataDir, engine: await bench.engine({ dataDir, cacheBytes: 0 }) };
}

const SCENES: [string, (engine: LogEngine) => Promise<unknown>][] = [
  ['a line of its own', async (engine) => engine.append('a', set('bob', padded('bob')))],
  [
    'a CHECKPOINT that was just written',
    async (engine) => {
      for (const name of ['ann', 'bob', 'cid']) await engine.append('a', set(name, padded(name)));
      await engine.compact('a');
    },
  ],
  [
    'a whole state that was just written',
    async (engine) => {
      await engine.append('a', set('x', 1));
      await engine.append('a', replaceAll({ ann: padded('ann'), bob: padded('bob') }));
    },
  ],
  [
    'a whole state written while the log was folded',
    async (engine) => {
      for (let n = 0; n < 50; n += 1) await engine.append('a', set(`k${n}`, padded('k')));
      const folding = engine.compact('a');
      await engine.append('a', replaceAll({ ann: padded('ann'), bob: padded('bob') }));
      await folding;
    },
  ],
];

describe.each(SCENES)('a value in %s', (_, write) => {
  test.each(['as it was written', 'opened again'])('that rots is not given out: %s', async (when) => {
    let { dataDir, engine } = await opened();
    await write(engine);
    if (when === 'opened again') {
      await engine.close();
      engine = await bench.engine({ dataDir, cacheBytes: 0 });
    }
    const bob = await engine.get('a', 'bob');
    expect(bob).toEqual(padded('bob'));
    const offset = await rot(dataDir, '"bobbob', '"bobbib');
    const refusal = { code: 'LOG_CORRUPT', file: logFile(dataDir, 'a'), hint: expect.any(String) };
    await expect(engine.get('a', 'bob')).rejects.toMatchObject(refusal);
    await expect(engine.update('a', 'bob', (value) => value)).rejects.toMatchObject(refusal);
    await expect(stateOf(engine, 'a')).rejects.toMatchObject(refusal);
    const { offset: told } = (await engine.get('a', 'bob').catch((error: unknown) => error)) as { offset: number };
    expect(Math.abs(told - offset)).toBeLessThan(2048);
    await rot(dataDir, '"bobbib', '"bobbob');
    expect(await engine.get('a', 'bob')).toEqual(bob);
  });
});

test('a main file is not written from a value that rotted', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir, mainFiles: { maxStaleMs: 60_000 } });
  await engine.append('a', set('bob', padded('bob')));
  await rot(dataDir, '"bobbob', '"bobbib');
  await engine.append('a', set('ann', 1));
  await engine.close();
  await expect(readFile(join(dataDir, 'a.json'), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
});
