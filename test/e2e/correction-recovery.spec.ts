/** Games that are taken back and people who are forgotten, by a process that dies before or after any write of that. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { creditPlayers } from '../../src/game/crediting.js';
import { GameRecords, recordOf } from '../../src/game/records/index.js';
import { AppendLogService, PlayerRepository } from '../../src/storage/index.js';
import { bootQuiz, type Cut, guardLogs, Life, type Quiz } from '../support/mortal-quiz.js';
import { aFinishedGame, START } from '../unit/game/table.js';

const SERVER = 'server';
const PERIODS = ['day', 'week', 'month', 'season', 'all'] as const;
const GAMES = [
  aFinishedGame('game-1', { ada: 150, bob: 80 }, { serverId: SERVER }),
  aFinishedGame('game-2', { ada: 90, bob: 120, cem: 10 }, { serverId: SERVER, host: 'bob' }),
  aFinishedGame('game-3', { cem: 50 }),
];
const LATER = START + 3_600_000;

type Correction = (quiz: Quiz) => Promise<unknown>;
const undo: Correction = ({ game }) => game.undoGame('game-2', { userId: 'admin', reason: 'wrong pictures' });
const forget: Correction = ({ game }) => game.forgetPlayer('bob');

/** All that the quiz tells of its games and players. Ids of nobody are numbered, and times left out. */
async function toldBy({ app, game }: Quiz) {
  const scopes = [{}, { serverId: SERVER }];
  const queries = scopes.flatMap((scope) => PERIODS.map((period) => ({ ...scope, period })));
  const told = {
    boards: await Promise.all(queries.map((query) => game.board({ ...query, sortBy: 'bestScore' }))),
    records: await game.recentGames(),
    exports: await Promise.all(['ada', 'bob', 'cem', 'admin'].map((userId) => game.exportPlayer(userId))),
    players: await app.get(PlayerRepository).loadPlayers(),
  };
  const text = JSON.stringify(told, (name, value) => (['exportedAt', 'at'].includes(name) ? undefined : value));
  const ids = [...new Set(text.match(/forgotten-[\w-]+/g))];
  return JSON.parse(ids.reduce((left, id, place) => left.replaceAll(id, `nobody-${place}`), text)) as typeof told;
}

/** Files below a data directory in which something stands. */
async function filesNaming(dataDir: string, name: RegExp): Promise<string[]> {
  const paths = (await readdir(dataDir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const named = await Promise.all(paths.map(async (path) => name.test(await readFile(path, 'latin1'))));
  return paths.filter((_, i) => named[i]).map((path) => relative(dataDir, path));
}

describe('a correction on a real data directory', () => {
  let root: string;
  let directories = 0;
  let played: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'correction-recovery-'));
    played = join(root, 'played');
    const quiz = await bootQuiz(played);
    await quiz.game.startSeason(SERVER, { userId: 'bob', name: 'Winter' });
    for (const state of GAMES) {
      await quiz.app.get(GameRecords).write(recordOf(state));
      await creditPlayers(state, quiz.app.get(PlayerRepository), () => undefined);
    }
    await quiz.app.close();
  });

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  async function copyOf(dataDir: string): Promise<string> {
    const copy = join(root, String(directories++));
    await cp(dataDir, copy, { recursive: true });
    return copy;
  }

  /** What a directory tells when it is opened, and after a correction. */
  async function open(dataDir: string, correct?: Correction) {
    const quiz = await bootQuiz(dataDir, LATER);
    try {
      await correct?.(quiz).catch((error: { code?: string }) => expect(error.code).toBe('ALREADY_UNDONE'));
      return await toldBy(quiz);
    } finally {
      await quiz.app.close();
    }
  }

  /** Corrects in a process that dies at the cut; undefined where it does not come to that. */
  async function die(correct: Correction, cut: Cut): Promise<string | undefined> {
    const dataDir = await copyOf(played);
    const quiz = await bootQuiz(dataDir, LATER);
    const life = new Life(cut);
    guardLogs(life, quiz.app);
    const done = correct(quiz).then(
      () => true,
      () => true,
    );
    while (!life.dead && !(await Promise.race([done, sleep(1, false)]))) {}
    await life.still();
    const left = life.dead ? await copyOf(dataDir) : undefined;
    life.end();
    await quiz.app.close();
    return left;
  }

  it.each([
    // The mark, three players, and the note that all of them are done.
    ['an undone game', undo, 5],
    // The request, the season, two games, the player, the history of seven logs, and the request with its own.
    ['a forgotten player', forget, 13],
  ])(
    'is all or nothing, and done once it has begun: %s',
    async (_, correct, writes) => {
      const before = await open(await copyOf(played));
      const after = await open(await copyOf(played), correct);
      expect(after).not.toEqual(before);
      expect(await open(await copyOf(played), (quiz) => correct(quiz).then(() => correct(quiz)))).toEqual(after);
      for (const side of ['before', 'after'] as const) {
        for (let write = 1; write <= writes; write++) {
          const left = await die(correct, { write, side });
          if (left === undefined) throw new Error(`There is no write ${write}.`);
          const found = await open(left);
          expect({ write, side, found }).toEqual({
            write,
            side,
            found: write === 1 && side === 'before' ? before : after,
          });
          expect(await open(left, correct)).toEqual(after);
        }
      }
      expect(await die(correct, { write: writes + 1, side: 'before' })).toBeUndefined();
    },
    120_000,
  );

  it('leaves an undone game out of every figure', async () => {
    const { boards, players, records } = await open(await copyOf(played), undo);
    expect(records.map(({ gameId, undone }) => [gameId, undone])).toEqual([
      ['game-1', undefined],
      ['game-2', { by: 'admin', reason: 'wrong pictures', isWithdrawn: true }],
      ['game-3', undefined],
    ]);
    for (const [place, board] of boards.entries()) {
      const everybody = place < PERIODS.length;
      expect(board.map(({ userId, bestScore, totalGames }) => [userId, bestScore, totalGames])).toEqual([
        ['ada', 150, 1],
        ['bob', 80, 1],
        ...(everybody ? [['cem', 50, 1]] : []),
      ]);
    }
    expect(players.cem).toMatchObject({ totalGames: 1, totalScore: 50, bestScore: 50, totalAnswers: 3 });
    expect(players.cem?.gamesHistory.map(({ gameId }) => gameId)).toEqual(['game-3']);
  });

  it('leaves no byte of a forgotten player in any file, backups included', async () => {
    const dataDir = await copyOf(played);
    await open(dataDir, async ({ app, game }) => {
      const logs = app.get(AppendLogService);
      for (const log of ['players', 'games', 'seasons']) await logs.compact(log);
      expect(await filesNaming(dataDir, /bob/i)).toContain('logs/games.log');
      await game.forgetPlayer('bob');
      expect(await filesNaming(dataDir, /bob/i)).toEqual([]);
      expect(await filesNaming(dataDir, /ada/i)).toContain('logs/games.log');
    });
    expect(await filesNaming(dataDir, /bob/i)).toEqual([]);
  });

  it('leaves nothing of a forgotten player but scores of nobody', async () => {
    const told = await open(await copyOf(played), forget);
    const { exports, ...rest } = told;
    expect(JSON.stringify(rest)).not.toMatch(/bob/i);
    expect(exports[1]).toEqual({ userId: 'bob', stats: null, games: [], running: [], seasons: [], daily: [] });
    expect(told.records[1]).toMatchObject({
      host: { userId: 'nobody-1', username: 'Somebody who left' },
      players: [{ userId: 'ada' }, { userId: 'nobody-1', score: 120, isForgotten: true }, { userId: 'cem' }],
    });
    expect(told.records[0]?.players[1]).toMatchObject({ userId: 'nobody-0', score: 80 });
  });
});
