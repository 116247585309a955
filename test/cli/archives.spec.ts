/** The command on a directory whose history lies in archives, by the day, and in compressed backups. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ErasureReceipt, RestoreReport } from '../../src/storage/log/index.js';
import { Chronicle, DAY, daily, HOUR, mockTime, START } from '../support/archive-days.js';
import { appendLog, appendLogJson } from '../support/command.js';
import { withEngine } from '../support/played-directory.js';
import { Random } from '../support/random.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

const DAYS = 6;
const MOMENTS = 12;
const SECRET = 'likes-marzipan';
const random = new Random(Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 32));

let played: string;
const chronicle = new Chronicle('players');

beforeAll(async () => {
  played = join(scratchDirectory(), 'data');
  mockTime();
  await withEngine(played, async (engine) => {
    for (let hour = 0; hour < DAYS * 24; hour += 2) {
      await chronicle.write(engine, random, START + hour * HOUR);
      if (hour % 6 === 0) await engine.compact('players', { rotate: daily, keepBackups: 1, compressBackups: true });
    }
  });
  jest.useRealTimers();
  process.stdout.write(`CRASH_SEED=${random.seed}\n`);
});
afterAll(removeAllScratch);

function copy(): string {
  const dataDir = join(scratchDirectory(), 'data');
  cpSync(played, dataDir, { recursive: true });
  return dataDir;
}

function filesIn(dataDir: string): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)));
}

/** Also inside what is compressed. */
function filesWith(dataDir: string, text: string): string[] {
  return filesIn(dataDir).filter((file) => {
    const bytes = readFileSync(join(dataDir, file));
    return bytes.includes(text) || (file.endsWith('.gz') && gunzipSync(bytes).includes(text));
  });
}

const segmentsIn = (dataDir: string) =>
  filesIn(dataDir)
    .filter((file) => /archive.*\.gz$/.test(file))
    .sort();

describe('going back', () => {
  test('to moments of any day makes the state what it was, by time and by seq', async () => {
    for (let i = 0; i < MOMENTS; i += 1) {
      const dataDir = copy();
      const byTime = random.chance(0.5);
      const ms = START + random.below(DAYS * DAY);
      const seq = 1 + random.below(chronicle.seq);
      const point = byTime ? new Date(ms).toISOString() : String(seq);
      const dry = await appendLogJson<{ logs: RestoreReport[] }>('restore', dataDir, '--at', point, '--dry-run');
      const { code, document } = await appendLogJson<{ logs: RestoreReport[] }>('restore', dataDir, '--at', point);
      expect([point, code]).toEqual([point, 0]);
      expect(document.logs[0]?.changes).toEqual(dry.document.logs[0]?.changes);
      const state = await withEngine(dataDir, (engine) => engine.rebuildState('players'));
      expect([point, state]).toEqual([point, byTime ? chronicle.stateAt(ms) : chronicle.states[seq]]);
    }
  }, 120_000);

  test('tells the whole history of a key, from the first day on', async () => {
    const key = Object.keys(chronicle.states[1] as object)[0] as string;
    const { code, document } = await appendLogJson<{ log: string; events: { seq: number }[] }>('history', played, key);
    expect([code, document.log, document.events[0]?.seq]).toEqual([0, 'players', 1]);
    const seqs = document.events.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  });
});

describe('verify', () => {
  test('reads every segment, and says which seqs each has', async () => {
    const { code, document } = await appendLogJson<{ files: { file: string; what: string; isWhole: boolean }[] }>(
      'verify',
      played,
    );
    expect(code).toBe(0);
    const archives = document.files.filter(({ what }) => what === 'archive').map(({ file }) => file);
    expect(archives.sort()).toEqual(segmentsIn(played));
    expect(archives.length).toBeGreaterThanOrEqual(DAYS - 1);
  });

  test('finds a flipped bit in a segment, names the file, and leaves the others whole', async () => {
    const dataDir = copy();
    const file = segmentsIn(dataDir)[2] as string;
    const bytes = readFileSync(join(dataDir, file));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] as number) ^ 0x20;
    writeFileSync(join(dataDir, file), bytes);
    const { code, stdout } = await appendLog('verify', dataDir);
    expect(code).toBe(1);
    expect(stdout).toContain(file);
    const { document } = await appendLogJson<{ files: { file: string; isWhole: boolean }[] }>('verify', dataDir);
    expect(document.files.filter(({ isWhole }) => !isWhole).map((each) => each.file)).toEqual([file]);
  });

  test('notes an index of the archive that is wrong, which is no damage', async () => {
    const dataDir = copy();
    const index = filesIn(dataDir).find((file) => file.endsWith('index.json')) as string;
    writeFileSync(join(dataDir, index), 'nonsense');
    const { code, stdout } = await appendLog('verify', dataDir);
    expect([code, stdout]).toEqual([0, expect.stringContaining('It is made again from the segments')]);
  });
});

test('compact leaves no hole in an archive that it does not go on with', async () => {
  const dataDir = copy();
  for (let n = 0; n < 6; n += 1) {
    await withEngine(dataDir, (engine) => engine.append('players', { op: 'SET', key: 'late', value: n }));
    expect((await appendLog('compact', dataDir, '--keep-backups', '1')).code).toBe(0);
  }
  const { stdout } = await appendLog('dump', dataDir, 'players', '--backups');
  const seqs = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(seqs).toEqual(Array.from({ length: chronicle.seq + 6 }, (_, i) => i + 1));
});

test('erase leaves no byte in any file, raw or compressed, and everything whole', async () => {
  const dataDir = copy();
  const erased = 'erased-4711';
  for (const day of [0, 1, 2]) {
    mockTime(START + (DAYS + day) * DAY);
    await withEngine(dataDir, async (engine) => {
      await engine.append('players', { op: 'SET', key: erased, value: { note: SECRET, day } }, { actor: erased });
      await engine.append('players', { op: 'SET', key: 'bystander', value: day }, { reason: `met ${erased}` });
      await engine.compact('players', { rotate: daily, keepBackups: 1, compressBackups: true });
    });
  }
  jest.useRealTimers();
  expect(filesWith(dataDir, SECRET).filter((file) => file.includes('archive')).length).toBeGreaterThanOrEqual(2);
  const { code, document } = await appendLogJson<ErasureReceipt>('erase', dataDir, erased, '--yes');
  expect([code, document.log, document.existed]).toEqual([0, 'players', true]);
  expect([filesWith(dataDir, erased), filesWith(dataDir, SECRET)]).toEqual([[], []]);
  expect((await appendLog('verify', dataDir)).code).toBe(0);
  expect((await appendLog('get', dataDir, 'bystander')).stdout.trim()).toBe('2');
  expect((await appendLog('erase', dataDir, erased, '--yes')).code).toBe(1);
});
