import { Inject, Injectable, Logger, OnApplicationBootstrap, Optional } from '@nestjs/common';
import {
  type EntryMeta,
  GameStateRepository,
  InjectRepository,
  LogRepository,
  PlayerRepository,
} from '../../storage/index.js';
import { GAME_CLOCK, type GameClock } from '../clock.js';
import { DailyService } from '../daily.service.js';
import { GameError } from '../errors.js';
import { checkedId, cleanLine } from '../identity.js';
import { readSavedState } from '../session/saved-state.js';
import { ProcessLease } from '../sharing/index.js';
import { somebodyWhoLeft } from '../somebody-who-left.js';
import { BoardService } from './board.service.js';
import { bestScoreOf } from './boards.js';
import { ForgetRequest } from './forget-request.js';
import type { GameRecord, GameUndo } from './game-record.js';
import { GameRecords } from './game-records.service.js';
import { namesPerson, withoutPerson } from './person.js';
import { exportedRunningGame, gamesOf, type PlayerExport } from './player-export.js';
import { Traces } from './traces.service.js';

/** Who takes a game back. */
export interface UndoRequest {
  userId: string;
  reason?: string;
}

/** What was removed of a person. */
export interface Forgotten {
  /** Records of the player: 1, or 0 where there was none. */
  records: number;
  /** Records of games in which the person was named. */
  games: number;
}

const MAX_REASON_LENGTH = 200;
const FORGETTING: EntryMeta = { actor: 'game', reason: 'a player asked to be forgotten' };

/**
 * Corrects what has been recorded: takes a game back, removes a person. Each correction writes down first what is to be
 * done; where the process dies in the middle, the next one goes on with it before it begins anything else.
 */
@Injectable()
export class CorrectionService implements OnApplicationBootstrap {
  private readonly logger = new Logger(CorrectionService.name);

  constructor(
    private readonly records: GameRecords,
    private readonly boards: BoardService,
    private readonly players: PlayerRepository,
    private readonly states: GameStateRepository,
    @InjectRepository(ForgetRequest) private readonly requests: LogRepository<ForgetRequest>,
    @Inject(GAME_CLOCK) private readonly clock: GameClock,
    private readonly daily: DailyService,
    private readonly traces: Traces,
    @Optional() private readonly lease?: ProcessLease,
  ) {}

  /** Calls back when another process removes a person. */
  onForget(listener: (userId: string) => void): void {
    this.requests.changes().subscribe(({ op, key }) => {
      if (op === 'SET' && key !== undefined) listener(key);
    });
  }

  /** What cannot be finished now, on a full disk for instance, is tried again with the next correction. */
  async onApplicationBootstrap(): Promise<void> {
    await this.records
      .exclusively(() => this.finishAll())
      .catch((error: unknown) => this.logger.error(`A correction that was begun could not be finished: ${error}`));
  }

  /**
   * Takes a finished game back: it stays in the log and counts for nobody, neither on boards nor in players' records.
   * @returns the record with its mark
   * @throws GameError NO_GAME, ALREADY_UNDONE, or GAME_FINISHING while its scores are still being written
   * @throws TypeError naming the member that is wrong
   */
  async undo(gameId: string, by: UndoRequest): Promise<GameRecord> {
    checkedId('gameId', gameId);
    const undone: GameUndo = { by: checkedId('userId', by?.userId), at: this.clock.now() };
    if (by.reason !== undefined) undone.reason = cleanLine('reason', by.reason, MAX_REASON_LENGTH);
    return this.records.exclusively(async () => {
      await this.finishAll();
      const record = await this.undoable(gameId);
      return this.withOtherGames(record, async (others) => {
        await this.records.markUndone(gameId, undone, metaOf(undone));
        (await this.boards.unfinishedUndos()).add(gameId);
        await this.boards.remove(record, others.values());
        return this.withdraw(record, undone, others);
      });
    });
  }

  /** Everything that is stored about a person. What is stored about nobody comes back empty. */
  async export(userId: string): Promise<PlayerExport> {
    checkedId('userId', userId);
    const running = Object.values(await this.states.getAllGameStates()).flatMap((saved) => {
      const state = readSavedState(saved);
      return (state && exportedRunningGame(state, userId)) ?? [];
    });
    return this.withGamesOf(userId, async (found) => ({
      userId,
      exportedAt: this.clock.now(),
      stats: (await this.players.getPlayerStats(userId)) ?? null,
      games: gamesOf(found.values(), userId),
      running,
      seasons: await this.boards.seasonsOf(userId),
      daily: (await this.daily.attemptsBy(userId)).map(({ userId: _, ...attempt }) => ({ ...attempt })),
    }));
  }

  /**
   * Removes a person: their record, and their name and id wherever a game or a season has them; scores stay with the
   * games, as somebody's who left. Then what the history of the logs, their backups and archives hold of them. Safe to
   * repeat.
   * @param isPlaying whether a game that is not over yet names them; asked right before anything is written
   * @throws GameError PLAYER_IN_GAME
   */
  async forget(userId: string, isPlaying: () => boolean | Promise<boolean>): Promise<Forgotten> {
    checkedId('userId', userId);
    return this.records.exclusively(async () => {
      await this.finishAll();
      return this.withGamesOf(userId, async (found) => {
        const isNamed = found.size > 0 || (await this.boards.seasonsOf(userId)).length > 0;
        const hasTried = (await this.daily.attemptsBy(userId)).length > 0;
        const isKnown = isNamed || hasTried || (await this.players.has(userId));
        if (await isPlaying()) {
          throw new GameError('PLAYER_IN_GAME', 'A game with this person is running; try again once it is over.');
        }
        // Nothing is written about a person of whom nothing is known.
        if (!isKnown) return { records: 0, games: 0 };
        await this.requests.set(userId, { requestedAt: this.clock.now() }, FORGETTING);
        return this.removePerson(userId, found);
      });
    });
  }

  /** Goes on with what another process, or an attempt that failed, has begun. */
  private async finishAll(): Promise<void> {
    for (const gameId of [...(await this.boards.unfinishedUndos())]) {
      const record = await this.records.get(gameId);
      const undone = record?.undone;
      if (undone && !undone.isWithdrawn)
        await this.withOtherGames(record, (others) => this.withdraw(record, undone, others));
    }
    for await (const [userId] of this.requests.entries()) {
      if (!(await this.isWanted(userId))) continue;
      await this.withGamesOf(userId, (found) => this.removePerson(userId, found));
    }
  }

  /**
   * Whether a request stands. What this process sees of a shared store may be some moments old, and who has come back
   * since they were forgotten must not be forgotten twice: a write about the request sees the newest.
   */
  private async isWanted(userId: string): Promise<boolean> {
    if (!this.lease) return true;
    return (await this.requests.update(userId, (request) => request, FORGETTING)) !== undefined;
  }

  private async undoable(gameId: string): Promise<GameRecord> {
    const record = await this.records.get(gameId);
    if (!record) throw new GameError('NO_GAME', 'There is no finished game of this id.');
    if (record.undone) throw new GameError('ALREADY_UNDONE', 'This game has been taken back already.');
    // Credits that are still on their way would arrive after they were taken back.
    const saved = await this.states.loadGameState<{ gameId?: unknown }>(record.channelId);
    if (saved?.gameId !== gameId) return record;
    throw new GameError('GAME_FINISHING', 'The scores of this game are still being saved; try again in a moment.');
  }

  /** Every game that names a person. */
  private withGamesOf<T>(userId: string, use: (found: ReadonlyMap<string, GameRecord>) => Promise<T>): Promise<T> {
    return this.records.following((record) => namesPerson(record, userId), use);
  }

  /** Every game that counts and has one of the record's players in it, but itself. */
  private withOtherGames<T>(
    record: GameRecord,
    use: (others: ReadonlyMap<string, GameRecord>) => Promise<T>,
  ): Promise<T> {
    const userIds = new Set(record.players.map(({ userId }) => userId));
    const isOther = ({ gameId, undone, players }: GameRecord) =>
      gameId !== record.gameId && !undone && players.some(({ userId }) => userIds.has(userId));
    return this.records.following(isOther, use);
  }

  /** Takes an undone game back from each player's record. The repository knows which it took, so it may be repeated. */
  private async withdraw(
    record: GameRecord,
    undone: GameUndo,
    others: ReadonlyMap<string, GameRecord>,
  ): Promise<GameRecord> {
    const { gameId } = record;
    const meta = { actor: undone.by, reason: `game ${gameId} undone` };
    const withdrawals = await Promise.allSettled(
      record.players.map(({ userId, score, isWinner, correctAnswers, incorrectAnswers }) => {
        const date = new Date(record.finishedAt).toISOString();
        const game = { gameId, date, score, isWinner, correctAnswers, incorrectAnswers };
        return this.players.withdrawGame(userId, game, bestScoreOf(userId, others.values()), meta);
      }),
    );
    for (const [place, withdrawal] of withdrawals.entries()) {
      if (withdrawal.status === 'fulfilled') continue;
      // A record that breaks the rules refused the credit, too: it must not keep the game standing for all the others.
      if (!(withdrawal.reason instanceof TypeError)) throw withdrawal.reason;
      const { userId } = record.players[place] as { userId: string };
      this.logger.error(`The record of player ${userId} refuses to be without game ${gameId}: ${withdrawal.reason}`);
    }
    if (record.mode === 'daily') await this.daily.withdraw(record, meta);
    const marked = await this.records.markWithdrawn(gameId, metaOf(undone));
    (await this.boards.unfinishedUndos()).delete(gameId);
    return marked ?? { ...record, undone };
  }

  private async removePerson(userId: string, found: ReadonlyMap<string, GameRecord>): Promise<Forgotten> {
    await this.boards.forget(userId, somebodyWhoLeft());
    const gameIds = [...found.keys()];
    const changes = gameIds.map((gameId) => {
      const nobody = somebodyWhoLeft();
      return this.records.change(gameId, (record) => withoutPerson(record, userId, nobody), FORGETTING);
    });
    await Promise.all(changes);
    await this.daily.forget(userId, FORGETTING);
    const existed = await this.players.delete(userId, FORGETTING);
    await this.traces.erase(userId, this.requests.log);
    // The request names the person, too: it is the last to go, with its own history.
    await this.requests.erase(userId, {}, FORGETTING);
    return { records: existed ? 1 : 0, games: gameIds.length };
  }
}

function metaOf({ by, reason }: GameUndo): EntryMeta {
  return { actor: by, reason: reason === undefined ? 'game undone' : `game undone: ${reason}` };
}
