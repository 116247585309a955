/** What two processes of the bot share beside running games: boards, corrections, seasons, the daily challenge, pieces. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { builtInCatalogue } from '../../src/game/catalogue/index.js';
import { CatalogueService, type CatalogueSource, DailyService } from '../../src/game/index.js';
import { GameRecords } from '../../src/game/records/index.js';
import { PlayerRepository } from '../../src/storage/index.js';
import { type NatsServer, natsServer, removeNatsServers } from '../support/nats.js';
import { eventually } from '../support/patience.js';
import { bootSharedQuiz, type SharedQuiz } from '../support/shared-quiz.js';
import { aFinishedGame, aGame, START } from '../unit/game/table.js';

const SERVER = 'server';
const PLACE = { serverId: SERVER };
const MINUTE = 60_000;

let server: NatsServer;
let stages = 0;
let prefix: string;
let one: SharedQuiz;
let other: SharedQuiz;
let both: SharedQuiz[];

beforeAll(async () => {
  server = await natsServer();
});
afterAll(removeNatsServers);

beforeEach(async () => {
  stages += 1;
  prefix = `records-${stages}`;
  one = await bootSharedQuiz(server.url, prefix);
  other = await bootSharedQuiz(server.url, prefix);
  both = [one, other];
});
afterEach(async () => {
  await Promise.all(both.map(({ app }) => app.close()));
});

const boardOf = async ({ game }: SharedQuiz, period: 'all' | 'season' = 'all') =>
  (await game.board({ ...PLACE, period, sortBy: 'bestScore' })).map(
    ({ userId, bestScore }) => `${userId} ${bestScore}`,
  );

/** What both tell in the end. */
async function expectOnBoth(expected: string[], period?: 'season'): Promise<void> {
  for (const quiz of both) await eventually(async () => expect(await boardOf(quiz, period)).toEqual(expected));
}

const gameAt = (place: number, id: string, scores: Record<string, number>) =>
  aFinishedGame(id, scores, { ...PLACE, finishedAt: START + place * MINUTE });

describe('two processes on one store', () => {
  it('have the games of both on their boards', async () => {
    await boardOf(other);
    await one.book(gameAt(1, 'g1', { ada: 30, bob: 80 }));
    await other.book(gameAt(2, 'g2', { ada: 90 }));
    await expectOnBoth(['ada 90', 'bob 80']);
  });

  it('take a game back at the one that was played at the other, and once when both are asked', async () => {
    await one.book(gameAt(1, 'g1', { ada: 30, bob: 80 }));
    await one.book(gameAt(2, 'g2', { ada: 90 }));
    await expectOnBoth(['ada 90', 'bob 80']);
    const undone = await Promise.allSettled(
      both.map(({ game }, i) => game.undoGame('g2', { userId: `admin${i}`, reason: 'wrong pictures' })),
    );
    expect(undone.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(undone.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'ALREADY_UNDONE' } });
    await expectOnBoth(['bob 80', 'ada 30']);
    const players = other.app.get(PlayerRepository);
    await eventually(async () => {
      expect(await players.getPlayerStats('ada')).toMatchObject({ totalGames: 1, totalScore: 30, bestScore: 30 });
    });
  });

  it('leave a player the best of what remains when each takes back another game of theirs', async () => {
    for (let round = 0; round < 8; round++) {
      const player = `player-${round}`;
      const ids = [10, 90, 80].map((score) => ({ id: `g-${round}-${score}`, score }));
      for (const { id, score } of ids) await one.book(gameAt(1, id, { [player]: score }));
      await eventually(async () => expect(await other.app.get(GameRecords).get(`g-${round}-80`)).toBeDefined());
      await Promise.all([
        one.game.undoGame(`g-${round}-90`, { userId: 'admin' }),
        other.game.undoGame(`g-${round}-80`, { userId: 'admin' }),
      ]);
      const stats = await withFreshView(async ({ app }) => app.get(PlayerRepository).getPlayerStats(player));
      expect(stats).toMatchObject({ totalGames: 1, totalScore: 10, bestScore: 10 });
    }
  }, 60_000);

  it('finish at the one what the other has begun to take back', async () => {
    for (const [id, score] of [['g1', 30] as const, ['g2', 90] as const]) await one.book(gameAt(1, id, { ada: score }));
    await one.book(gameAt(2, 'g3', { bob: 5 }));
    const mark = { by: 'admin', at: START };
    await one.app.get(GameRecords).markUndone('g2', mark, { actor: 'admin', reason: 'game undone' });
    await expectOnBoth(['ada 30', 'bob 5']);
    await other.game.undoGame('g3', { userId: 'admin' });
    const stats = await withFreshView(async ({ app }) => app.get(PlayerRepository).getPlayerStats('ada'));
    expect(stats).toMatchObject({ totalGames: 1, bestScore: 30 });
  });

  it('begin a season together', async () => {
    await one.book(gameAt(1, 'g1', { ada: 30 }));
    await expectOnBoth(['ada 30'], 'season');
    for (const { clock } of both) await clock.advance(5 * MINUTE);
    expect(await other.game.startSeason(SERVER, { userId: 'admin', name: 'Winter' })).toMatchObject({ number: 2 });
    await expectOnBoth([], 'season');
    await one.book(gameAt(6, 'g2', { bob: 10 }));
    await expectOnBoth(['bob 10'], 'season');
    expect(await one.game.season(SERVER)).toMatchObject({ name: 'Winter', number: 2 });
  });

  it('forget a person everywhere, but not while the other runs a game with them', async () => {
    await one.book(gameAt(1, 'g1', { 'ada-lovelace': 30, bob: 80 }));
    await one.game.startGame('channel', { userId: 'ada-lovelace', username: 'Ada Lovelace' }, { rounds: 1 });
    await eventually(() => expect(other.game.view('channel')?.host.userId).toBe('ada-lovelace'));
    await expect(other.game.forgetPlayer('ada-lovelace')).rejects.toMatchObject({ code: 'PLAYER_IN_GAME' });
    await other.game.stopGame('channel', { userId: 'ada-lovelace' });

    expect(await other.game.forgetPlayer('ada-lovelace')).toEqual({ records: 1, games: 1 });
    await expectOnBoth(['bob 80']);
    expect(await rawMessages()).not.toMatch(/ada-lovelace/i);
  }, 30_000);

  it('give everybody one attempt at the same challenge of the day', async () => {
    const [mine, theirs] = await Promise.all(both.map(({ app }) => app.get(DailyService).rounds('2026-01-01')));
    expect(theirs).toEqual(mine);
    const daily = { day: '2026-01-01', mode: 'daily' as const };
    const admitted = await Promise.all(
      both.map(({ app }, i) => {
        const game = aGame({ gameId: `game-${i}`, channelId: `channel-${i}`, ...daily });
        return app.get(DailyService).admit(game, { userId: 'ada', username: 'Ada' });
      }),
    );
    expect(admitted.filter(Boolean)).toHaveLength(1);
  });
});

describe('a catalogue of two processes', () => {
  it('is fetched by one and played by both', async () => {
    const { tokens, artistInfo = {} } = builtInCatalogue();
    let fetches = 0;
    const source: CatalogueSource = {
      name: 'a wallet',
      fetch: async () => {
        fetches += 1;
        const named = tokens
          .slice(0, 40)
          .map((token) => ({ ...token, contract: 'KT1', name: `Fetched ${token.tokenId}` }));
        return { tokens: named, artistInfo, dropped: 0 };
      },
    };
    prefix = `${prefix}-pieces`;
    both.push(await bootSharedQuiz(server.url, prefix, source), await bootSharedQuiz(server.url, prefix, source));
    for (const { app } of both.slice(2)) {
      const pieces = () => app.get(CatalogueService).pieces().playable();
      await eventually(() => expect(pieces().every(({ title }) => title.startsWith('Fetched'))).toBe(true));
    }
    expect(fetches).toBe(1);
  }, 30_000);
});

/** What a process sees that has just read everything. */
async function withFreshView<T>(look: (quiz: SharedQuiz) => Promise<T>): Promise<T> {
  const fresh = await bootSharedQuiz(server.url, prefix);
  try {
    return await look(fresh);
  } finally {
    await fresh.app.close();
  }
}

/** Every message of every stream of the store, as the server has it. */
async function rawMessages(): Promise<string> {
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  const texts: string[] = [];
  for await (const { config, state } of manager.streams.list()) {
    if (!config.name.startsWith(`${prefix}_`)) continue;
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(config.name, { seq }).catch(() => undefined);
      if (message) texts.push(`${message.subject} ${message.header} ${message.string()}`);
    }
  }
  await connection.close();
  return texts.join('\n');
}
