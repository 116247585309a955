import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Boards } from '../../../src/game/records/boards.js';
import { type GameRecord, recordOf } from '../../../src/game/records/game-record.js';
import { BOARD_PERIODS, type BoardPeriod, calendarSpan, isWithin } from '../../../src/game/records/periods.js';
import { type BoardRow, Tally } from '../../../src/game/records/tally.js';
import { aFinishedGame, START } from './table.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SERVERS = [undefined, 's1', 's2'];

const aRecord = (gameId: string, scores: Record<string, number>, place: Parameters<typeof aFinishedGame>[2] = {}) =>
  recordOf(aFinishedGame(gameId, scores, place));

/** Names with their scores, best first. */
const scoresOf = (tally: Tally | undefined) =>
  tally?.rows('totalScore', 100).map(({ userId, totalScore }) => [userId, totalScore]);

describe('one board', () => {
  it('adds up games; averages and rates are whole, and the newest name counts in whatever order', () => {
    const tally = new Tally();
    const later = aRecord('g2', { ada: 51 }, { finishedAt: START + DAY });
    tally.add({ ...later, players: later.players.map((player) => ({ ...player, username: 'Ada II' })) });
    tally.add(aRecord('g1', { ada: 100, bob: 30 }));
    expect(tally.rows('totalScore', 1)).toEqual([
      {
        rank: 1,
        userId: 'ada',
        username: 'Ada II',
        totalGames: 2,
        totalWins: 2,
        totalScore: 151,
        averageScore: 76,
        bestScore: 100,
        totalCorrectAnswers: 4,
        totalIncorrectAnswers: 2,
        totalAnswers: 6,
        accuracyRate: 67,
      },
    ]);
  });

  it('has equal figures share a place, in the order of total score and then of names', () => {
    const tally = new Tally();
    tally.add(aRecord('g1', { eve: 70, dan: 70, cem: 70 }));
    tally.add(aRecord('g2', { ada: 40, bob: 10 }));
    tally.add(aRecord('g3', { ada: 20 }));
    const places = (sortBy: 'totalScore' | 'totalWins') =>
      tally.rows(sortBy, 10).map(({ rank, userId }) => `${rank} ${userId}`);
    expect(places('totalScore')).toEqual(['1 cem', '1 dan', '1 eve', '4 ada', '5 bob']);
    expect(places('totalWins')).toEqual(['1 ada', '2 cem', '2 dan', '2 eve', '5 bob']);
  });

  it('leaves out whoever was forgotten', () => {
    const record = aRecord('g1', { ada: 10, bob: 5 });
    const [ada, bob] = record.players;
    const tally = new Tally();
    tally.add({ ...record, players: [ada!, { ...bob!, isForgotten: true }] });
    expect(scoresOf(tally)).toEqual([['ada', 10]]);
  });
});

describe('the boards of now', () => {
  it('begin anew with the day, the week and the month', () => {
    const boards = new Boards(START);
    boards.add(aRecord('g1', { ada: 10 }), START);
    const on = (period: BoardPeriod, now: number) => scoresOf(boards.find(undefined, period, now, now));
    // 2026-01-01 is a Thursday.
    const days = [START, START + DAY, START + 4 * DAY, START + 31 * DAY];
    expect(days.map((now) => on('day', now))).toEqual([[['ada', 10]], [], [], []]);
    const weeks = new Boards(START);
    weeks.add(aRecord('g1', { ada: 10 }), START);
    expect(scoresOf(weeks.find(undefined, 'week', START + 3 * DAY, START + 3 * DAY))).toEqual([['ada', 10]]);
    expect(scoresOf(weeks.find(undefined, 'week', START + 4 * DAY, START + 4 * DAY))).toEqual([]);
    expect(scoresOf(weeks.find(undefined, 'month', START + 30 * DAY, START + 30 * DAY))).toEqual([['ada', 10]]);
    expect(scoresOf(weeks.find(undefined, 'month', START + 31 * DAY, START + 31 * DAY))).toEqual([]);
    expect(scoresOf(weeks.find(undefined, 'all', START, START + 31 * DAY))).toEqual([['ada', 10]]);
  });

  it('count a game for the day on which it finished, though it is told of on the next', () => {
    const boards = new Boards(START);
    const midnight = START + DAY;
    boards.add(aRecord('g1', { ada: 10 }, { finishedAt: midnight - 1 }), midnight + 5);
    boards.add(aRecord('g2', { bob: 20 }, { finishedAt: midnight }), midnight + 5);
    expect(scoresOf(boards.find(undefined, 'day', midnight + 5, midnight + 5))).toEqual([['bob', 20]]);
    expect(boards.find(undefined, 'day', midnight - 1, midnight + 5)).toBeUndefined();
  });

  it('keep servers apart, and everybody together', () => {
    const boards = new Boards(START);
    boards.add(aRecord('g1', { ada: 10 }, { serverId: 's1' }), START);
    boards.add(aRecord('g2', { ada: 20 }, { serverId: 's2' }), START);
    boards.add(aRecord('g3', { ada: 40 }), START);
    const all = SERVERS.map((server) => scoresOf(boards.find(server, 'day', START, START)));
    expect(all).toEqual([[['ada', 70]], [['ada', 10]], [['ada', 20]]]);
  });

  it('begin a season of one server empty, and touch nothing else', () => {
    const boards = new Boards(START);
    boards.add(aRecord('g1', { ada: 10 }, { serverId: 's1' }), START);
    boards.startSeason('s1', START + 61_000);
    boards.add(aRecord('g2', { ada: 5 }, { serverId: 's1', finishedAt: START + 61_000 }), START + 61_000);
    const now = START + 62_000;
    const on = (period: BoardPeriod) => scoresOf(boards.find('s1', period, now, now));
    expect([on('season'), on('all'), on('day')]).toEqual([[['ada', 5]], [['ada', 15]], [['ada', 15]]]);
    expect(scoresOf(boards.find(undefined, 'season', now, now))).toEqual([['ada', 15]]);
    expect(boards.find('s1', 'season', START, now)).toBeUndefined();
  });

  /** What a test may do; records are named by their place in the list of those that were added. */
  const step = fc.oneof(
    fc.record({
      do: fc.constant('play' as const),
      server: fc.constantFrom(...SERVERS),
      scores: fc.dictionary(fc.constantFrom('ada', 'bob', 'cem', '__proto__'), fc.integer({ min: 0, max: 9 })),
    }),
    fc.record({ do: fc.constant('undo' as const), place: fc.nat({ max: 20 }) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 * DAY }) }),
    fc.record({ do: fc.constant('start season' as const), server: fc.constantFrom('s1', 's2') }),
  );

  it('are what counting all games again would give, whatever was played, undone and begun', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let now = START;
        const boards = new Boards(now);
        const records: GameRecord[] = [];
        const seasons = new Map<string | undefined, number>();
        for (const [place, taken] of steps.entries()) {
          if (taken.do === 'wait') now += taken.ms;
          if (taken.do === 'start season') {
            now += 1;
            seasons.set(taken.server, now);
            boards.startSeason(taken.server, now);
          }
          if (taken.do === 'play') {
            const where = taken.server === undefined ? {} : { serverId: taken.server };
            records.push(aRecord(String(place), taken.scores, { ...where, finishedAt: now }));
            boards.add(records.at(-1)!, now);
          }
          const undone = taken.do === 'undo' ? records[taken.place] : undefined;
          if (undone && !undone.undone) {
            undone.undone = { by: 'admin', at: now };
            const { undone: _, ...before } = undone;
            boards.remove(
              before,
              records.filter((record) => !record.undone),
              now,
            );
          }
        }
        for (const server of SERVERS) {
          for (const period of BOARD_PERIODS) {
            const rows = boards.find(server, period, now, now)?.rows('bestScore', 10);
            expect({ server, period, rows }).toEqual({ server, period, rows: countedAgain(server, period) });
          }
        }

        function countedAgain(server: string | undefined, period: BoardPeriod): BoardRow[] {
          const tally = new Tally();
          for (const record of records) {
            const isInTime =
              period === 'all' ||
              (period === 'season'
                ? record.finishedAt >= (seasons.get(server) ?? 0)
                : isWithin(calendarSpan(period, now), record.finishedAt));
            const isHere = server === undefined || record.serverId === server;
            if (isInTime && isHere && !record.undone) tally.add(record);
          }
          return tally.rows('bestScore', 10);
        }
      }),
    );
  });
});
