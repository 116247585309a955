/** Reading beside a process that writes and compacts: every answer is of one moment, and it is never disturbed. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { followLog, holderOf, type LogEntry, NodeFileSystem } from '../../src/storage/log/index.js';
import { Child, killAllChildren } from '../support/child.js';
import { appendLog, appendLogJson, startCommand } from '../support/command.js';
import { inTime } from '../support/patience.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';
import type { ScribeArgument } from './scribe-child.js';

let dataDir: string;
beforeEach(() => {
  dataDir = join(scratchDirectory(), 'data');
});
afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

async function scribe(words: Partial<ScribeArgument> = {}): Promise<Child> {
  const script = new URL('./scribe-child.js', import.meta.url);
  const argument: ScribeArgument = { dataDir, spaceAheadBytes: 0, compactEvery: 60, batch: 7, pauseMs: 3, ...words };
  const child = new Child(script, argument);
  await child.message('writing');
  return child;
}

async function leave(child: Child): Promise<number> {
  child.say('leave');
  const [, newest] = await child.message('left');
  await child.ended;
  return newest as number;
}

describe.each([
  ['without space ahead', 0],
  ['with space ahead', 65_536],
])('%s', (_, spaceAheadBytes) => {
  test('verify finds nothing damaged, again and again, and the writer goes on', async () => {
    const child = await scribe({ spaceAheadBytes });
    for (let i = 0; i < 6; i += 1) {
      const { code, document } = await appendLogJson<{ findings: { severity: string }[] }>('verify', dataDir);
      expect(document.findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
      expect(code).toBe(0);
    }
    expect(await leave(child)).toBeGreaterThan(100);
  }, 60_000);

  test('every entry is followed once and in order, across compactions', async () => {
    const child = await scribe({ spaceAheadBytes });
    const seen: LogEntry[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const entry of followLog(dataDir, 'players', { signal: stop.signal, pollMs: 20 })) seen.push(entry);
    })();
    while (seen.length < 600) await inTime('following', 30_000, delay(50));
    const newest = await leave(child);
    while (seen.at(-1)?.seq !== newest) await inTime('the rest', 30_000, delay(20));
    stop.abort();
    await following;
    const compactions = readdirSync(join(dataDir, 'logs')).filter((name) => name.includes('.backup.'));
    expect(compactions.length).toBeGreaterThan(1);
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: newest }, (__, i) => i + 1));
    expect(seen.every(({ op, value, seq }) => op === 'SET' && (value as { n: number }).n === seq)).toBe(true);
  }, 60_000);

  test('a backup is a moment of it, opens whole and shows each value as it was written', async () => {
    const child = await scribe({ spaceAheadBytes });
    await delay(300);
    for (let i = 0; i < 3; i += 1) {
      const target = join(dataDir, '..', `copy${i}`);
      const { code, document } = await appendLogJson<{ logs: { log: string; seq: number }[] }>(
        'backup',
        dataDir,
        target,
      );
      expect(code).toBe(0);
      const { code: whole } = await appendLog('verify', target);
      expect(whole).toBe(0);
      const { seq } = document.logs[0] as { seq: number };
      const state = JSON.parse((await appendLog('export', target, 'players')).stdout) as Record<string, { n: number }>;
      // The newest value of each of 50 keys is one of the last 50 entries.
      const numbers = Object.values(state).map(({ n }) => n);
      expect(numbers.sort((a, b) => a - b)).toEqual(
        Array.from({ length: Math.min(seq, 50) }, (__, k) => seq - Math.min(seq, 50) + 1 + k),
      );
    }
    await leave(child);
  }, 60_000);
});

test('readers answer, and those that write are refused with status 3 and the holder', async () => {
  const child = await scribe();
  const disk = new NodeFileSystem();
  expect((await holderOf(disk, dataDir))?.pid).toBe(child.pid);
  const stats = await appendLogJson<{ writer: { pid: number }; logs: { log: string }[] }>('stats', dataDir);
  expect([stats.code, stats.document.writer.pid]).toEqual([0, child.pid]);
  for (const words of [
    ['get', dataDir, 'players', 'user3'],
    ['history', dataDir, 'players', 'user3'],
    ['dump', dataDir, 'players'],
    ['tail', dataDir],
  ]) {
    expect([words[0], (await appendLog(...words)).code]).toEqual([words[0], 0]);
  }
  for (const words of [
    ['compact', dataDir],
    ['repair', dataDir],
    ['restore', dataDir, 'players', '--at', '5', '--key', 'user5'],
    ['migrate', dataDir],
  ]) {
    const { code, stderr } = await appendLog(...words);
    // There is nothing to migrate, which needs no lock.
    expect([words[0], code]).toEqual([words[0], words[0] === 'migrate' ? 0 : 3]);
    if (code === 3) expect(stderr).toContain(`pid ${child.pid}`);
  }
  await leave(child);
  expect(await holderOf(disk, dataDir)).toBeUndefined();
}, 60_000);

test('a killed writer holds nothing, whatever it left in the file LOCK', async () => {
  const child = await scribe();
  await child.kill();
  expect(readFileSync(join(dataDir, 'LOCK'), 'utf8')).toContain(String(child.pid));
  expect(await holderOf(new NodeFileSystem(), dataDir)).toBeUndefined();
  expect((await appendLog('repair', dataDir)).code).toBe(0);
}, 60_000);

test('tail -f shows what another process writes, and ends with status 0 at Ctrl-C', async () => {
  const child = await scribe({ pauseMs: 20 });
  const tail = startCommand(['tail', dataDir, 'players', '-n', '2', '-f', '--json']);
  while (tail.stdout().split('\n').length < 60) await inTime('tail', 30_000, delay(30));
  tail.kill('SIGINT');
  const { code, stdout } = await tail.ended;
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { log: string; seq: number });
  const first = lines[0]?.seq as number;
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((__, i) => first + i));
  await leave(child);
}, 60_000);

test('only reading leaves every byte as it is', async () => {
  const child = await scribe();
  await delay(200);
  await child.kill();
  const copy = join(dataDir, '..', 'frozen');
  mkdirSync(join(copy, 'logs'), { recursive: true });
  const names = ['players.json', ...readdirSync(join(dataDir, 'logs')).map((name) => join('logs', name))];
  for (const name of names) copyFileSync(join(dataDir, name), join(copy, name));
  // An unfinished last write, as the kill may or may not have left.
  const { appendFileSync } = await import('node:fs');
  appendFileSync(join(copy, 'logs', 'players.log'), '{"timestamp":"2026-');
  const picture = () =>
    [...readdirSync(copy), ...readdirSync(join(copy, 'logs'))].join() +
    names.map((name) => readFileSync(join(copy, name), 'latin1')).join();
  const before = picture();
  const commands = [
    ['stats'],
    ['verify'],
    ['tail'],
    ['dump', 'players', '--backups'],
    ['get', 'players', 'user1'],
    ['history', 'players', 'user1'],
    ['diff', 'players', '--from', '1h'],
    ['repair', '--dry-run'],
    ['restore', 'players', '--at', '1d', '--dry-run'],
    ['export', 'players'],
    ['migrate', '--dry-run'],
  ];
  for (const [name, ...rest] of commands) {
    const { code } = await appendLog(name as string, copy, ...rest);
    expect([name, code === 0 || code === 1 || code === 2]).toEqual([name, true]);
    expect([name, picture() === before]).toEqual([name, true]);
  }
}, 60_000);
