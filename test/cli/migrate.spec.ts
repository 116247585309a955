/** Directories of the reference bot are taken over, and each disagreement between a main file and its log is told. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Disagreement } from '../../src/storage/log/index.js';
import { readRawLog } from '../support/audit.js';
import { appendLog, appendLogJson } from '../support/command.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

// The compiled test stands in build/test/cli, the fixtures beside the sources.
const fixtures = fileURLToPath(new URL('../../../test/fixtures/legacy', import.meta.url));
const names = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

interface Migrated {
  whole: boolean;
  logs: { log: string; olderLines: number; disagreements: Disagreement[] }[];
}

let dataDir: string;
beforeEach(() => {
  dataDir = join(scratchDirectory(), 'data');
});
afterEach(removeAllScratch);

describe.each(names)('%s', (name) => {
  test('shows what it should, every line has its checksum, and nothing is left to migrate', async () => {
    cpSync(join(fixtures, name, 'data'), dataDir, { recursive: true });
    const expected = JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8')) as Record<string, object>;
    const dry = await appendLogJson<Migrated>('migrate', dataDir, '--dry-run');
    const { code, document } = await appendLogJson<Migrated>('migrate', dataDir);
    expect(document.logs).toEqual(dry.document.logs.map((log) => ({ ...log, recovered: expect.anything() })));
    const disagreed = document.logs.some(({ disagreements }) => disagreements.length > 0);
    expect([dry.code, code, document.whole]).toEqual([disagreed ? 1 : 0, disagreed ? 1 : 0, true]);
    for (const log of document.logs.map((each) => each.log)) {
      const shown = JSON.parse((await appendLog('export', dataDir, log)).stdout) as object;
      expect([log, shown]).toEqual([log, expected[log]]);
      const raw = readRawLog(join(dataDir, 'logs', `${log}.log`));
      expect([log, raw.wholeBytes]).toEqual([log, raw.size]);
      expect(readFileSync(join(dataDir, `${log}.json`), 'utf8')).not.toBe('');
    }
    const again = await appendLog('migrate', dataDir);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing to migrate')]);
  }, 60_000);
});

test('each kind of disagreement is told with what the log says and what was taken', async () => {
  cpSync(join(fixtures, 'fresh', 'data'), dataDir, { recursive: true });
  const line = (op: string, key: string, value?: unknown) =>
    `${JSON.stringify({ timestamp: '2026-11-22T18:00:00.000Z', op, key, value })}\n`;
  const log = join(dataDir, 'logs', 'game_state.log');
  writeFileSync(
    log,
    line('SET', 'same', 1) +
      line('SET', 'newer', 2) +
      line('SET', 'gone', 1) +
      line('DELETE', 'gone') +
      line('SET', 'logged', 5),
  );
  writeFileSync(join(dataDir, 'game_state.json'), '{"same": 1, "newer": 1, "gone": 1, "older": 9, "spaced": {"a": 1}}');
  const { code, document } = await appendLogJson<Migrated>('migrate', dataDir);
  const found = document.logs.find((each) => each.log === 'game_state')?.disagreements;
  const of = (key: string) => ({ log: 'game_state', key });
  expect([code, found]).toEqual([
    1,
    [
      { ...of('newer'), where: 'different values', mainFile: 1, logSays: 'value', logValue: 2, taken: 2 },
      { ...of('gone'), where: 'main file only', mainFile: 1, logSays: 'deleted' },
      { ...of('older'), where: 'main file only', mainFile: 9, logSays: 'nothing', taken: 9 },
      { ...of('spaced'), where: 'main file only', mainFile: { a: 1 }, logSays: 'nothing', taken: { a: 1 } },
      { ...of('logged'), where: 'log only', logSays: 'value', logValue: 5, taken: 5 },
    ],
  ]);
  expect(JSON.parse((await appendLog('export', dataDir, 'game_state')).stdout)).toEqual({
    same: 1,
    newer: 2,
    older: 9,
    spaced: { a: 1 },
    logged: 5,
  });
});

test('in words', async () => {
  cpSync(join(fixtures, 'older-than-its-log', 'data'), dataDir, { recursive: true });
  const { stdout } = await appendLog('migrate', dataDir);
  expect(stdout).toContain('players: main file whole, 40 lines without checksums, 6 disagreements\n');
  expect(stdout).toMatch(
    / {2}196991216087644398: main file only\n {4}main file \{"userId".*\n {4}log {7}nothing\n {4}taken {5}\{"userId"/,
  );
  expect(stdout.trim().split('\n').at(-1)).toBe('Migrated and verified: game_state, players, tokens');
});

test('a directory of which neither file is whole is refused, and stays as it was', async () => {
  cpSync(join(fixtures, 'logs-missing', 'data'), dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'players.json'), '{"cut": ');
  rmSync(join(dataDir, 'logs'), { recursive: true, force: true });
  const { code, stderr } = await appendLog('migrate', dataDir);
  expect([code, stderr]).toEqual([1, expect.stringContaining('players.json cannot be read')]);
  expect(readFileSync(join(dataDir, 'players.json'), 'utf8')).toBe('{"cut": ');
});
