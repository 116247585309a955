/** A table to play on without a disk or a clock: time stands still until a test moves it. */
import type { GameClock } from '../../../src/game/clock.js';
import type { GameAnswer, GameView } from '../../../src/game/game.types.js';
import { Pieces } from '../../../src/game/pieces.js';
import { finishGame, type NewGame, newGame, type RoundPicture, startRound } from '../../../src/game/session/session.js';
import type { GameState } from '../../../src/game/session/state.js';

export const START = Date.UTC(2026, 0, 1);

/** Time moves only by {@link advance}; whatever falls due on the way is called in order. */
export class ManualClock implements GameClock {
  private readonly timers = new Map<number, { at: number; callback: () => void }>();
  private nextId = 0;
  private time: number;

  constructor(time = START) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    const id = this.nextId++;
    this.timers.set(id, { at: this.time + delayMs, callback });
    return () => this.timers.delete(id);
  }

  /** Timers that would still fire. */
  get running(): number {
    return this.timers.size;
  }

  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    await settled();
    for (let due = this.nextDue(until); due !== undefined; due = this.nextDue(until)) {
      const [id, timer] = due;
      this.timers.delete(id);
      this.time = Math.max(this.time, timer.at);
      timer.callback();
      await settled();
    }
    this.time = until;
  }

  private nextDue(until: number): [number, { at: number; callback: () => void }] | undefined {
    return [...this.timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
  }
}

/** Lets every promise that can go on do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Numbers that look random and are the same in every run. */
export function seededRandom(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Pieces by so many artists, one each unless more are asked for. */
export function gallery(artists = 6, piecesEach = 2): Pieces {
  const tokens = Array.from({ length: artists * piecesEach }, (_, place) => ({
    tokenId: String(place),
    name: `Piece ${place}`,
    description: `About piece ${place}`,
    imageUrl: `https://example.org/${place}.svg`,
    artists: [`tz${place % artists}`],
    primaryArtist: `tz${place % artists}`,
    contract: 'KT1',
  }));
  const artistInfo = Object.fromEntries(
    Array.from({ length: artists }, (_, artist) => [
      `tz${artist}`,
      { displayName: `Artist ${artist}`, hasResolution: true, info: null },
    ]),
  );
  return new Pieces({ tokens, artistInfo });
}

export const ada = { userId: 'ada', username: 'Ada' };
export const bob = { userId: 'bob', username: 'Bob' };

export function aGame(changes: Partial<NewGame> = {}, now = START): GameState {
  return newGame(
    {
      gameId: 'game-1',
      channelId: 'channel',
      host: ada,
      times: { rounds: 2, roundMs: 15_000, pauseMs: 8_000 },
      mode: 'choices',
      pieces: ['KT1:0', 'KT1:1'],
      ...changes,
    },
    now,
  );
}

export const aPicture: RoundPicture = {
  pieceKey: 'KT1:0',
  title: 'Piece 0',
  description: 'About piece 0',
  imageUrl: 'https://example.org/0.svg',
  choices: ['1', '0', '2', '3'].map((name) => ({ address: `tz${name}`, artist: `Artist ${name}` })),
  correctChoice: 1,
  upcoming: ['KT1:1'],
};

/** A game whose first round has just begun. */
export function aRound(picture: Partial<RoundPicture> = {}, now = START): GameState {
  return startRound(aGame(), { ...aPicture, ...picture }, now);
}

/** A game that is over, with everybody's score; userIds in capitals are the names. */
export function aFinishedGame(
  gameId: string,
  scores: Record<string, number>,
  {
    host = 'ada',
    finishedAt = START + 60_000,
    ...place
  }: { host?: string; finishedAt?: number; serverId?: string } = {},
): GameState {
  const game = aGame({ gameId, ...place, host: { userId: host, username: host.toUpperCase() } }, finishedAt - 60_000);
  const players = Object.entries(scores).map(([userId, score]) => {
    return { userId, username: userId.toUpperCase(), score, correctAnswers: 2, incorrectAnswers: 1 };
  });
  return finishGame({ ...game, players }, finishedAt);
}

/** The right button, which only the saved state knows. */
export function rightChoice(state: GameState): number {
  if (!state.current) throw new Error('No round is running.');
  return state.current.correctChoice;
}

export function answerTo(
  game: Pick<GameView, 'gameId' | 'round'>,
  player: { userId: string; username: string },
  choice: number,
): GameAnswer {
  return { ...player, gameId: game.gameId, round: game.round, choice };
}
