/** `repair` heals what is provable, refuses the rest, and never brings a deleted key back. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RecoveryEvent, VerifyFinding } from '../../src/storage/log/index.js';
import { appendLog, appendLogJson } from '../support/command.js';
import { drawSpecimen } from '../support/damage-specimens.js';
import { collect } from '../support/log-words.js';
import { playedDirectory, withEngine } from '../support/played-directory.js';
import { type Random, withSeed } from '../support/random.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';
import { canonical, compacted, LOG, LOG_PATH, lineStarts, type Specimen } from '../support/specimens.js';

interface Repaired {
  dryRun: boolean;
  whole: boolean;
  logs: {
    log: string;
    events: RecoveryEvent[];
    refused?: { message: string; place?: { file: string; line: number } };
  }[];
  left: VerifyFinding[];
}

let directory: string;
beforeEach(() => {
  directory = scratchDirectory();
});
afterEach(removeAllScratch);

function putDown({ disk }: Specimen, dataDir: string): void {
  for (const [path, text] of Object.entries(disk.picture())) {
    const target = join(dataDir, path.replace(/^data\//, ''));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, Buffer.from(text, 'latin1'));
  }
}

function picture(dataDir: string): string {
  const names = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');
}

test('a whole directory is left as whole as it was', async () => {
  const dataDir = join(directory, 'data');
  await playedDirectory(dataDir);
  expect(await appendLog('repair', dataDir)).toMatchObject({ code: 0, stdout: 'Everything is whole.\n' });
});

test('a torn tail is told by a dry run that touches nothing, then cut and kept', async () => {
  const dataDir = join(directory, 'data');
  const { players } = await playedDirectory(dataDir);
  writeFileSync(players, '{"timestamp":"2026-11', { flag: 'a' });
  const before = picture(dataDir);
  const dry = await appendLogJson<Repaired>('repair', dataDir, '--dry-run');
  expect(picture(dataDir)).toBe(before);
  expect([
    dry.code,
    dry.document.whole,
    dry.document.logs.flatMap(({ events }) => events.map(({ found }) => found)),
  ]).toEqual([1, true, ['torn-tail']]);
  const real = await appendLog('repair', dataDir);
  expect([real.code, real.stdout]).toEqual([0, expect.stringContaining('Put right: everything is whole.')]);
  const torn = readdirSync(join(dataDir, 'logs')).find((name) => name.includes('.torn.')) as string;
  expect(readFileSync(join(dataDir, 'logs', torn), 'utf8')).toBe('{"timestamp":"2026-11');
});

test('damage that nothing proves is refused with its place, and goes through with --salvage, which keeps the damaged file', async () => {
  const dataDir = join(directory, 'data');
  const { players } = await playedDirectory(dataDir, { mainFiles: false });
  const bytes = readFileSync(players);
  const offset = lineStarts(bytes)[3] as number;
  bytes[bytes.indexOf('plain', offset)] = 0x71;
  writeFileSync(players, bytes);
  for (const words of [['--dry-run'], []]) {
    const { code, document } = await appendLogJson<Repaired>('repair', dataDir, ...words);
    expect([code, document.whole]).toEqual([1, false]);
    const refused = document.logs.find(({ log }) => log === 'players')?.refused;
    expect(refused?.place).toMatchObject({ file: 'logs/players.log', line: 4, offset });
    expect(readFileSync(players).equals(bytes)).toBe(true);
  }
  const salvaged = await appendLogJson<Repaired>('repair', dataDir, '--salvage');
  expect([salvaged.code, salvaged.document.whole]).toEqual([0, true]);
  const kept = readdirSync(join(dataDir, 'logs')).find((name) => name.includes('players.log.damaged.')) as string;
  expect(readFileSync(join(dataDir, 'logs', kept)).equals(bytes)).toBe(true);
  expect((await appendLog('verify', dataDir)).code).toBe(0);
});

test('a CHECKPOINT that rots is healed from its backup', async () => {
  const specimen = await compacted();
  const bytes = specimen.disk.bytesOf(LOG_PATH);
  bytes[60] = (bytes[60] as number) ^ 1;
  specimen.disk.put(LOG_PATH, bytes);
  putDown(specimen, directory);
  const { code, document } = await appendLogJson<Repaired>('repair', directory);
  expect([code, document.whole]).toEqual([0, true]);
  expect(document.logs[0]?.events.length).toBeGreaterThan(0);
  const state = JSON.parse((await appendLog('export', directory, LOG)).stdout) as Record<string, unknown>;
  expect(canonical(Object.entries(state))).toBe(specimen.states[specimen.seq]);
});

test('a backup that rots cannot be mended, and that is said', async () => {
  const dataDir = join(directory, 'data');
  await playedDirectory(dataDir);
  const name = readdirSync(join(dataDir, 'logs')).find((each) => /players\.log\.backup\.\d+$/.test(each)) as string;
  const bytes = readFileSync(join(dataDir, 'logs', name));
  bytes[bytes.indexOf('plain')] = 0x71;
  writeFileSync(join(dataDir, 'logs', name), bytes);
  const { code, document } = await appendLogJson<Repaired>('repair', dataDir);
  expect([code, document.left.map(({ file }) => file)]).toEqual([1, [`logs/${name}`]]);
});

test('an index file that rots is removed, a stale main file is written anew', async () => {
  const dataDir = join(directory, 'data');
  const { players } = await playedDirectory(dataDir);
  writeFileSync(`${players}.index`, 'rot');
  rmSync(`${players}.seal`);
  writeFileSync(join(dataDir, 'players.json'), '{}');
  expect((await appendLog('verify', dataDir)).code).toBe(1);
  expect((await appendLog('repair', dataDir)).code).toBe(0);
  expect((await appendLog('verify', dataDir)).code).toBe(0);
});

/** One to three faults in the files of a log. */
function ruin(random: Random, dataDir: string): void {
  for (let i = random.below(3); i >= 0; i -= 1) {
    const names = [`logs/${LOG}.log`, `logs/${LOG}.log`, `logs/${LOG}.log`, `logs/${LOG}.log.seal`, `${LOG}.json`];
    const path = join(dataDir, random.pick(names));
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      continue;
    }
    const at = random.below(bytes.length);
    const starts = lineStarts(bytes);
    const line = starts.findLastIndex((start) => start <= at);
    const [start, end] = [starts[line] as number, starts[line + 1] ?? bytes.length];
    const kind = random.below(4);
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    const rest = bytes.subarray(end);
    if (kind === 1) bytes = bytes.subarray(0, at);
    if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, start), rest]);
    if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(start, end), rest]);
    writeFileSync(path, bytes);
  }
}

test('in random directories, damaged at random, no deleted key comes back', async () => {
  await withSeed(async (random) => {
    const seen = { repaired: 0, refused: 0, deleted: 0 };
    for (let round = 0; round < 40; round += 1) {
      const plan = {
        entries: 40,
        keys: 6,
        longest: 60,
        lives: 1 + random.below(3),
        older: 0,
        ending: 'sealed' as const,
      };
      const specimen = await drawSpecimen(random, plan);
      const dataDir = join(directory, `data${round}`);
      putDown(specimen, dataDir);
      ruin(random, dataDir);
      const log = join(dataDir, 'logs', `${LOG}.log`);
      const before = readFileSync(log);
      const { code, document } = await appendLogJson<Repaired>('repair', dataDir);
      if (document.logs.some(({ refused }) => refused)) {
        seen.refused += 1;
        expect([code, readFileSync(log).equals(before)]).toEqual([1, true]);
        continue;
      }
      // Where no line is left, a main file is believed that nothing proves, and the report says so.
      if (document.logs.some(({ events }) => events.some(({ found }) => found === 'lost-log'))) continue;
      seen.repaired += 1;
      const state = await withEngine(dataDir, async (engine) => {
        await engine.openLog(LOG);
        return { seq: engine.stats(LOG).seq, shown: await collect(engine.entries(LOG)) };
      });
      // The newest state, or the one before an unfinished last write: with its seal gone, nothing tells more.
      expect(canonical(state.shown)).toBe(specimen.states[state.seq]);
      const keys = new Set(state.shown.map(([key]) => key));
      if (state.seq === specimen.seq) {
        const alive = new Set(
          (JSON.parse(specimen.states[specimen.seq] as string) as [string, unknown][]).map(([key]) => key),
        );
        expect([...keys].filter((key) => !alive.has(key))).toEqual([]);
        seen.deleted += 6 - alive.size;
      }
    }
    expect(seen.repaired).toBeGreaterThan(5);
    expect(seen.refused).toBeGreaterThan(1);
    expect(seen.deleted).toBeGreaterThan(0);
  });
}, 120_000);
