/** On a terminal there is colour, a table and a question; elsewhere there is none of it, and a reader who leaves is no failure. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendLog, COMMAND, plainEnvironment, startCommand } from '../support/command.js';
import { inTime } from '../support/patience.js';
import { playedDirectory, withEngine } from '../support/played-directory.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

/** Where there is no such program, or another of that name, no terminal can be had. */
const HAS_SCRIPT = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;
const ESCAPE = '\u001b[';
let dataDir: string;
beforeEach(async () => {
  dataDir = join(scratchDirectory(), 'data');
  await playedDirectory(dataDir);
});
afterEach(removeAllScratch);

/** Runs the command on a terminal of its own (util-linux's `script`); what it shows, both streams together. */
async function onTerminal(
  words: string[],
  env: NodeJS.ProcessEnv = {},
  typed?: string,
): Promise<{ code: number | null; shown: string }> {
  const quoted = [process.execPath, COMMAND, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    env: { ...plainEnvironment(), TERM: 'xterm-256color', ...env },
  });
  let shown = '';
  child.stdout.on('data', (piece) => {
    shown += piece;
    if (typed !== undefined && shown.includes('Type yes: ')) child.stdin.end(`${typed}\n`);
  });
  if (typed === undefined) child.stdin.end();
  const code = await inTime('script', 30_000, new Promise<number | null>((resolve) => child.on('close', resolve)));
  return { code, shown };
}

test('a table with borders, colours, and none of them without a terminal or where they are not wanted', async () => {
  if (!HAS_SCRIPT) return;
  const { code, shown } = await onTerminal(['stats', dataDir]);
  expect(code).toBe(0);
  expect(shown).toContain('│');
  expect((await onTerminal(['verify', dataDir])).shown).toContain(`${ESCAPE}32mok${ESCAPE}39m`);
  for (const { shown: plain } of [
    await onTerminal(['verify', dataDir, '--no-color']),
    await onTerminal(['verify', dataDir], { NO_COLOR: '1' }),
    await onTerminal(['verify', dataDir], { TERM: 'dumb' }),
  ]) {
    expect(plain).not.toContain(`${ESCAPE}32m`);
    expect(plain).toContain('ok  logs/players.log');
  }
  const { stdout } = await appendLog('verify', dataDir);
  expect(stdout).not.toContain(ESCAPE);
  expect((await appendLog('stats', dataDir)).stdout).not.toContain('│');
}, 60_000);

test('what a stranger put into keys and values does nothing to a terminal', async () => {
  const hostile = '\u001b]0;owned\u0007\u009b31m\u202e';
  await withEngine(dataDir, async (engine) => {
    await engine.append(
      'players',
      { op: 'SET', key: hostile, value: { [hostile]: hostile } },
      { actor: hostile, reason: hostile },
    );
  });
  const at = ['--from', '40'];
  for (const words of [
    ['tail', 'players'],
    ['dump', 'players'],
    ['get', 'players', hostile],
    ['history', 'players', hostile],
    ['diff', 'players', ...at],
    ['export', 'players'],
    ['restore', 'players', '--at', '40', '--dry-run'],
    ['get', 'players', `${hostile}x`],
  ]) {
    const [name, ...rest] = words as [string, ...string[]];
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await appendLog(name, dataDir, ...rest, ...json);
      expect([name, /[\p{Cc}\u202e]/u.test((stdout + stderr).replaceAll('\n', ''))]).toEqual([name, false]);
    }
  }
}, 60_000);

test('whoever reads only the first line of many ends it quietly', async () => {
  await withEngine(dataDir, async (engine) => {
    const text = 'x'.repeat(1000);
    await Promise.all(
      Array.from({ length: 5000 }, (_, n) => engine.append('players', { op: 'SET', key: `k${n}`, value: text })),
    );
  });
  const running = startCommand(['dump', dataDir, 'players']);
  while (running.stdout() === '')
    await inTime('the first line', 30_000, new Promise((resolve) => setTimeout(resolve, 5)));
  running.closeOutput();
  const { code, signal, stderr } = await running.ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
});

test('erase asks on a terminal, and leaves everything as it is for any other answer than yes', async () => {
  if (!HAS_SCRIPT) return;
  const before = readFileSync(join(dataDir, 'logs', 'players.log'));
  const no = await onTerminal(['erase', dataDir, 'players', 'user5'], {}, 'no');
  expect([no.code, no.shown]).toEqual([1, expect.stringContaining('Nothing was erased.')]);
  expect(readFileSync(join(dataDir, 'logs', 'players.log')).equals(before)).toBe(true);
  const yes = await onTerminal(['erase', dataDir, 'players', 'user5'], {}, 'yes');
  expect([yes.code, yes.shown]).toEqual([0, expect.stringContaining('Erased from players; receipt')]);
  expect(existsSync(join(dataDir, 'logs', 'players.log'))).toBe(true);
}, 60_000);

test('a failure says what and what to do in two lines; DEBUG shows where', async () => {
  const { stderr } = await appendLog('stats', dataDir, 'other');
  expect(stderr).toBe(`append-log: There is no log "other" in ${dataDir}.\n  There are: game_state, players\n`);
  const debugged = await startCommand(['stats', dataDir, 'other'], { DEBUG: '1' }).ended;
  expect(debugged.stderr).toMatch(/\n\s+at /);
});
