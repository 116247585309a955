import { Injectable } from '@nestjs/common';
import { AppendLogService } from './append-log.service.js';
import { assertCount, assertId, assertNumber, assertString, mistake } from './arguments.js';
import { entityCodec } from './entity-codec.js';
import { assertLeaderboardField, compareBy, type LeaderboardField, summaryOf } from './leaderboard.js';
import { LiveRanking } from './live-ranking.js';
import { type EntryMeta, setMember } from './log/index.js';
import { LogRepository } from './log.repository.js';
import { PlayedGame, PlayerStats, readPlayerStats, withdrawnGamesOf, withGame, withoutGame } from './player-stats.js';
import { assertValid } from './validation.js';
import type { ValueCodec } from './value-codec.js';

/** One player's part in a finished game, under the name of that game. @publicApi */
export type GameResult = Readonly<PlayedGame> & { readonly gameId: string };

const PLAYERS_LOG = 'players';

/** Thrown inside an atomic step to leave it without writing anything. */
const NOTHING_TO_DO = Symbol('nothing to do');

const playerCodec: ValueCodec<PlayerStats> = {
  read: readPlayerStats,
  check: entityCodec(PlayerStats).check,
};

/**
 * Players' statistics and leaderboards, in the log `players` under the user's id.
 * Records are plain objects, whatever their age complete in every field.
 * @publicApi
 */
@Injectable()
export class PlayerRepository extends LogRepository<PlayerStats> {
  readonly #ranking: LiveRanking;
  /** Credits and withdrawals on their way to the disk. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(logs: AppendLogService) {
    super(logs, PLAYERS_LOG, playerCodec);
    this.#ranking = new LiveRanking(logs, PLAYERS_LOG);
  }

  /**
   * Adds one game to a player's record, atomically: games that end at the same moment all count.
   * @param score any finite number of points
   * @returns the record as stored
   * @throws TypeError naming the argument that is wrong; nothing is written.
   */
  async updatePlayerStats(
    userId: string,
    username: string,
    score: number,
    isWinner = false,
    correctAnswers = 0,
    incorrectAnswers = 0,
  ): Promise<PlayerStats> {
    assertId('userId', userId);
    assertString('username', username);
    const date = new Date().toISOString();
    const game = gameOf({ date, score, isWinner, correctAnswers, incorrectAnswers });
    return this.#credit(userId, username, game);
  }

  /**
   * As {@link updatePlayerStats}, but a game that the record already names changes nothing: it can be repeated
   * after a crash until it is known to be done. A game is remembered among the newest {@link GAMES_KEPT}, and among as
   * many that were taken back by {@link withdrawGame}.
   * @param meta the audit trail. @default the player, because of the game
   */
  async creditGame(userId: string, username: string, result: GameResult, meta?: EntryMeta): Promise<PlayerStats> {
    assertId('userId', userId);
    assertString('username', username);
    if (typeof result !== 'object' || result === null) throw mistake('result', 'an object', result);
    assertId('gameId', result.gameId);
    const game = gameOf(result);
    const trail = meta ?? { actor: userId, reason: `game ${result.gameId}` };
    return this.#once(['credit', userId, result.gameId], () => this.#credit(userId, username, game, trail));
  }

  /**
   * Takes a credited game back, atomically: its figures leave the totals, rates and the best score follow. A game that
   * was taken back before changes nothing, so it can be repeated after a crash until it is known to be done.
   * @param result the game with the figures that it was credited with
   * @param bestElsewhere the best score in those of the player's other games that the caller knows of; the record itself
   * remembers the newest {@link GAMES_KEPT} only. @default 0
   * @returns the record as stored, undefined for a player without one: nothing is written then
   * @throws TypeError naming the argument that is wrong; nothing is written.
   */
  async withdrawGame(
    userId: string,
    result: GameResult,
    bestElsewhere = 0,
    meta?: EntryMeta,
  ): Promise<PlayerStats | undefined> {
    assertId('userId', userId);
    if (typeof result !== 'object' || result === null) throw mistake('result', 'an object', result);
    assertId('gameId', result.gameId);
    assertNumber('bestElsewhere', bestElsewhere);
    const game = { ...gameOf(result), gameId: result.gameId };
    const trail = meta ?? { actor: userId, reason: `game ${game.gameId} withdrawn` };
    return this.#once(['withdrawal', userId, game.gameId], () => this.#withdraw(userId, game, bestElsewhere, trail));
  }

  /** A player's record, undefined for a player without one. */
  async getPlayerStats(userId: string): Promise<PlayerStats | undefined> {
    assertString('userId', userId);
    return this.get(userId);
  }

  /** Every record by user id. Holds all of them in memory at once: prefer `entries()` where there are many. */
  async loadPlayers(): Promise<Record<string, PlayerStats>> {
    const players: Record<string, PlayerStats> = {};
    for await (const [userId, stats] of this.entries()) setMember(players, userId, stats);
    return players;
  }

  /**
   * The best players, best first; ties go to the higher total score, then by name.
   * @param limit how many at most. @default 10
   * @throws TypeError for a field that cannot be sorted by, or a limit that is no whole number ≥ 1.
   */
  async getLeaderboard(sortBy: LeaderboardField = 'totalScore', limit = 10): Promise<PlayerStats[]> {
    assertLeaderboardField(sortBy);
    if (!Number.isSafeInteger(limit) || limit < 1) throw mistake('limit', 'a whole number ≥ 1', limit);
    const best = await this.#ranking.top(sortBy, limit);
    const records = await Promise.all(best.map((userId) => this.get(userId)));
    // A record may have changed or gone since the order was read; sorting what was read keeps the answer true.
    return records.filter((stats) => stats !== undefined).sort(compareBy(sortBy));
  }

  /** A player's place, 1 for the best; equal values share a place. Undefined for a player without a record. */
  async getRank(userId: string, sortBy: LeaderboardField = 'totalScore'): Promise<number | undefined> {
    assertString('userId', userId);
    assertLeaderboardField(sortBy);
    const stats = await this.get(userId);
    return stats && this.#ranking.rank(sortBy, stats[sortBy]);
  }

  async #credit(userId: string, username: string, game: PlayedGame, meta?: EntryMeta): Promise<PlayerStats> {
    let credited: PlayerStats | undefined;
    const addGame = (stored: unknown): PlayerStats => {
      credited = readPlayerStats(stored, userId);
      if (game.gameId !== undefined && knowsGame(credited, game.gameId)) throw NOTHING_TO_DO;
      credited = withGame(credited, username, game);
      assertRecord(credited, game);
      return credited;
    };
    await this.#change(userId, addGame, meta);
    return credited as PlayerStats;
  }

  async #withdraw(
    userId: string,
    game: PlayedGame & { gameId: string },
    bestElsewhere: number,
    meta: EntryMeta,
  ): Promise<PlayerStats | undefined> {
    let withdrawn: PlayerStats | undefined;
    const takeBack = (stored: unknown): PlayerStats => {
      withdrawn = stored === undefined ? undefined : readPlayerStats(stored, userId);
      if (!withdrawn || withdrawnGamesOf(withdrawn).includes(game.gameId)) throw NOTHING_TO_DO;
      withdrawn = withoutGame(withdrawn, game, bestElsewhere);
      assertRecord(withdrawn);
      return withdrawn;
    };
    await this.#change(userId, takeBack, meta);
    return withdrawn;
  }

  /** Whoever repeats a change that is on its way must wait until it is durable, like the first caller. */
  #once<R>(id: [change: string, userId: string, gameId: string], start: () => Promise<R>): Promise<R> {
    const key = JSON.stringify(id);
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay as Promise<R>;
    const change = start();
    this.#underWay.set(key, change);
    return change.finally(() => this.#underWay.delete(key));
  }

  async #change(userId: string, fn: (stored: unknown) => PlayerStats, meta?: EntryMeta): Promise<void> {
    try {
      await this.logs.update<unknown>(PLAYERS_LOG, userId, fn, meta);
    } catch (error) {
      if (error !== NOTHING_TO_DO) throw error;
    }
  }
}

/** Whether a game was credited, or credited and taken back. */
function knowsGame(stats: PlayerStats, gameId: string): boolean {
  return stats.gamesHistory.some((played) => played.gameId === gameId) || withdrawnGamesOf(stats).includes(gameId);
}

/** The game with exactly the members that are stored, each checked under the name of its argument. */
function gameOf({ date, score, isWinner, correctAnswers, incorrectAnswers, gameId }: Readonly<PlayedGame>): PlayedGame {
  assertNumber('score', score);
  if (typeof isWinner !== 'boolean') throw mistake('isWinner', 'a boolean', isWinner);
  assertCount('correctAnswers', correctAnswers);
  assertCount('incorrectAnswers', incorrectAnswers);
  return { date, score, isWinner, correctAnswers, incorrectAnswers, ...(gameId === undefined ? {} : { gameId }) };
}

/** Older games passed when they were the newest, or come from a bot that had no rules: they are not checked again. */
function assertRecord(stats: PlayerStats, newest?: PlayedGame): void {
  const { totalIncorrectAnswers, totalAnswers } = stats;
  const gamesHistory = newest ? [Object.assign(new PlayedGame(), newest)] : [];
  const record = { ...summaryOf(stats), totalIncorrectAnswers, totalAnswers, gamesHistory };
  assertValid(Object.assign(new PlayerStats(), record));
}
