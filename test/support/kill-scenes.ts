/**
 * Directories to be opened by a process that dies meanwhile: torn, damaged so that opening repairs them, or left by
 * the reference bot. Each comes with what must come out of it, known without the engine's own opinion.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileEngineOn, type RecoveryFinding, type RecoveryMode } from '../../src/storage/log/index.js';
import { stateOfEntries } from './audit.js';
import { legacyDirectories } from './crash-scenes.js';
import { drawKeys, drawWrites } from './kill-drawing.js';
import { fileIn, inMemoryOf, type Picture, pictureInMemory, pictureOf, withFile } from './kill-files.js';
import { type Expectation, rawLogOf } from './kill-judge.js';
import { type KillProgram, type PlannedWrite, ProgramRun, type Step } from './kill-program.js';
import { hear, Truth, type Truths } from './kill-truth.js';
import { MemoryDisk } from './memory-disk.js';
import { Random } from './random.js';

/** Data directory of all that is in memory. */
export const IN_MEMORY = 'data';
export const LOG = 'players';
const LOG_FILE = `logs/${LOG}.log`;
const MAIN_FILE = `${LOG}.json`;

export interface KillScene {
  name: string;
  files: Picture;
  truths: Truths;
  expected: Expectation;
}

const WHOLE: Expectation = { recovery: 'heal', findings: [], mended: false, kept: new Map() };

/** Nothing is there yet. */
export const EMPTY: KillScene = {
  name: 'an empty directory',
  files: [],
  truths: new Map([[LOG, new Truth()]]),
  expected: WHOLE,
};

interface Past {
  files: Picture;
  truth: Truth;
}

/** What a life in memory, which nobody disturbs, leaves behind. */
async function past(steps: Step[], closes: boolean): Promise<Past> {
  const disk = new MemoryDisk();
  const truth = new Truth();
  const program: KillProgram = { recovery: 'heal', fsync: 'always', firstId: 1_000, steps, closes };
  const running = new ProgramRun(program, IN_MEMORY, disk, (...message) => hear(new Map([[LOG, truth]]), message));
  await running.run();
  const files = await pictureInMemory(disk, IN_MEMORY);
  // What it would write when it closes is not to be there.
  if (!closes) await running.engine.close();
  return { files, truth };
}

interface Writing {
  compactions: number;
  closes: boolean;
}

/** Groups of writes with compactions between them; each group has three lines at least. */
function writing(random: Random, { compactions, closes }: Writing): Promise<Past> {
  const keys = drawKeys(random);
  const steps: Step[] = [{ do: 'open', log: LOG }];
  const write = () => {
    const writes = drawWrites(random, keys, 12).filter(({ kind }) => kind !== 'replace');
    steps.push({ do: 'write', log: LOG, writes: [...THREE, ...writes] });
  };
  write();
  for (let i = 0; i < compactions; i += 1) {
    steps.push({ do: 'compact', log: LOG, meets: [], keepBackups: 3 });
    write();
  }
  return past(steps, closes);
}

const THREE = ['first', 'second', 'third'].map((key) => ({ kind: 'set' as const, key }));

function scene(
  name: string,
  files: Picture,
  truth: Truth,
  findings: RecoveryFinding[],
  more: Partial<Expectation> = {},
) {
  const expected: Expectation = { ...WHOLE, findings, mended: findings.length > 0, ...more };
  return { name, files, truths: new Map([[LOG, truth]]), expected };
}

/** Killed in the middle of a write, of a compaction and of a main file. */
async function torn(random: Random): Promise<KillScene> {
  const closes = random.chance(0.5);
  const { files, truth } = await writing(random, { compactions: random.below(2), closes });
  const log = fileIn(files, LOG_FILE);
  const line = `{"timestamp":"2031-01-01T00:00:00.000Z","op":"SET","key":"torn","value":"${'x'.repeat(random.below(900))}`;
  const tail = Buffer.from(line.slice(0, 1 + random.below(line.length)));
  let left = withFile(files, LOG_FILE, Buffer.concat([log, tail]));
  left = withFile(left, `${LOG_FILE}.compacting`, log.subarray(0, random.below(log.length)));
  // A main file is only written where the log went on since the last close.
  if (!closes) left = withFile(left, `${MAIN_FILE}.tmp`, Buffer.from('{\n  "k0": {'));
  return scene('a torn log', left, truth, []);
}

/** A line in the middle is damaged, and the seal vouches for the main file. */
async function healedFromMainFile(random: Random): Promise<KillScene> {
  const { files, truth } = await writing(random, { compactions: random.below(2), closes: true });
  const { bytes } = damagedInside(random, fileIn(files, LOG_FILE));
  return scene(
    'a damaged line, to be healed from the main file',
    withFile(files, LOG_FILE, bytes),
    truth,
    ['corruption'],
    {
      kept: new Map([[LOG, bytes]]),
    },
  );
}

/** The CHECKPOINT is damaged, and the newest backup ends at its seq. */
async function healedFromBackup(random: Random): Promise<KillScene> {
  const { files, truth } = await writing(random, { compactions: 1 + random.below(2), closes: false });
  const bytes = Buffer.from(fileIn(files, LOG_FILE));
  flipInside(random, bytes, 0);
  const left = withFile(withFile(files, LOG_FILE, bytes), MAIN_FILE, undefined);
  return scene('a damaged CHECKPOINT, to be healed from the backup', left, truth, ['damaged-checkpoint'], {
    kept: new Map([[LOG, bytes]]),
  });
}

/** The log is gone or emptied, its main file whole; the seal tells how far it went, where there is one. */
async function lostLog(random: Random): Promise<KillScene> {
  const sealed = random.chance(0.6);
  // Without a seal nothing tells the seq of the main file: it could not be held against a backup's.
  const { files, truth } = await writing(random, { compactions: sealed ? random.below(2) : 0, closes: true });
  const bytes = random.chance(0.5) ? undefined : Buffer.alloc(0);
  const left = withFile(files, LOG_FILE, bytes);
  const name = `a log that is ${bytes ? 'emptied' : 'gone'}`;
  if (sealed) return scene(name, left, truth, ['lost-log']);
  const unsealed = withFile(left, `${LOG_FILE}.seal`, undefined);
  const seq = (await seqsOf(unsealed, [LOG], new Set())).get(LOG);
  return scene(`${name}, and its seal`, unsealed, new Truth(truth.stateAt(truth.owedSeq), seq), ['lost-log']);
}

/** The log was cut at the end of a line after a clean close. */
async function truncated(random: Random): Promise<KillScene> {
  const { files, truth } = await writing(random, { compactions: random.below(2), closes: true });
  const log = fileIn(files, LOG_FILE);
  const starts = lineStarts(log);
  const bytes = log.subarray(0, starts[1 + random.below(starts.length - 1)]);
  return scene('a log cut before its seal', withFile(files, LOG_FILE, bytes), truth, ['truncation'], {
    kept: new Map([[LOG, bytes]]),
  });
}

/** A line in the middle is damaged and nothing proves it: everything else is kept. */
async function salvaged(random: Random): Promise<KillScene> {
  const { files } = await writing(random, { compactions: 0, closes: false });
  const whole = fileIn(files, LOG_FILE);
  const { bytes, line } = damagedInside(random, whole);
  const { entries } = rawLogOf(whole);
  const state = stateOfEntries(entries.filter((_, i) => i !== line));
  const truth = new Truth(state, entries.at(-1)?.seq);
  return scene('a damaged line, to be salvaged', withFile(files, LOG_FILE, bytes), truth, ['corruption'], {
    recovery: 'salvage',
    kept: new Map([[LOG, bytes]]),
  });
}

export const DRAWN_SCENES: readonly ((random: Random) => Promise<KillScene>)[] = [
  torn,
  healedFromMainFile,
  healedFromBackup,
  lostLog,
  truncated,
  salvaged,
];

function lineStarts(bytes: Buffer): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) starts.push(at + 1);
  return starts.slice(0, -1);
}

/** Damages a line that is neither the first nor the last, so that a line behind it tells. */
function damagedInside(random: Random, log: Buffer): { bytes: Buffer; line: number } {
  const bytes = Buffer.from(log);
  const line = 1 + random.below(lineStarts(bytes).length - 2);
  flipInside(random, bytes, line);
  return { bytes, line };
}

/** Changes a bit of a line's body, which nothing but its checksum could tell. */
function flipInside(random: Random, bytes: Buffer, line: number): void {
  const start = lineStarts(bytes)[line] as number;
  const end = bytes.indexOf(0x0a, start);
  const at = start + Math.floor((end - start) * (0.2 + 0.5 * random.next()));
  bytes[at] = (bytes[at] as number) ^ 1;
}

/** A directory of the reference bot. The seq of what is taken over is the engine's to choose; it must choose it again. */
export async function legacyScene(name: string, source: string): Promise<KillScene> {
  const expected = JSON.parse(readFileSync(join(source, 'expected.json'), 'utf8')) as Record<string, object>;
  const files = pictureOf(join(source, 'data'));
  const findings = new Set<RecoveryFinding>();
  const truths = new Map<string, Truth>();
  const seqs = await seqsOf(files, Object.keys(expected), findings);
  for (const [log, state] of Object.entries(expected)) {
    const texts = Object.entries(state).map(([key, value]): [string, string] => [key, JSON.stringify(value)]);
    truths.set(log, new Truth(new Map(texts), seqs.get(log)));
  }
  return {
    name: `the older directory ${name}`,
    files,
    truths,
    expected: { ...WHOLE, findings: [...findings], mended: true },
  };
}

async function seqsOf(files: Picture, logs: string[], findings: Set<RecoveryFinding>): Promise<Map<string, number>> {
  const steps = logs.map((log): Step => ({ do: 'open', log }));
  const disk = await inMemoryOf(files, IN_MEMORY);
  const program = opening(logs);
  const running = new ProgramRun({ ...program, steps, closes: false }, IN_MEMORY, disk, () => undefined, fileEngineOn);
  await running.run();
  for (const log of logs) for (const { found } of running.engine.recoveryReport(log).events) findings.add(found);
  const seqs = new Map(logs.map((log) => [log, running.engine.stats(log).seq]));
  await running.engine.close();
  return seqs;
}

export function legacyScenes(): Promise<KillScene[]> {
  return Promise.all(legacyDirectories().map(([name, source]) => legacyScene(name, source)));
}

const OPENED: PlannedWrite[] = [
  { kind: 'set', key: 'opened' },
  { kind: 'update', key: 'opened' },
  { kind: 'set', key: 'more' },
  { kind: 'delete', key: 'more' },
];

/** Opens logs, writes a little to each and closes. */
export function opening(logs: Iterable<string>, recovery: RecoveryMode = 'heal', firstId = 0): KillProgram {
  const steps = [...logs].flatMap((log): Step[] => [
    { do: 'open', log },
    { do: 'write', log, writes: OPENED },
  ]);
  return { recovery, fsync: 'always', firstId, steps, closes: true };
}
