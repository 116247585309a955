/** Each fault that is planted in a directory is named at its exact place, which is counted here by the bytes alone. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LogEntry, VerifiedFile, VerifyFinding } from '../../src/storage/log/index.js';
import { appendLog, appendLogJson } from '../support/command.js';
import { type Played, playedDirectory } from '../support/played-directory.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

interface Verified {
  whole: boolean;
  files: VerifiedFile[];
  findings: VerifyFinding[];
}

let dataDir: string;
let played: Played;
beforeEach(async () => {
  dataDir = join(scratchDirectory(), 'data');
  played = await playedDirectory(dataDir);
});
afterEach(removeAllScratch);

/** Line `n` of a file, from 1: where it begins, behind its newline, and what it says. */
function lineOf(bytes: Buffer, n: number): { offset: number; end: number; entry: LogEntry } {
  let offset = 0;
  for (let line = 1; line < n; line += 1) offset = bytes.indexOf(0x0a, offset) + 1;
  const end = bytes.indexOf(0x0a, offset) + 1;
  return { offset, end, entry: JSON.parse(bytes.toString('utf8', offset, end)) as LogEntry };
}

/** Puts another letter into the text of a line's value. */
function rot(bytes: Buffer, line: number): { line: number; offset: number; key?: string } {
  const { offset, entry } = lineOf(bytes, line);
  const at = bytes.indexOf('plain', offset);
  bytes[at] = 'q'.charCodeAt(0);
  return { line, offset, ...(entry.key !== undefined && entry.op === 'SET' && { key: entry.key }) };
}

async function damage(): Promise<{ code: number | null; found: Partial<VerifyFinding>[] }> {
  const { code, document } = await appendLogJson<Verified>('verify', dataDir);
  const wrong = document.findings.filter(({ severity }) => severity === 'damage');
  expect(document.whole).toBe(wrong.length === 0);
  const broken = new Set(document.files.filter(({ isWhole }) => !isWhole).map(({ file }) => file));
  expect([...broken].sort()).toEqual([...new Set(wrong.map(({ file }) => file))].sort());
  return {
    code,
    found: wrong.map(({ found, file, line, offset, key, lostSeq }) =>
      JSON.parse(JSON.stringify({ found, file, line, offset, key, lostSeq })),
    ),
  };
}

const backups = () =>
  readdirSync(join(dataDir, 'logs'))
    .filter((name) => /players\.log\.backup\.\d+$/.test(name))
    .sort();

test('a whole directory is whole, and every file of it is looked at', async () => {
  const { code, document } = await appendLogJson<Verified>('verify', dataDir);
  expect([code, document.whole, document.findings]).toEqual([0, true, []]);
  const expected = [
    'players.json',
    'game_state.json',
    ...readdirSync(join(dataDir, 'logs')).map((name) => `logs/${name}`),
  ];
  expect(document.files.map(({ file }) => file).sort()).toEqual(expected.sort());
  const active = document.files.find(({ what, log }) => what === 'log' && log === 'players');
  expect([active?.firstSeq, active?.lastSeq, active?.entries]).toEqual([30, 40, 11]);
});

describe('a byte that rots', () => {
  test.each([2, 5, 11])('in line %i of a log is named with line, byte and key', async (line) => {
    const bytes = readFileSync(played.players);
    if (lineOf(bytes, line).entry.op !== 'SET') throw new Error('The line has no value.');
    const place = rot(bytes, line);
    writeFileSync(played.players, bytes);
    // The last line of a log that was closed cleanly is no unfinished write to whoever knows the seal.
    const found = line === 11 ? 'torn-tail' : 'corruption';
    const { code, found: all } = await damage();
    expect(code).toBe(1);
    expect(all).toContainEqual(expect.objectContaining({ found, file: 'logs/players.log', ...place }));
    const { stdout } = await appendLog('verify', dataDir, 'players');
    expect(stdout).toContain(
      `logs/players.log:${line} (line ${line}, byte ${place.offset}, key ${JSON.stringify(place.key)})`,
    );
  });

  test('in three lines, two of them neighbours, is named three times', async () => {
    const bytes = readFileSync(played.states);
    const places = [rot(bytes, 2), rot(bytes, 3), rot(bytes, 5)];
    writeFileSync(played.states, bytes);
    const { found } = await damage();
    expect(found.map(({ line, offset, key }) => ({ line, offset, key }))).toEqual(places);
  });

  test('in the CHECKPOINT is named as that', async () => {
    const bytes = readFileSync(played.players);
    rot(bytes, 1);
    writeFileSync(played.players, bytes);
    const { found } = await damage();
    expect(found).toEqual([
      expect.objectContaining({ found: 'damaged-checkpoint', file: 'logs/players.log', line: 1, offset: 0 }),
    ]);
  });

  test('in a backup is named there', async () => {
    const name = backups()[1] as string;
    const bytes = readFileSync(join(dataDir, 'logs', name));
    const place = rot(bytes, 4);
    writeFileSync(join(dataDir, 'logs', name), bytes);
    const { code, found } = await damage();
    expect([code, found]).toEqual([
      1,
      [expect.objectContaining({ found: 'corruption', file: `logs/${name}`, ...place })],
    ]);
  });

  test('in what was packed is named by the bytes that were packed', async () => {
    const path = join(dataDir, 'logs', backups()[1] as string);
    const bytes = readFileSync(path);
    const place = rot(bytes, 4);
    writeFileSync(`${path}.gz`, gzipSync(bytes));
    rmSync(path);
    const { found } = await damage();
    expect(found).toEqual([
      expect.objectContaining({ found: 'corruption', file: `logs/${basename(path)}.gz`, ...place }),
    ]);
    expect((await appendLog('verify', dataDir)).stdout).toContain(`byte ${place.offset} unpacked`);
  });

  test('in a packed file itself is found', async () => {
    const path = join(dataDir, 'logs', backups()[0] as string);
    const packed = gzipSync(readFileSync(path));
    rmSync(path);
    writeFileSync(`${path}.gz`, packed);
    expect((await damage()).found).toEqual([]);
    for (const at of [packed.length - 6, Math.floor(packed.length / 2)]) {
      const rotten = Buffer.from(packed);
      rotten[at] = (rotten[at] as number) ^ 4;
      expect(() => gunzipSync(rotten)).toThrow();
      writeFileSync(`${path}.gz`, rotten);
      const { code, found } = await damage();
      expect([code, found.map(({ file }) => file)]).toEqual([1, found.map(() => `logs/${basename(path)}.gz`)]);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['damaged-seal', 'logs/players.log.seal', 9],
    ['damaged-index', 'logs/players.log.index', 9000],
    ['lost-view', 'players.json', 40],
  ])('%s: in %s', async (kind, file, at) => {
    const path = join(dataDir, file);
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(path, bytes);
    const { code, found } = await damage();
    expect([code, found.map((finding) => [finding.found, finding.file])]).toEqual([1, [[kind, file]]]);
  });
});

describe('entries that are gone', () => {
  test('a line taken out of the middle is named by its place and seq', async () => {
    const bytes = readFileSync(played.players);
    const { offset, end, entry } = lineOf(bytes, 5);
    writeFileSync(played.players, Buffer.concat([bytes.subarray(0, offset), bytes.subarray(end)]));
    const { code, found } = await damage();
    // The digits of the line behind it count bytes that are gone, so it cannot be proven either.
    const seq = entry.seq as number;
    expect([code, found]).toEqual([
      1,
      [
        expect.objectContaining({
          found: 'corruption',
          file: 'logs/players.log',
          line: 5,
          offset,
          lostSeq: [seq, seq + 1],
        }),
      ],
    ]);
  });

  test('a log that ends before its seal is named at its end', async () => {
    const { offset } = lineOf(readFileSync(played.players), 9);
    truncateSync(played.players, offset);
    const { found } = await damage();
    expect(found).toContainEqual({ found: 'truncation', file: 'logs/players.log', line: 9, offset, lostSeq: [38, 40] });
  });

  test('a torn tail is named where the whole lines end', async () => {
    rmSync(`${played.players}.seal`);
    rmSync(join(dataDir, 'players.json'));
    const { offset } = lineOf(readFileSync(played.players), 11);
    truncateSync(played.players, offset + 30);
    const { code, found } = await damage();
    expect([code, found]).toEqual([
      1,
      [expect.objectContaining({ found: 'torn-tail', file: 'logs/players.log', line: 11, offset })],
    ]);
  });

  test('a log that is gone is missed', async () => {
    rmSync(played.players);
    const { code, found } = await damage();
    expect([code, found.map((finding) => finding.found)]).toEqual([1, expect.arrayContaining(['lost-log'])]);
  });

  test('a backup that is gone from between others leaves a hole, which is told with its seqs', async () => {
    const [, second, third] = backups() as [string, string, string];
    rmSync(join(dataDir, 'logs', second));
    const { code, found } = await damage();
    expect([code, found]).toEqual([
      1,
      [expect.objectContaining({ found: 'lost-entries', file: `logs/${third}`, lostSeq: [11, 20] })],
    ]);
  });
});

test('a main file is compared with its log: an older state is told from one that never was', async () => {
  rmSync(`${played.states}.seal`);
  const state = JSON.parse(readFileSync(join(dataDir, 'game_state.json'), 'utf8')) as Record<string, unknown>;
  expect((await damage()).code).toBe(0);
  const { channel6: _, ...older } = state;
  writeFileSync(join(dataDir, 'game_state.json'), JSON.stringify(older));
  const first = await appendLogJson<Verified>('verify', dataDir, 'game_state');
  expect(first.document.findings).toEqual([
    expect.objectContaining({ found: 'stale-view', message: expect.stringContaining('as of seq 5') }),
  ]);
  writeFileSync(join(dataDir, 'game_state.json'), JSON.stringify({ ...older, channel2: 0 }));
  const second = await appendLogJson<Verified>('verify', dataDir, 'game_state');
  expect([second.code, second.document.findings]).toEqual([
    1,
    [expect.objectContaining({ found: 'lost-view', message: expect.stringContaining('"channel2"') })],
  ]);
});

test('what was left or kept is noted, and is no damage', async () => {
  writeFileSync(`${played.players}.compacting`, 'half');
  writeFileSync(join(dataDir, 'players.json.tmp'), 'half');
  writeFileSync(`${played.players}.torn.1700000000000`, 'x');
  writeFileSync(`${played.players}.damaged.1700000000000`, 'x');
  const { code, document } = await appendLogJson<Verified>('verify', dataDir);
  expect(code).toBe(0);
  expect(document.findings.map(({ severity, found }) => [severity, found]).sort()).toEqual([
    ['note', 'kept'],
    ['note', 'kept'],
    ['note', 'leftover'],
    ['note', 'leftover'],
  ]);
  expect(existsSync(`${played.players}.compacting`)).toBe(true);
});
