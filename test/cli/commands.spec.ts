/** Each command on a real directory, as a process: what it prints, its JSON, its exit status. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  CompactionReport,
  ErasureReceipt,
  LogEntry,
  RestoreReport,
  StateChange,
} from '../../src/storage/log/index.js';
import { appendLog, appendLogJson } from '../support/command.js';
import { type Played, playedDirectory, withEngine } from '../support/played-directory.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

let dataDir: string;
let played: Played;
beforeEach(async () => {
  dataDir = join(scratchDirectory(), 'data');
  played = await playedDirectory(dataDir);
});
afterEach(removeAllScratch);

const entries = (stdout: string): LogEntry[] =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LogEntry);
const stateOf = (log: string) => withEngine(dataDir, (engine) => engine.rebuildState(log));
const player = (n: number) => ({
  userId: `user${n % 7}`,
  username: `Name ${n}`,
  totalScore: n * 10,
  games: { won: n % 3, text: 'plain text' },
});

describe('usage', () => {
  test('alone it shows what there is', async () => {
    const { code, stdout, stderr } = await appendLog();
    expect([code, stderr]).toEqual([0, '']);
    const names =
      'stats verify tail dump get history diff compact repair restore backup export import migrate erase completion'.split(
        ' ',
      );
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const name of names) {
      const help = await appendLog('help', name);
      expect([name, help.code, /Examples:|Set it up:/.test(help.stdout)]).toEqual([name, 0, true]);
    }
  }, 60_000);

  test.each([
    [['nonsense', 'x'], "unknown command 'nonsense'"],
    [['stats'], "missing required argument 'directory'"],
    [['stats', '/nowhere/at/all'], 'There is no directory /nowhere/at/all.'],
    [['stats', 'DATA', 'other'], 'There are: game_state, players'],
    [['stats', 'DATA', '../players'], 'Expected a log name'],
    [['stats', 'DATA/logs'], 'is no data directory'],
    [['get', 'DATA', 'players'], 'Expected a key of players, got none.'],
    [['get', 'DATA', 'players', 'user1', '--at', 'someday'], 'Expected --at to be a point, got "someday".'],
    [['diff', 'DATA', 'players'], "required option '--from <point>' not specified"],
    [['diff', 'DATA', '--from', '3'], 'Each log counts its own seqs.'],
    [['restore', 'DATA', '--at', '1h', '--key', 'x'], 'A key is one of a log.'],
    [['tail', 'DATA', '-n', 'x'], 'Expected -n to be a number'],
    [['dump', 'DATA', 'players', '--op', 'PUT'], 'Allowed choices are SET, DELETE, CHECKPOINT'],
    [['compact', 'DATA', '--keep-backups', '-1'], 'Expected --keep-backups'],
    [['stats', 'DATA', '--nonsense'], "unknown option '--nonsense'"],
    [['backup', 'DATA', 'DATA/copy'], 'Expected `target` to be a directory outside'],
    [['backup', 'DATA', 'DATA/..'], 'Expected `target`'],
    [['get', 'DATA', 'players', 'user1', '--at', '0'], ''],
  ])('%j ends with status 2, or says what it found', async (words, said) => {
    const { code, stdout, stderr } = await appendLog(...words.map((word) => word.replace('DATA', dataDir)));
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([words.at(-1) === '0' ? 1 : 2, '']);
  });

  test('a moment of which nothing is kept cannot be asked for', async () => {
    await appendLog('compact', dataDir, '--keep-backups', '0');
    const { code, stderr } = await appendLog('diff', dataDir, 'players', '--from', '5');
    expect([code, stderr]).toEqual([2, expect.stringContaining('tells the state at seq 5')]);
  });
});

test('stats', async () => {
  const { code, document } = await appendLogJson<{ writer: null; logs: Record<string, unknown>[] }>('stats', dataDir);
  expect([code, document.writer, document.logs.map(({ log }) => log)]).toEqual([0, null, ['game_state', 'players']]);
  expect(document.logs[1]).toMatchObject({
    entries: 11,
    seq: 40,
    backups: 3,
    sizeBytes: readFileSync(played.players).length,
  });
  const { stdout } = await appendLog('stats', dataDir);
  expect(stdout.split('\n')[2]).toMatch(/^players\t\d+\t11\t40\t/);
  expect(stdout).toContain('No writer runs.');
});

test('stats tells of a damaged log, and of the others all the same', async () => {
  const bytes = readFileSync(played.states);
  bytes[bytes.indexOf('plain')] = 0x71;
  writeFileSync(played.states, bytes);
  writeFileSync(join(dataDir, 'game_state.json'), '');
  rmSync(`${played.states}.index`);
  const { code, document } = await appendLogJson<{ logs: { log: string; damaged?: string; seq: number }[] }>(
    'stats',
    dataDir,
  );
  expect([code, document.logs[0]?.damaged, document.logs[1]?.seq]).toEqual([
    1,
    expect.stringContaining('line 1, byte 0'),
    40,
  ]);
});

describe('dump', () => {
  test('prints the entries as they stand in the log', async () => {
    const { code, stdout } = await appendLog('dump', dataDir, 'players');
    expect([code, stdout]).toEqual([0, readFileSync(played.players, 'utf8')]);
  });

  test.each([
    [
      ['--backups', '--from-seq', '9', '--to', '12'],
      [9, 10, 11, 12],
    ],
    [
      ['--backups', '--from', '38'],
      [38, 39, 40],
    ],
    [['--op', 'DELETE'], [36]],
    [['--op', 'CHECKPOINT'], [30]],
    [
      ['--backups', '--key', 'user3', '--op', 'SET'],
      [3, 10, 17, 24, 31, 38],
    ],
    [['--from', '1h', '--to', '30m'], []],
    [['--from-seq', '40', '--from', '1h', '--to', 'now'], [40]],
  ])('%j', async (words, seqs) => {
    const { code, stdout } = await appendLog('dump', dataDir, 'players', ...words);
    expect([code, entries(stdout).map(({ seq }) => seq)]).toEqual([0, seqs]);
  });
});

test('tail shows the newest of each log, in the order of time', async () => {
  const { stdout } = await appendLog('tail', dataDir, 'players', '-n', '3');
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => /#(\d+)/.exec(line)?.[1])).toEqual(['38', '39', '40']);
  expect(lines[2]).toMatch(/^\d{4}-.*Z {2}#40 {2}SET {5}user5 \{"userId":"user5".*… {2}by user:user5 {2}\(game g40\)$/);
  const all = entries((await appendLog('tail', dataDir, '-n', '100', '--json')).stdout) as (LogEntry & {
    log: string;
  })[];
  expect(all.filter(({ log }) => log === 'players').map(({ seq }) => seq)).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  expect(all.filter(({ log }) => log === 'game_state')).toHaveLength(6);
  const times = all.map(({ timestamp }) => timestamp);
  expect(times).toEqual([...times].sort());
});

describe('get', () => {
  test('now, and as of a seq', async () => {
    expect(JSON.parse((await appendLog('get', dataDir, 'players', 'user5')).stdout)).toEqual(player(40));
    const { code, stdout, stderr } = await appendLog('get', dataDir, 'players', 'user5', '--at', '13');
    expect([code, JSON.parse(stdout), stderr]).toEqual([0, player(12), 'At seq 13\n']);
    const { document } = await appendLogJson('get', dataDir, 'players', 'user5', '--at', '13');
    expect(document).toEqual({ log: 'players', key: 'user5', at: 13, found: true, value: player(12) });
  });

  test('a key that is not there ends with status 1', async () => {
    expect(await appendLog('get', dataDir, 'players', 'user1')).toMatchObject({ code: 1, stdout: '' });
    expect(await appendLogJson('get', dataDir, 'players', 'user1')).toEqual({
      code: 1,
      document: { log: 'players', key: 'user1', found: false },
    });
  });
});

test('history tells every change of a key over the backups, member by member, with who and why', async () => {
  interface Event {
    seq: number;
    kind: string;
    changes: { path: string }[];
    actor?: string;
    reason?: string;
  }
  const { document } = await appendLogJson<{ events: Event[] }>('history', dataDir, 'players', 'user1');
  expect(document.events.map(({ seq, kind }) => [seq, kind])).toEqual([
    [1, 'set'],
    [8, 'set'],
    [15, 'set'],
    [22, 'set'],
    [29, 'set'],
    [36, 'deleted'],
  ]);
  expect(document.events[1]?.changes.map(({ path }) => path)).toEqual(['username', 'totalScore', 'games.won']);
  expect(document.events[1]).toMatchObject({ actor: 'user:user1', reason: 'game g8' });
  const { stdout } = await appendLog('history', dataDir, 'players', 'user1');
  expect(stdout).toContain('    totalScore 10 → 80\n');
  expect(stdout).toContain('by user:user1 (game g8)');
  expect((await appendLog('history', dataDir, 'players', 'nobody')).code).toBe(1);
});

test('diff shows what lies between two moments, and ends with status 1 where something does', async () => {
  const { code, document } = await appendLogJson<{ logs: { changes: StateChange[] }[] }>(
    'diff',
    dataDir,
    'players',
    '--from',
    '35',
    '--to',
    '38',
  );
  expect([code, document.logs[0]?.changes.map(({ key, kind }) => [key, kind])]).toEqual([
    1,
    [
      ['user1', 'removed'],
      ['user2', 'changed'],
      ['user3', 'changed'],
    ],
  ]);
  const { stdout } = await appendLog('diff', dataDir, 'players', '--from', '35', '--to', '38', '--key', 'user2');
  expect(stdout).toBe(
    '~ players user2\n    username "Name 30" → "Name 37"\n    totalScore 300 → 370\n    games.won 0 → 1\n0 added, 1 changed, 0 removed\n',
  );
  expect((await appendLog('diff', dataDir, '--from', 'now')).code).toBe(0);
});

test('compact folds, and keeps as many backups as asked', async () => {
  const { code, document } = await appendLogJson<{ logs: CompactionReport[] }>(
    'compact',
    dataDir,
    'players',
    '--keep-backups',
    '2',
  );
  expect([code, document.logs[0]?.outcome, document.logs[0]?.entriesAfter]).toEqual([0, 'compacted', 1]);
  const stats = await appendLogJson<{ logs: { backups: number }[] }>('stats', dataDir, 'players');
  expect(stats.document.logs[0]?.backups).toBe(2);
  expect((await appendLog('compact', dataDir, 'players')).stdout).toContain('players: skipped');
});

describe('restore', () => {
  test('a dry run shows the difference and writes nothing', async () => {
    const before = readFileSync(played.players);
    const { code, document } = await appendLogJson<{ logs: RestoreReport[] }>(
      'restore',
      dataDir,
      'players',
      '--at',
      '35',
      '--dry-run',
    );
    expect([code, document.logs[0]?.changes.length]).toEqual([1, 5]);
    expect(readFileSync(played.players).equals(before)).toBe(true);
  });

  test('a key, then the whole log, by entries that say who and why', async () => {
    const { code, stdout } = await appendLog(
      'restore',
      dataDir,
      'players',
      '--at',
      '35',
      '--key',
      'user1',
      '--reason',
      'deleted in error',
      '--actor',
      'ada',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('+ players user1');
    expect(stdout).toContain('players: restored by entry #41.');
    expect(JSON.parse((await appendLog('get', dataDir, 'players', 'user1')).stdout)).toEqual(player(29));
    expect((await appendLog('tail', dataDir, 'players', '-n', '1')).stdout).toContain(
      'by ada  (deleted in error (restored to seq 35))',
    );
    expect((await appendLog('restore', dataDir, 'players', '--at', '12')).code).toBe(0);
    const { document } = await appendLogJson<{ logs: { changes: StateChange[] }[] }>(
      'diff',
      dataDir,
      'players',
      '--from',
      '12',
    );
    expect(document.logs[0]?.changes).toEqual([]);
    expect(await appendLog('restore', dataDir, 'players', '--at', '12')).toMatchObject({
      code: 0,
      stdout: 'Nothing differs.\n',
    });
  });

  test('all logs, to one time', async () => {
    const states = [await stateOf('players'), await stateOf('game_state')];
    const at = new Date();
    while (Date.now() === at.getTime());
    await withEngine(dataDir, async (engine) => {
      await engine.append('players', { op: 'DELETE', key: 'user5' });
      await engine.append('game_state', { op: 'SET', data: {} });
    });
    expect((await appendLog('restore', dataDir, '--at', at.toISOString())).code).toBe(0);
    expect([await stateOf('players'), await stateOf('game_state')]).toEqual(states);
  });
});

describe('backup', () => {
  test('the copy is whole, shows the same and has the same history', async () => {
    const target = join(dataDir, '..', 'copy');
    const { code, document } = await appendLogJson<{ files: number; logs: { log: string; seq: number }[] }>(
      'backup',
      dataDir,
      target,
    );
    expect([code, document.logs.map(({ log, seq }) => [log, seq])]).toEqual([
      0,
      [
        ['game_state', 6],
        ['players', 40],
      ],
    ]);
    expect((await appendLog('verify', target)).code).toBe(0);
    expect(existsSync(join(target, 'players.json'))).toBe(true);
    for (const words of [
      ['dump', 'players', '--backups'],
      ['export', 'game_state'],
    ]) {
      const [name, ...rest] = words as [string, ...string[]];
      expect((await appendLog(name, target, ...rest)).stdout).toBe((await appendLog(name, dataDir, ...rest)).stdout);
    }
    expect((await appendLog('backup', dataDir, target)).code).toBe(2);
  });

  test('of a damaged log is none made', async () => {
    const bytes = readFileSync(played.players);
    bytes[bytes.indexOf('plain', 2000)] = 0x71;
    writeFileSync(played.players, bytes);
    const target = join(dataDir, '..', 'copy');
    expect(await appendLog('backup', dataDir, target)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is damaged'),
    });
    expect(existsSync(join(target, 'logs', 'players.log'))).toBe(false);
  });
});

describe('erase', () => {
  test('leaves no trace of a key in any file, prints a receipt, and the directory is whole', async () => {
    const { code, document } = await appendLogJson<ErasureReceipt>(
      'erase',
      dataDir,
      'players',
      'user3',
      '--reason',
      'asked for',
    );
    expect([code, document.existed, document.meta?.reason]).toEqual([0, true, 'asked for']);
    expect(document.files.map(({ file }) => file)).toEqual(expect.arrayContaining(['logs/players.log']));
    const names = ['players.json', ...readdirSync(join(dataDir, 'logs')).map((name) => join('logs', name))];
    for (const name of names)
      expect([name, readFileSync(join(dataDir, name)).includes('user3')]).toEqual([name, false]);
    expect((await appendLog('verify', dataDir)).code).toBe(0);
    expect((await appendLog('history', dataDir, 'players', 'user3')).code).toBe(1);
    const again = await appendLog('erase', dataDir, 'players', 'user3', '--yes');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('No file had a trace of it.')]);
  });

  test('is refused where a live value mentions the text', async () => {
    const { code, stderr } = await appendLog('erase', dataDir, 'players', 'user3', '--mentions', 'user4');
    expect([code, stderr]).toEqual([1, expect.stringContaining('"user4"')]);
    expect((await appendLog('get', dataDir, 'players', 'user3')).code).toBe(0);
  });
});

test('completion gives each shell a script that names the commands', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await appendLog('completion', shell);
    expect([shell, code]).toEqual([shell, 0]);
    for (const name of ['verify', 'restore', '--dry-run'.replace('--', shell === 'fish' ? '-l ' : '--')])
      expect(stdout).toContain(name);
  }
  expect((await appendLog('completion', 'tcsh')).code).toBe(2);
});
