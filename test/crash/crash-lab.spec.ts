/** The crash lab as a program: what it prints, how it ends, and that it leaves nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** The compiled program: the script around it waits for the compiler's lock, which those who run tests hold. */
const PROGRAM = fileURLToPath(new URL('./lab/main.js', import.meta.url));

let scratch: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'append-log-lab-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function lab(words: string[], heard: (out: string) => void = () => undefined): Promise<Ended> {
  const { CRASH_SEED, ...inherited } = process.env;
  const env = { ...inherited, TMPDIR: scratch, NODE_OPTIONS: '' };
  const started = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...words], { env });
  child = started;
  const ended = { code: null, out: '', err: '' } as Ended;
  started.stdout.on('data', (piece) => {
    ended.out += piece;
    heard(ended.out);
  });
  started.stderr.on('data', (piece) => {
    ended.err += piece;
  });
  return new Promise((resolve) => started.on('close', (code) => resolve({ ...ended, code })));
}

test('one round of one experiment with one seed', async () => {
  const { code, out, err } = await lab(['--only', 'fuzz', '--seed', '1']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^Crash lab of nest-append-log \d+\.\d+\.\d+ · Node 2\d\.\S+ · /);
  expect(out).toContain('1 experiment, one round each · first seed 1\n');
  expect(out).toMatch(/\nfuzz +1 +\d+\.\d s +0 +1,500 mutated logs, /);
  expect(out).toMatch(/\nNothing was found in 1 round; finished after \d+\.\d s\.\n$/);
  // Neither colours nor lines drawn over each other where nobody looks on.
  expect(out).not.toContain('\x1b');
}, 60_000);

test('as JSON the same, and nothing else', async () => {
  const { code, out } = await lab(['--only', 'pages-in-any-order', '--seed', '5', '--json']);
  const report = JSON.parse(out) as { experiments: object[] };
  expect(code).toBe(0);
  expect(report).toMatchObject({ firstSeed: 5, violations: 0, ending: 'finished' });
  expect(report.experiments).toEqual([expect.objectContaining({ name: 'pages-in-any-order', rounds: 1 })]);
}, 60_000);

test.each([[['--only', 'everything']], [['--minutes', 'many']], [['--often']]])('%j is wrong usage', async (words) => {
  const { code, out, err } = await lab(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^\S.*\.\nnpm run crash-lab -- --help tells what can be asked for\.\n$/);
});

test('interrupted it tells what it did so far and leaves neither processes nor files', async () => {
  const interrupted = lab(['--only', 'second-process', '--minutes', '5']);
  // Its processes are at work in a directory of their own.
  while (!readdirSync(scratch).some((name) => readdirSync(join(scratch, name)).length > 1)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child?.kill('SIGINT');
  const { code, out, err } = await interrupted;
  expect({ code, err }).toEqual({ code: 130, err: '' });
  expect(out).toMatch(/\nsecond-process +1 /);
  expect(out).toMatch(/\nNothing was found in 1 round; interrupted after /);
  expect(readdirSync(scratch)).toEqual([]);
}, 60_000);
