// @ts-check
// The bot with many channels in one process: how soon an answer is acknowledged, when each is on the disk before.
import { setTimeout as sleep } from 'node:timers/promises';
import { bootNest } from '../nest.js';
import { scramble } from '../records.js';
import { quantile } from '../statistics.js';
import { figureOf } from './scenario.js';

const PLAYERS = 5;

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'B1',
  title: 'The bot, many channels playing at once',
  stick: 'none',
  what: ({ channels, rounds, roundSeconds }) =>
    `${channels} games of ${rounds} rounds of ${roundSeconds} s in one process, ${PLAYERS} players each, who answer at ` +
    'any moment of the round; durable storage, main files on; from the call to the acknowledgement',
  sizes: {
    full: { channels: 200, rounds: 3, roundSeconds: 5 },
    quick: { channels: 10, rounds: 1, roundSeconds: 5 },
  },
  entrants: ['ours'],
  figures: [
    { name: 'p50Us', label: 'p50', unit: 'µs' },
    { name: 'p99Us', label: 'p99', unit: 'µs' },
    { name: 'longestUs', label: 'longest', unit: 'µs' },
    { name: 'answers', label: 'answers accepted', unit: 'count' },
    { name: 'lost', label: 'answers not credited', unit: 'count' },
  ],
  ratio: 'cost',
  goals: [
    {
      text: 'answers acknowledged, p99',
      atMost: 100_000,
      unit: 'µs',
      value: (round) => figureOf(round, 'ours', 'p99Us'),
    },
    { text: 'answers not credited', atMost: 0, unit: 'count', value: (round) => figureOf(round, 'ours', 'lost') },
  ],
  measure,
};

/** @param {import('./scenario.js').Context} context */
async function measure({ directory, sizes, options: { mainFiles } }) {
  const { GameModule, GameService, PlayerRepository, StorageModule } = await import('../../dist/index.js');
  const application = await bootNest(StorageModule.forRoot({ dataDir: directory, mainFiles }), GameModule);
  const game = application.get(GameService);
  const crowd = new Crowd(game, sizes);
  const games = Array.from({ length: sizes.channels }, (_, channel) => crowd.play(channel));
  await Promise.all(games);
  await crowd.settled();
  const players = await application.get(PlayerRepository).loadPlayers();
  const credited = Object.values(players).reduce((sum, { totalAnswers }) => sum + totalAnswers, 0);
  await application.close();
  const { latenciesMs } = crowd;
  return {
    p50Us: quantile(latenciesMs, 0.5) * 1000,
    p99Us: quantile(latenciesMs, 0.99) * 1000,
    longestUs: Math.max(...latenciesMs) * 1000,
    answers: latenciesMs.length,
    lost: latenciesMs.length - credited,
  };
}

class Crowd {
  /** @type {number[]} of those that were accepted */
  latenciesMs = [];
  /** @type {Promise<void>[]} */
  #answers = [];

  /** @param {any} game @param {import('./scenario.js').Sizes} sizes */
  constructor(game, sizes) {
    this.game = game;
    this.sizes = sizes;
  }

  /** @param {number} channel */
  async play(channel) {
    const channelId = `channel ${channel}`;
    const { rounds, roundSeconds } = this.sizes;
    const over = new Promise((resolve) => {
      this.game.events(channelId).subscribe((/** @type {any} */ { type, view }) => {
        if (type === 'round-started')
          for (let player = 0; player < PLAYERS; player++) this.#answerSoon(view, channel, player);
        if (type === 'game-ended') resolve(undefined);
      });
    });
    const host = { userId: `host ${channel}`, username: 'Host' };
    await this.game.startGame(channelId, host, { rounds, roundSeconds, pauseSeconds: 2 });
    await over;
  }

  /** The scores of the last games may still be on their way. */
  async settled() {
    await Promise.all(this.#answers);
    await sleep(1000);
  }

  /** @param {any} view @param {number} channel @param {number} player */
  #answerSoon({ channelId, gameId, round, roundMs }, channel, player) {
    const draw = scramble(channel * PLAYERS + player, round);
    // Not in the last moment, which may be too late.
    const delayMs = (draw % 1000) * (roundMs / 1000) * 0.9;
    const answer = {
      userId: `player ${channel} ${player}`,
      username: `Player ${player}`,
      gameId,
      round,
      choice: draw % 4,
    };
    this.#answers.push(sleep(delayMs).then(() => this.#answer(channelId, answer)));
  }

  /** @param {string} channelId @param {object} answer */
  async #answer(channelId, answer) {
    const start = performance.now();
    const { status } = await this.game.answer(channelId, answer);
    if (status === 'accepted') this.latenciesMs.push(performance.now() - start);
  }
}
