import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseLine, readTail } from '../../../../src/storage/log/format.js';
import { logBench, readLog, remove, replaceAll, set } from '../../../support/log-bench.js';

const bench = logBench();
// The compiled test stands in build/test/unit/storage/log.
const PAGE = fileURLToPath(new URL('../../../../../docs/format.md', import.meta.url));

/** The example lines, with what the page only hints at filled in. */
async function exampleLines(): Promise<string[]> {
  const page = await readFile(PAGE, 'utf8');
  return page
    .split('\n')
    .filter((line) => line.startsWith('{"timestamp"'))
    .map((line) => line.slice(0, line.lastIndexOf('}') + 1))
    .map((line) =>
      line
        .replaceAll('"timestamp":"…"', '"timestamp":"2026-11-22T12:34:57.000Z"')
        .replaceAll('"compactedAt":"…"', '"compactedAt":"2026-11-22T12:34:57.000Z"')
        .replaceAll('{…}', '{}')
        .replaceAll('"crc":"…"', '"crc":"00000000"'),
    );
}

describe('the example lines of the format page', () => {
  test('decode as entries of each kind', async () => {
    const entries = (await exampleLines()).map((line) => parseLine(line));
    expect(entries).toMatchObject([
      {
        timestamp: '2026-11-22T12:34:56.789Z',
        op: 'SET',
        key: 'user123',
        value: { score: 100 },
        seq: 42,
        crc: '1a2b3c4d',
      },
      { op: 'SET', data: {}, seq: 43 },
      { op: 'DELETE', key: 'channel456', seq: 44 },
      { op: 'CHECKPOINT', state: {}, compactedAt: '2026-11-22T12:34:57.000Z', seq: 44 },
    ]);
  });

  test('tell their seq and checksum at their end', async () => {
    const tails = (await exampleLines()).map((line) => readTail(Buffer.from(line), 0, Buffer.byteLength(line)));
    expect(tails.map((tail) => tail?.seq)).toEqual([42, 43, 44, 44]);
    expect(tails[0]?.crc).toBe(0x1a2b3c4d);
  });

  test('have the members of written lines in the same order', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('k', 1));
    await engine.append('a', replaceAll({}));
    await engine.append('a', remove('k'));
    const written = (await readLog(dataDir, 'a')).trimEnd().split('\n');
    await engine.compact('a');
    written.push((await readLog(dataDir, 'a')).trimEnd());
    const members = (line: string) => Object.keys(JSON.parse(line) as object);
    expect(written.map(members)).toEqual((await exampleLines()).map(members));
  });
});
