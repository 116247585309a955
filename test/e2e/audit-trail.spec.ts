/** Every write that the game makes says who made it happen and why, in the log itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import type { GameView } from '../../src/game/index.js';
import { AppendLogService, GameStateRepository, type LogEntry } from '../../src/storage/index.js';
import { bootQuiz, type Quiz } from '../support/mortal-quiz.js';
import { temporaryDirectory } from '../support/store.js';

const ADA = { userId: 'ada', username: 'Ada' };
const SERVER = 'server';

let quiz: Quiz;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

afterEach(async () => {
  await quiz.app.close();
  await directory.remove();
});

/** Goes on with the clock until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tick = 0; tick < 2_000; tick += 1) {
    if (await isSo()) return;
    await sleep(1);
    await quiz.clock.advance(250);
  }
  throw new Error('The game does not get there.');
}

function isAt(view: GameView | undefined, round: number): boolean {
  return view?.phase === 'round' && view.round === round;
}

async function play(channelId: string): Promise<string> {
  const settings = { rounds: 5, roundSeconds: 10, pauseSeconds: 5 };
  const { gameId } = await quiz.game.startGame(channelId, ADA, settings, { serverId: SERVER });
  for (let round = 1; round <= 5; round += 1) {
    await until(() => isAt(quiz.game.view(channelId), round));
    await quiz.game.answer(channelId, { ...ADA, gameId, round, choice: 0 });
  }
  await until(async () => !(await quiz.app.get(GameStateRepository).has(channelId)));
  return gameId;
}

async function entriesOf(logs: AppendLogService, log: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of logs.streamLogEntries(log, { backups: true })) entries.push(entry);
  return entries;
}

it('names the person or the game behind every entry of every log', async () => {
  directory = await temporaryDirectory();
  quiz = await bootQuiz(directory.path);
  const { app, game } = quiz;
  const gameId = await play('room');
  await game.startGame('other', ADA, {});
  await game.stopGame('other', { userId: 'mod', mayManage: true });
  await game.startSeason(SERVER, { userId: 'admin', name: 'Winter' });
  await game.undoGame(gameId, { userId: 'admin', reason: 'wrong pictures' });
  const logs = app.get(AppendLogService);

  const silent: string[] = [];
  let written = 0;
  for (const log of logs.logNames()) {
    for (const { seq, op, meta } of await entriesOf(logs, log)) {
      written += 1;
      if (!meta?.actor || !meta.reason) silent.push(`${log} ${seq} ${op} ${JSON.stringify(meta)}`);
    }
  }
  expect(written).toBeGreaterThan(20);
  expect(silent).toEqual([]);

  const said = async (log: string) => (await entriesOf(logs, log)).map(({ meta }) => `${meta?.actor}: ${meta?.reason}`);
  expect(await said('game_state')).toEqual(
    expect.arrayContaining(['ada: game started', 'ada: round 3 answered', 'mod: game stopped']) as never,
  );
  expect(await said('players')).toContain(`game: game ${gameId} finished`);
  expect((await said('players')).at(-1)).toBe(`admin: game ${gameId} undone`);
  expect(await said('games')).toContain('admin: game undone: wrong pictures');
  expect(await said('seasons')).toContain('admin: season started');
}, 30_000);
