/** Out of a log and into one: all of a file or nothing, and what is wrong in it is named with its line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendLog, appendLogJson } from '../support/command.js';
import { withEngine } from '../support/played-directory.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

const HEAD =
  'userId,username,totalGames,totalWins,totalScore,averageScore,bestScore,totalCorrectAnswers,totalIncorrectAnswers,totalAnswers,accuracyRate';
const player = (userId: string, username: string, totalScore: number) => ({
  userId,
  username,
  totalGames: 2,
  totalWins: 1,
  totalScore,
  averageScore: 50,
  bestScore: 80,
  totalCorrectAnswers: 7,
  totalIncorrectAnswers: 3,
  totalAnswers: 10,
  accuracyRate: 70,
  gamesHistory: [
    { date: '2026-11-22T18:00:00.000Z', score: totalScore, isWinner: true, correctAnswers: 7, incorrectAnswers: 3 },
  ],
});
const ODD = ['plain', 'comma, "quoted"', 'two\nlines', '=SUM(A1)', '😀 李雷', ' spaced '];
const players = Object.fromEntries(ODD.map((name, i) => [`id${i}`, player(`id${i}`, name, i * 100 - 100)]));

let directory: string;
let dataDir: string;
beforeEach(async () => {
  directory = scratchDirectory();
  dataDir = join(directory, 'data');
  await withEngine(dataDir, async (engine) => {
    for (const [key, value] of Object.entries(players)) await engine.append('players', { op: 'SET', key, value });
    await engine.append('notes', { op: 'SET', key: '__proto__', value: { '\u001b[31m': ['é', null] } });
  });
});
afterEach(removeAllScratch);

const stateOf = (log: string) => withEngine(dataDir, (engine) => engine.rebuildState(log));
const file = (name: string, text: string | Buffer): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

describe.each(['json', 'ndjson', 'csv'])('as %s', (format) => {
  test('players go out and come back the same into an empty log', async () => {
    const path = join(directory, `players.${format}`);
    const out = await appendLog('export', dataDir, 'players', '--output', path);
    expect([out.code, out.stdout]).toEqual([0, `6 keys written to ${path}.\n`]);
    expect((await appendLog('export', dataDir, 'players', '--format', format)).stdout).toBe(readFileSync(path, 'utf8'));
    const back = await appendLog('import', dataDir, 'copy', path);
    expect([back.code, back.stdout]).toEqual([0, 'copy: 6 added, 0 changed, 0 removed, 0 unchanged\n']);
    const without = (state: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(state).map(([key, value]) => [key, { ...(value as object), gamesHistory: [] }]),
      );
    const [copy, original] = [await stateOf('copy'), await stateOf('players')];
    expect(copy).toEqual(format === 'csv' ? without(original) : original);
    expect(await appendLog('import', dataDir, 'players', path)).toMatchObject({
      code: 0,
      stdout: 'players: 0 added, 0 changed, 0 removed, 6 unchanged\n',
    });
  });
});

test('a table has the nine figures, and keeps the games of those who are there', async () => {
  const { stdout } = await appendLog('export', dataDir, 'players', '--format', 'csv');
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    HEAD,
    'id0,plain,2,1,-100,50,80,7,3,10,70',
    'id1,"comma, ""quoted""",2,1,0,50,80,7,3,10,70',
  ]);
  const path = file('changed.csv', `${HEAD}\r\nid0,renamed,3,1,10,50,80,7,3,10,70\r\nid9,new,0,0,0,0,0,0,0,0,0\r\n`);
  const { code, document } = await appendLogJson<{ changes: { key: string; kind: string }[] }>(
    'import',
    dataDir,
    'players',
    path,
  );
  expect([code, document.changes.map(({ key, kind }) => [key, kind])]).toEqual([
    0,
    [
      ['id0', 'changed'],
      ['id9', 'added'],
    ],
  ]);
  const state = await stateOf('players');
  expect(state.id0).toEqual({ ...players.id0, username: 'renamed', totalGames: 3, totalScore: 10 });
  expect(state.id9).toMatchObject({ username: 'new', gamesHistory: [] });
  expect((await appendLog('tail', dataDir, 'players', '-n', '1')).stdout).toContain('(imported from changed.csv)');
});

test('as of a moment', async () => {
  const { stdout } = await appendLog('export', dataDir, 'players', '--at', '2');
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['id0', 'id1']);
});

test('with --replace the file is the whole new state, by one entry', async () => {
  const path = file('state.json', '{"id0": 1, "id1": 2}');
  const dry = await appendLog('import', dataDir, 'players', path, '--replace', '--dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    1,
    expect.stringContaining('0 added, 2 changed, 4 removed, 0 unchanged (dry run: nothing was written)'),
  ]);
  expect(Object.keys(await stateOf('players'))).toHaveLength(6);
  expect((await appendLog('import', dataDir, 'players', path, '--replace')).code).toBe(0);
  expect(await stateOf('players')).toEqual({ id0: 1, id1: 2 });
  const { stdout } = await appendLog('dump', dataDir, 'players', '--from-seq', '7');
  expect(stdout.trim().split('\n')).toHaveLength(1);
});

test('keys that are nothing special to the log are none here', async () => {
  const path = join(directory, 'notes.json');
  await appendLog('export', dataDir, 'notes', '--output', path);
  expect(readFileSync(path, 'utf8')).toBe('{\n  "__proto__": {"\\u001b[31m":["é",null]}\n}\n');
  await appendLog('import', dataDir, 'copy', path);
  expect(Object.entries(await stateOf('copy'))).toEqual([['__proto__', { '\u001b[31m': ['é', null] }]]);
});

describe('a file that is wrong is refused with its line, and nothing is written', () => {
  const row = 'id0,a,1,1,1,1,1,1,1,1,1';
  test.each([
    ['cut.json', '{"a": 1,\n "b": ', 'cut.json:2: no JSON'],
    ['list.json', '[1]', 'list.json:1: expected a JSON object'],
    ['lines.ndjson', '{"key":"a","value":1}\n\n{"key":"b"}\n', 'lines.ndjson:3: expected {"key": "…", "value": …}'],
    [
      'twice.ndjson',
      '{"key":"a","value":1}\n{"key":"a","value":2}\n',
      'twice.ndjson:2: the key "a" stands in line 1 already',
    ],
    ['broken.ndjson', '{"key":"a","value":1}\n{"key":', 'broken.ndjson:2: no JSON'],
    ['head.csv', 'userId,username\n', 'head.csv:1: the head lacks totalGames'],
    ['unknown.csv', `${HEAD},extra\n`, 'unknown.csv:1: the head names extra'],
    [
      'figure.csv',
      `${HEAD}\n${row}\nid1,b,1,x,1,1,1,1,1,1,1\n`,
      'figure.csv:3: totalWins is to be a whole number ≥ 0, got "x"',
    ],
    ['negative.csv', `${HEAD}\nid1,b,1,1,1,1,1,-1,1,1,1\n`, 'negative.csv:2: totalCorrectAnswers'],
    ['short.csv', `${HEAD}\n${row}\nid1,b\n`, 'short.csv:3: '],
    ['double.csv', `${HEAD}\n${row}\n${row}\n`, 'double.csv:3: the key "id0" stands in line 2 already'],
    ['nobody.csv', `${HEAD}\n,b,1,1,1,1,1,1,1,1,1\n`, 'nobody.csv:2: userId is empty'],
    ['bytes.json', Buffer.from([0x7b, 0xff, 0x7d]), 'it is no UTF-8'],
    ['what.txt', '{}', 'names no format'],
    ['missing.json', undefined, 'cannot be read'],
  ])('%s', async (name, text, said) => {
    const path = text === undefined ? join(directory, name) : file(name, text);
    const before = readFileSync(join(dataDir, 'logs', 'players.log'));
    const { code, stdout, stderr } = await appendLog('import', dataDir, 'players', path);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)]);
    expect(readFileSync(join(dataDir, 'logs', 'players.log')).equals(before)).toBe(true);
  });

  test('what is no player makes no table', async () => {
    expect(await appendLog('export', dataDir, 'notes', '--format', 'csv')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('__proto__ is no player'),
    });
    const path = join(directory, 'kept.csv');
    writeFileSync(path, 'kept');
    await appendLog('export', dataDir, 'notes', '--output', path);
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });
});
