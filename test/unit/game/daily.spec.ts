/** The daily challenge: the same for everybody on one day, and one attempt for each player. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CatalogueService } from '../../../src/game/catalogue.service.js';
import { DAILY_ROUNDS, DailyService } from '../../../src/game/daily.service.js';
import type { GameState } from '../../../src/game/session/state.js';
import { FakeStore } from './fake-store.js';
import { ada, aGame, bob, gallery, ManualClock, START } from './table.js';

const DAY_MS = 86_400_000;
const TODAY = '2026-01-01';

let store: FakeStore;
let clock: ManualClock;
let daily: DailyService;

function service(pieces = gallery(6, 4)): DailyService {
  const catalogue = { pieces: () => pieces } as unknown as CatalogueService;
  return new DailyService(store.challenges.repository, store.attempts.repository, catalogue, clock);
}

const gameOf = (gameId: string, day = TODAY): GameState => ({ ...aGame({ gameId, mode: 'daily', day }), upcoming: [] });

function finished(game: GameState, ...scores: [typeof ada, number][]): GameState {
  const players = scores.map(([player, score]) => ({
    ...player,
    score,
    correctAnswers: Math.ceil(score / 100),
    incorrectAnswers: 0,
  }));
  return { ...game, phase: 'finished', players, outcome: { finishedAt: clock.now(), winners: [] } };
}

async function play(gameId: string, player: typeof ada, score: number): Promise<void> {
  const game = gameOf(gameId, daily.today());
  await daily.admit(game, player);
  await daily.finish(finished(game, [player, score]));
}

beforeEach(() => {
  store = new FakeStore();
  clock = new ManualClock();
  daily = service();
});

describe('the rounds of a day', () => {
  it('are ten, none twice, and the same whoever asks, in this process and the next', async () => {
    const rounds = await daily.rounds(TODAY);
    expect(new Set(rounds.map(({ pieceKey }) => pieceKey)).size).toBe(DAILY_ROUNDS);
    expect(await daily.rounds(TODAY)).toEqual(rounds);
    expect(await service().rounds(TODAY)).toEqual(rounds);
    store = new FakeStore();
    expect(await service().rounds(TODAY)).toEqual(rounds);
  });

  it('are others on another day', async () => {
    expect(await daily.rounds('2026-01-02')).not.toEqual(await daily.rounds(TODAY));
  });

  it('stay what they were when the catalogue changes in the course of the day', async () => {
    const rounds = await daily.rounds(TODAY);
    expect(await service(gallery(9, 1)).rounds(TODAY)).toEqual(rounds);
  });

  it('are fewer where the catalogue is small, and refused where there is nothing to ask for', async () => {
    expect(await service(gallery(4, 1)).rounds('2026-02-01')).toHaveLength(4);
    await expect(service(gallery(3, 5)).rounds('2026-02-02')).rejects.toMatchObject({ code: 'NOT_ENOUGH_ARTISTS' });
    expect(store.challenges.values.has('2026-02-02')).toBe(false);
  });

  it('are shown one after the other', async () => {
    const rounds = await daily.rounds(TODAY);
    const keys = rounds.map(({ pieceKey }) => pieceKey);
    const first = await daily.picture({ ...gameOf('g'), upcoming: keys });
    expect(first).toEqual({ ...rounds[0], upcoming: keys.slice(1) });
    expect(await daily.picture({ ...gameOf('g'), upcoming: ['gone', keys[9] as string] })).toMatchObject({
      pieceKey: keys[9],
      upcoming: [],
    });
    expect(await daily.picture({ ...gameOf('g'), upcoming: [] })).toBeUndefined();
  });
});

describe('an attempt', () => {
  it('is the first game of the day in which a player answers, and no other', async () => {
    expect(await daily.admit(gameOf('first'), ada)).toBe(true);
    expect(await daily.admit(gameOf('first'), ada)).toBe(true);
    expect(await daily.admit(gameOf('second'), ada)).toBe(false);
    expect(await daily.admit(gameOf('second'), bob)).toBe(true);
    expect(await service().admit(gameOf('second'), ada)).toBe(false);
    expect(await daily.admit(gameOf('third', '2026-01-02'), ada)).toBe(true);
  });

  it('is scored once its game is over, however often that is repeated', async () => {
    const game = gameOf('first');
    await daily.admit(game, ada);
    expect(await daily.standing('ada')).toEqual({ day: TODAY, played: true, streak: 0 });
    for (let times = 0; times < 2; times++) await daily.finish(finished(game, [ada, 750]));
    expect(await daily.standing('ada')).toEqual({ day: TODAY, played: true, score: 750, streak: 1 });
  });

  it('is not scored by another game', async () => {
    await daily.admit(gameOf('first'), ada);
    await daily.finish(finished(gameOf('second'), [ada, 999]));
    expect(await daily.board()).toEqual([]);
  });
});

describe('the board of a day', () => {
  it('ranks finished attempts, equal scores sharing a place', async () => {
    await play('one', ada, 500);
    await play('two', bob, 700);
    await play('three', { userId: 'cy', username: 'Cy' }, 500);
    await daily.admit(gameOf('four'), { userId: 'di', username: 'Di' });
    const board = await daily.board();
    expect(board.map(({ rank, username, score }) => [rank, username, score])).toEqual([
      [1, 'Bob', 700],
      [2, 'Ada', 500],
      [2, 'Cy', 500],
    ]);
    expect(board[0]).toMatchObject({ userId: 'bob', correctAnswers: 7, rounds: 2 });
    expect(await daily.board(TODAY, 1)).toHaveLength(1);
    expect(await service().board()).toEqual(board);
  });

  it('is empty on a new day, while the old one can still be read', async () => {
    await play('one', ada, 500);
    await clock.advance(DAY_MS);
    expect(await daily.board()).toEqual([]);
    await play('two', bob, 100);
    expect(await daily.board()).toMatchObject([{ username: 'Bob' }]);
    expect(await daily.board(TODAY)).toMatchObject([{ username: 'Ada' }]);
  });
});

describe('a streak', () => {
  it('is as long as the days in a row, and still stands before today is played', async () => {
    for (let day = 0; day < 3; day++) {
      await play(`game ${day}`, ada, 100);
      if (day < 2) await clock.advance(DAY_MS);
    }
    expect(await daily.standing('ada')).toMatchObject({ streak: 3 });
    await clock.advance(DAY_MS);
    expect(await daily.standing('ada')).toEqual({ day: '2026-01-04', played: false, streak: 3 });
    await clock.advance(DAY_MS);
    expect(await daily.standing('ada')).toMatchObject({ streak: 0 });
  });

  it('is broken by an attempt that was never finished', async () => {
    await play('one', ada, 100);
    await clock.advance(DAY_MS);
    await daily.admit(gameOf('two', '2026-01-02'), ada);
    await clock.advance(DAY_MS);
    expect(await daily.standing('ada')).toMatchObject({ played: false, streak: 0 });
    expect(clock.now()).toBe(START + 2 * DAY_MS);
  });
});

describe('what was played', () => {
  const meta = { actor: 'ada', reason: 'test' };

  it('is taken back with an undone game, and stays the attempt of its day', async () => {
    await play('one', ada, 500);
    await play('two', bob, 700);
    const record = { gameId: 'one', startedAt: START, players: [ada, bob] };
    for (let times = 0; times < 2; times++) await daily.withdraw(record, meta);
    expect(await daily.board()).toMatchObject([{ username: 'Bob', score: 700 }]);
    expect(await daily.standing('ada')).toEqual({ day: TODAY, played: true, streak: 0 });
    expect(await daily.admit(gameOf('three'), ada)).toBe(false);
  });

  it('is told to a player, and forgotten with them', async () => {
    await play('one', ada, 500);
    await clock.advance(DAY_MS);
    await play('two', ada, 600);
    await play('three', { userId: 'x/ada', username: 'Not Ada' }, 1);
    expect((await daily.attemptsBy('ada')).map(({ day, score }) => [day, score])).toEqual([
      [TODAY, 500],
      ['2026-01-02', 600],
    ]);
    expect(await daily.board()).toHaveLength(2);
    expect(await daily.forget('ada', meta)).toBe(2);
    expect(await daily.forget('ada', meta)).toBe(0);
    expect(await daily.board()).toMatchObject([{ username: 'Not Ada' }]);
    expect(await daily.board(TODAY)).toEqual([]);
  });
});
