/** Games of one player that end at the same moment in three applications on three servers. */
import { afterEach, expect, test } from '@jest/globals';
import type { PlayerStats } from '../../src/storage/index.js';
import { Child, killAllChildren } from '../support/child.js';
import { natsCluster, removeNatsServers } from '../support/nats.js';
import { inTime } from '../support/patience.js';

const GAMES = [334, 333, 333];
const TOTAL = 1000;

afterEach(async () => {
  await killAllChildren();
  await removeNatsServers();
});

test('a thousand games of one player, credited at once by three processes, are a thousand games', async () => {
  const servers = (await natsCluster(3)).map(({ url }) => url);
  const start = () => new Child(new URL('./jetstream-player-child.js', import.meta.url), { servers });
  const children = GAMES.map(start);
  await inTime('the start', 90_000, Promise.all(children.map((child) => child.message('open'))));
  const began = Date.now();
  for (const [i, child] of children.entries()) child.say(`play ${GAMES[i]}`);
  const told = await inTime('playing', 90_000, Promise.all(children.map((child) => child.message('played'))));
  const ms = Date.now() - began;
  // Each game made a record of its own: no two saw the same one before them.
  const totals = told.flatMap(([, each]) => each as number[]);
  expect(totals.sort((a, b) => a - b)).toEqual(Array.from({ length: TOTAL }, (_, i) => i + 1));

  const fresh = start();
  await inTime('another start', 60_000, fresh.message('open'));
  for (const child of [...children, fresh]) {
    child.say(`look ${TOTAL}`);
    const [, seen] = await inTime('looking', 30_000, child.message('seen'));
    const { totalGames, totalScore, bestScore } = seen as PlayerStats;
    const scores = GAMES.map((games) => (games * (games + 1)) / 2);
    expect({ totalGames, totalScore, bestScore }).toEqual({
      totalGames: TOTAL,
      totalScore: scores.reduce((sum, score) => sum + score, 0),
      bestScore: Math.max(...GAMES),
    });
  }
  console.log(
    `${TOTAL} games of one player from ${GAMES.length} processes: ${ms} ms (${told.map(([, , each]) => each)}).`,
  );
}, 300_000);
