/** Two bots of dist/main.js on one real nats-server: one dies, or sleeps, in the middle of a round. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BoardRow, GameView } from '../../src/game/index.js';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { type LogEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { RecordedMessages } from '../support/log-words.js';
import { type NatsServer, natsServer, removeNatsServers } from '../support/nats.js';
import { eventually } from '../support/patience.js';
import { RoomGuest } from '../support/room-guest.js';

const ROOM = 'shared';
const LEASE_SECONDS = 4;
/** Five seconds until nobody doubts it, a beat until somebody looks, and what slow machines take. */
const TAKEOVER_MS = 12_000;

let server: NatsServer;
let stages = 0;
let prefix = '';
const bots: BotApplication[] = [];

beforeAll(async () => {
  server = await natsServer();
});
afterAll(removeNatsServers);
afterEach(async () => {
  await Promise.all(bots.splice(0).map((bot) => bot.stop('SIGKILL')));
});

async function startTwo(): Promise<[BotApplication, BotApplication]> {
  stages += 1;
  prefix = `two-${stages}`;
  const start = async () => {
    const variables = { NATS_URL: server.url, NATS_PREFIX: prefix, LEASE_SECONDS: String(LEASE_SECONDS) };
    const bot = await startBotApplication('./nowhere', 0, variables);
    bots.push(bot);
    return bot;
  };
  return [await start(), await start()];
}

/** The same person at both bots, since a cookie is nobody's secret. */
async function playAt(bot: BotApplication, roundSeconds = 10): Promise<RoomGuest> {
  const guest = await RoomGuest.enter(bot.url, ROOM);
  await guest.startGame({ rounds: 2, roundSeconds, pauseSeconds: 2 });
  const view = await guest.sees('the first round', isIn('round', 1));
  expect(await guest.answer(view, 0)).toMatchObject({ status: 'accepted' });
  return guest;
}

const isIn = (phase: string, round?: number) => (view: GameView) =>
  view.phase === phase && (round === undefined || view.round === round);

async function boardOf(bot: BotApplication): Promise<BoardRow[]> {
  const response = await fetch(`${bot.url}/api/leaderboard?period=day`);
  const { players } = (await response.json()) as { players: BoardRow[] };
  return players;
}

async function withStore<T>(use: (engine: LogEngine) => Promise<T>): Promise<T> {
  const engine = jetStreamEngine({ servers: server.url, prefix })(resolveLogOptions(), new RecordedMessages());
  await engine.open();
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** One record, one credit of one game, no state; and what the record says. */
async function expectCountedOnce(answers = 2): Promise<void> {
  await withStore(async (engine) => {
    const [games, players, states] = await Promise.all([
      all(engine, 'games'),
      all(engine, 'players'),
      all(engine, 'game_state'),
    ]);
    expect(states).toEqual([]);
    expect(games).toHaveLength(1);
    expect(players).toHaveLength(1);
    expect(players[0]).toMatchObject({ totalGames: 1, totalAnswers: answers });
    const [recorded] = (games[0] as { players: { score: number }[] }).players;
    expect((players[0] as { totalScore: number }).totalScore).toBe(recorded?.score);
  });
}

async function all(engine: LogEngine, log: string): Promise<unknown[]> {
  await engine.openLog(log);
  const values: unknown[] = [];
  for await (const [, value] of engine.entries(log)) values.push(value);
  return values;
}

describe('two bots on one replicated store', () => {
  it('do not start with a variable that is wrong, and say so in one line', async () => {
    const started = startBotApplication('./nowhere', 0, { NATS_URL: server.url, NATS_REPLICAS: '2' });
    const refused = (await started.catch((error: Error) => error)) as Error;
    expect(refused.message).toContain('could not start: Expected NATS_REPLICAS to be 1, 3 or 5, got "2"');
    expect(refused.message).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('shows and plays at the one what the other runs', async () => {
    const [first, second] = await startTwo();
    const guest = await playAt(first, 5);
    const view = await guest.at(second.url).sees('the round', isIn('round', 1));
    const other = await RoomGuest.enter(second.url, ROOM);
    await expect(other.startGame({ rounds: 1 })).rejects.toThrow(/409.*running here already/);
    expect(await other.answer(view, 1)).toMatchObject({ status: 'accepted' });
    expect(await other.answer(view, 2)).toMatchObject({ status: 'already-answered' });
    const answered = ({ players }: GameView) => players.length === 2 && players.every((one) => one.answered);
    await guest.sees('both answers', answered);
    await other.sees('both answers', answered);
    expect(await other.answer(await other.sees('round 2', isIn('round', 2)), 0)).toMatchObject({ status: 'accepted' });
    await Promise.all([guest, other].map((one) => one.sees('the podium', isIn('finished'))));
    await eventually(async () => expect(await boardOf(second)).toHaveLength(2));
    await withStore(async (engine) => {
      const players = await all(engine, 'players');
      expect(players).toEqual([expect.objectContaining({ totalGames: 1 }), expect.objectContaining({ totalGames: 1 })]);
      // Nothing that was asked of the other process is left.
      await eventually(async () => expect(await all(engine, 'errands')).toEqual([]));
    });
  }, 90_000);

  it('lets its host stop at the one what the other runs, and nobody else', async () => {
    const [first, second] = await startTwo();
    const guest = await playAt(first);
    const view = await guest.sees('the round', isIn('round'));
    const other = await RoomGuest.enter(second.url, ROOM);
    await other.sees('the round', isIn('round'));
    await expect(other.stop(view)).rejects.toThrow(/403.*host/);
    const stopped = other.sees('the end', isIn('stopped'));
    await guest.at(second.url).stop(view);
    await stopped;
    await withStore(async (engine) => expect(await all(engine, 'game_state')).toEqual([]));
  }, 60_000);

  it('lets the other go on with the round when one is killed, and credits everybody once', async () => {
    const [first, second] = await startTwo();
    const guest = await playAt(first);
    await first.stop('SIGKILL');
    const killedAt = performance.now();

    const heir = guest.at(second.url);
    const view = await heir.sees('the round', isIn('round', 1));
    // Refused until the game has been taken over.
    await eventually(async () => expect(await heir.answer(view, 0)).toMatchObject({ status: 'already-answered' }));
    expect(performance.now() - killedAt).toBeLessThan(TAKEOVER_MS);
    expect(await heir.answer(await heir.sees('round 2', isIn('round', 2)), 0)).toMatchObject({ status: 'accepted' });
    await heir.sees('the podium', isIn('finished'));
    await eventually(() => expectCountedOnce());

    const third = await startAgain();
    const board = await boardOf(second);
    expect(board).toHaveLength(1);
    expect(await boardOf(third)).toEqual(board);
  }, 90_000);

  it('lets the other go on at once when one stops in good order', async () => {
    const [first, second] = await startTwo();
    const guest = await playAt(first, 5);
    const view = await guest.sees('the round', isIn('round', 1));
    await first.stop('SIGTERM');
    const heir = guest.at(second.url);
    // Sooner than the next beat.
    const answered = async () => expect(await heir.answer(view, 1)).toMatchObject({ status: 'already-answered' });
    await eventually(answered, 1_000);
    await heir.sees('the podium', isIn('finished'));
    await eventually(() => expectCountedOnce(1));
  }, 60_000);

  it('counts once when one sleeps until the other has taken its game, and wakes', async () => {
    const [first, second] = await startTwo();
    const guest = await playAt(first);
    first.signal('SIGSTOP');
    const heir = guest.at(second.url);
    const view = await heir.sees('the round', isIn('round', 1));
    await eventually(async () => expect(await heir.answer(view, 0)).toMatchObject({ status: 'already-answered' }));
    first.signal('SIGCONT');
    expect(view.gameId).toBe((await heir.sees('the pause', isIn('pause', 1))).gameId);
    expect(await heir.answer(await heir.sees('round 2', isIn('round', 2)), 0)).toMatchObject({ status: 'accepted' });
    await heir.sees('the podium', isIn('finished'));
    await eventually(() => expectCountedOnce());

    const board = await boardOf(second);
    expect(board).toHaveLength(1);
    await eventually(async () => expect(await boardOf(first)).toEqual(board));
    await expectCountedOnce();
  }, 90_000);

  it('goes on when the server was away for longer than anybody may be silent', async () => {
    const [first, second] = await startTwo();
    const guest = await playAt(first);
    await server.kill();
    await eventually(() => expect(first.output()).toContain('games are let go of'));
    const view = await guest.sees('the round as it was', isIn('round', 1));
    await server.start();
    await eventually(async () => expect(await guest.answer(view, 1)).toMatchObject({ status: 'already-answered' }));
    const heir = guest.at(second.url);
    expect(await heir.answer(await heir.sees('round 2', isIn('round', 2)), 0)).toMatchObject({ status: 'accepted' });
    await guest.sees('the podium', isIn('finished'));
    await eventually(() => expectCountedOnce());
  }, 90_000);
});

async function startAgain(): Promise<BotApplication> {
  const bot = await startBotApplication('./nowhere', 0, { NATS_URL: server.url, NATS_PREFIX: prefix });
  bots.push(bot);
  return bot;
}
