/** A whole game on a real data directory, in a process that dies before or after any write of it. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { AppendLogService, GameStateRepository, PlayerRepository } from '../../src/storage/index.js';
import { bootQuiz, type Cut, type Quiz } from '../support/mortal-quiz.js';

const ROOM = 'room';
const SERVER = 'server';
const PLAYERS = [
  { userId: 'ada', username: 'Ada' },
  { userId: '__proto__', username: 'Bob' },
];
const [host] = PLAYERS as [(typeof PLAYERS)[0]];

/** Points of the answers that were accepted, by player, over all lives. */
type Accepted = Map<string, number>;

/** Plays until the game is credited and forgotten, or the process dies. */
async function play({ life, clock, app, game }: Quiz, rounds: number, accepted: Accepted): Promise<void> {
  const asked = new Set<string>();
  for (let tick = 0; tick < 5_000 && !life.dead; tick++) {
    const view = game.view(ROOM);
    if (!view && (await app.get(PlayerRepository).size()) > 0) return;
    if (!view && !asked.has('start')) {
      asked.add('start');
      const settings = { rounds, roundSeconds: 10, pauseSeconds: 2 };
      game.startGame(ROOM, host, settings, { serverId: SERVER }).catch(() => undefined);
    }
    if (view?.phase === 'finished' && !(await app.get(GameStateRepository).has(ROOM))) return;
    if (view?.phase === 'round') {
      PLAYERS.forEach((player, choice) => {
        const once = `${view.round} ${player.userId}`;
        if (asked.has(once)) return;
        asked.add(once);
        game.answer(ROOM, { ...player, gameId: view.gameId, round: view.round, choice }).then(
          ({ points = 0 }) => accepted.set(player.userId, (accepted.get(player.userId) ?? 0) + points),
          () => undefined,
        );
      });
    }
    await sleep(1);
    await clock.advance(250);
  }
  if (!life.dead) throw new Error('The game did not come to an end.');
}

describe('a game on a real data directory', () => {
  let root: string;
  let directories = 0;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'game-recovery-'));
  });

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const newDirectory = () => join(root, String(directories++));

  /** One process after the other on the same data, each dying at its cut; the last one lives. */
  async function lives(rounds: number, cuts: Iterable<Cut>) {
    const accepted: Accepted = new Map();
    let dataDir = newDirectory();
    let now: number | undefined;
    let deaths = 0;
    const pending = cuts[Symbol.iterator]();
    for (;;) {
      const { value: cut } = pending.next();
      const process = await bootQuiz(dataDir, now, cut);
      await play(process, rounds, accepted);
      await process.life.still();
      now = process.clock.now();
      if (!process.life.dead) {
        const players = await process.app.get(PlayerRepository).loadPlayers();
        const saved = await process.app.get(GameStateRepository).getAllGameStates();
        const records = await process.game.recentGames();
        const board = await process.game.board({ serverId: SERVER, period: 'week' });
        await process.app.close();
        return { players: new Map(Object.entries(players)), saved, records, board, accepted, deaths };
      }
      deaths++;
      const left = newDirectory();
      await cp(dataDir, left, { recursive: true });
      process.life.end();
      await process.app.close();
      dataDir = left;
    }
  }

  function expectCountedOnce(played: Awaited<ReturnType<typeof lives>>, rounds: number): void {
    const { players, saved, records, board, accepted } = played;
    expect([...players.keys()].sort()).toEqual(PLAYERS.map(({ userId }) => userId).sort());
    expect(saved).toEqual({});
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ channelId: ROOM, serverId: SERVER, mode: 'choices', host, rounds });
    expect(records[0]?.players).toHaveLength(PLAYERS.length);
    expect(board.map(({ userId }) => userId).sort()).toEqual([...players.keys()].sort());
    const gameIds = new Set<string | undefined>();
    for (const [userId, stats] of players) {
      expect(stats).toMatchObject({ totalGames: 1, totalAnswers: rounds });
      expect(stats.gamesHistory).toHaveLength(1);
      // An answer whose acknowledgement died with the process may count, one that was accepted must.
      expect(stats.totalScore).toBeGreaterThanOrEqual(accepted.get(userId) ?? 0);
      gameIds.add(stats.gamesHistory[0]?.gameId);
      expect(records[0]?.players.find((player) => player.userId === userId)?.score).toBe(stats.totalScore);
      const { gamesHistory: _, ...figures } = stats;
      expect(board.find((row) => row.userId === userId)).toMatchObject(figures);
    }
    expect([...gameIds]).toEqual([records[0]?.gameId]);
  }

  it('records the game once and credits everybody once when nothing goes wrong', async () => {
    const played = await lives(2, []);
    expectCountedOnce(played, 2);
    expect(played.deaths).toBe(0);
    for (const [userId, stats] of played.players) expect(stats.totalScore).toBe(played.accepted.get(userId));
  });

  it.each(['before', 'after'] as const)(
    'records the game once and credits everybody once when the process dies %s any one write',
    async (side) => {
      let cuts = 0;
      for (let write = 1; ; write++) {
        const played = await lives(1, [{ write, side }]);
        expectCountedOnce(played, 1);
        if (played.deaths === 0) break;
        cuts++;
      }
      // Start, picture, answers, end of the round, end of the game, its record, two credits, and the state cleared.
      expect(cuts).toBeGreaterThanOrEqual(9);
    },
    120_000,
  );

  it('records the game once and credits everybody once when every process dies right after its first write', async () => {
    const always = Array.from({ length: 40 }, (): Cut => ({ write: 1, side: 'after' }));
    const played = await lives(2, always);
    expectCountedOnce(played, 2);
    expect(played.deaths).toBeGreaterThanOrEqual(10);
  }, 60_000);

  it('records the game once and credits everybody once when finishing dies twice, at any two writes', async () => {
    for (const first of [5, 6, 7, 8, 9]) {
      for (const second of [1, 2, 3]) {
        const played = await lives(1, [
          { write: first, side: 'after' },
          { write: second, side: 'before' },
        ]);
        expectCountedOnce(played, 1);
      }
    }
  }, 120_000);

  it('goes on after an orderly shutdown with the same picture, choices, scores and time left', async () => {
    const dataDir = newDirectory();
    const first = await bootQuiz(dataDir, undefined);
    await first.game.startGame(ROOM, host, { rounds: 3, roundSeconds: 30, pauseSeconds: 5 });
    await reach(first, 'round');
    const running = first.game.view(ROOM);
    if (!running) throw new Error('No game is running.');
    await first.game.answer(ROOM, { ...host, gameId: running.gameId, round: 1, choice: 2 });
    await first.clock.advance(4_000);
    const before = first.game.view(ROOM);
    const leftMs = (before?.endsAt ?? 0) - first.clock.now();
    await first.app.close();

    const hour = 3_600_000;
    const second = await bootQuiz(dataDir, first.clock.now() + hour);
    expect(second.game.view(ROOM)).toEqual({ ...before, endsAt: second.clock.now() + leftMs });
    expect(leftMs).toBeLessThanOrEqual(26_000);
    await second.app.close();
  });

  it("leaves another program's saved game in the store", async () => {
    const dataDir = newDirectory();
    const first = await bootQuiz(dataDir, undefined);
    const legacy = { currentRound: 4, isActive: true, players: { ada: 120 } };
    const saved = await first.app.get(GameStateRepository).saveGameState('old', legacy);
    await first.app.close();

    const second = await bootQuiz(dataDir, first.clock.now());
    expect(second.game.view('old')).toBeUndefined();
    await second.clock.advance(120_000);
    expect(await second.app.get(GameStateRepository).loadGameState('old')).toEqual(saved);
    await second.app.close();
  });

  it('stores the catalogue once and finds it again', async () => {
    const dataDir = newDirectory();
    for (const expected of [1, 1]) {
      const { app } = await bootQuiz(dataDir, undefined);
      const entries = await readTokenEntries(app);
      expect(entries).toBe(expected);
      await app.close();
    }
  });
});

async function reach({ clock, game }: Quiz, phase: string): Promise<void> {
  for (let tick = 0; tick < 500 && game.view(ROOM)?.phase !== phase; tick++) {
    await clock.advance(100);
    await sleep(1);
  }
  expect(game.view(ROOM)?.phase).toBe(phase);
}

async function readTokenEntries(app: TestingModule): Promise<number> {
  return (await app.get(AppendLogService).readLogEntries('tokens')).length;
}
