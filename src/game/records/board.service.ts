import { Inject, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository, LogRepository, PlayerRepository, type PlayerStats } from '../../storage/index.js';
import { GAME_CLOCK, type GameClock } from '../clock.js';
import type { GamePlayer } from '../game.types.js';
import { checkedId, cleanLine, MAX_NAME_LENGTH } from '../identity.js';
import { ranked } from '../leaderboard.js';
import { type BoardQuery, type CheckedQuery, checkedQuery } from './board-query.js';
import { Boards, isOn } from './boards.js';
import type { GameRecord } from './game-record.js';
import { GameRecords } from './game-records.service.js';
import { calendarSpan, EVER, type Span } from './periods.js';
import { firstSeason, nextSeason, type Season, SeasonRecord, spanOfSeason } from './season-record.js';
import { type BoardRow, Tally } from './tally.js';

/** Who starts a season, and what it is called. */
export interface SeasonStart {
  userId: string;
  /** @default 'Season ' and its number */
  name?: string;
}

/**
 * The leaderboards of servers and periods. One pass over the records builds them at start; from then on each new record
 * and each correction changes them, so that a question costs what its own board holds and no pass.
 */
@Injectable()
export class BoardService implements OnApplicationBootstrap {
  private readonly logger = new Logger(BoardService.name);
  private building: Promise<Boards> | undefined;
  private stopListening = () => {};
  /** Games that were marked as undone by a process which did not live to take them back from every player. */
  private readonly halfUndone = new Set<string>();

  constructor(
    private readonly records: GameRecords,
    private readonly players: PlayerRepository,
    @InjectRepository(SeasonRecord) private readonly seasons: LogRepository<SeasonRecord>,
    @Inject(GAME_CLOCK) private readonly clock: GameClock,
  ) {
    if (!records.isShared) return;
    records.onCorrection(() => this.buildAgain());
    seasons.changes().subscribe(() => this.buildAgain());
  }

  /** A log that cannot be read now must not keep the quiz from starting; the next question tries again. */
  async onApplicationBootstrap(): Promise<void> {
    await this.ready().catch((error: unknown) => this.logger.error(`The leaderboards could not be built: ${error}`));
  }

  /** @throws TypeError naming the member that is wrong */
  async board(query: BoardQuery = {}): Promise<BoardRow[]> {
    const checked = checkedQuery(query, this.clock.now());
    const { serverId, period, sortBy, limit, at } = checked;
    // The players' own records reach farther back than those of games: they hold what other bots have counted, too.
    if (period === 'all' && serverId === undefined) {
      return ranked((await this.players.getLeaderboard(sortBy, limit)).map(figuresOf), sortBy);
    }
    const boards = await this.ready();
    const tally = boards.find(serverId, period, at, this.clock.now()) ?? (await this.countAgain(checked));
    return tally.rows(sortBy, limit);
  }

  /** The running season; before anybody has started one it is the first, from the server's first game on. */
  async season(serverId: string): Promise<Season> {
    checkedId('serverId', serverId);
    const running = await this.seasons.get(serverId);
    const firstAt = (await this.ready()).finishesOf(serverId)?.first ?? this.clock.now();
    return seasonOf(serverId, running ?? firstSeason(firstAt));
  }

  /**
   * Begins a season: from now on an empty season board. Nothing that was recorded is changed.
   * @throws TypeError naming the member that is wrong
   */
  async startSeason(serverId: string, by: SeasonStart): Promise<Season> {
    checkedId('serverId', serverId);
    const startedBy = checkedId('userId', by?.userId);
    const name = by.name === undefined ? undefined : cleanLine('name', by.name, MAX_NAME_LENGTH);
    const boards = await this.ready();
    return this.records.exclusively(async () => {
      const now = this.clock.now();
      const finishes = boards.finishesOf(serverId) ?? { first: now, newest: Number.NEGATIVE_INFINITY };
      // A game that finished in this very millisecond belongs to the former season.
      const startedAt = finishes.newest === now ? now + 1 : now;
      const next = { name, startedAt, startedBy, firstAt: finishes.first };
      const meanwhile: GameRecord[] = [];
      const stop = this.records.listen((record) => meanwhile.push(record));
      try {
        const meta = { actor: startedBy, reason: 'season started' };
        const season = (await this.seasons.update(
          serverId,
          (running) => nextSeason(running, next),
          meta,
        )) as SeasonRecord;
        boards.startSeason(serverId, season.startedAt);
        for (const record of meanwhile) if (record.serverId === serverId) boards.addToSeason(record);
        return seasonOf(serverId, season);
      } finally {
        stop();
      }
    });
  }

  /** Seasons that run and were started by a person. */
  async seasonsOf(userId: string): Promise<Season[]> {
    const started: Season[] = [];
    for await (const [serverId, season] of this.seasons.entries()) {
      if (season.startedBy === userId) started.push(seasonOf(serverId, season));
    }
    return started;
  }

  /** Takes an undone game out. @param others every other game of its players that counts @internal */
  async remove(record: GameRecord, others: Iterable<GameRecord>): Promise<void> {
    // In a shared store the log has told of the correction already.
    if (!this.records.isShared) (await this.ready()).remove(record, others, this.clock.now());
  }

  /** Takes a person off all boards and out of the seasons they started. @internal */
  async forget(userId: string, nobody: GamePlayer): Promise<void> {
    if (!this.records.isShared) (await this.ready()).forget(userId);
    for (const { serverId } of await this.seasonsOf(userId)) {
      await this.seasons.update(serverId, (season) => season && { ...season, startedBy: nobody.userId }, {
        actor: 'game',
        reason: 'a player asked to be forgotten',
      });
    }
  }

  /** Undone games that are still to be taken back from players, as found at start. @internal */
  async unfinishedUndos(): Promise<Set<string>> {
    await this.ready();
    return this.halfUndone;
  }

  private ready(): Promise<Boards> {
    this.building ??= this.build().catch((error: unknown) => {
      this.building = undefined;
      throw error;
    });
    return this.building;
  }

  /**
   * Where several processes share the records, whoever corrects one need not be this process, and what a board would lose
   * by it cannot be told from the correction alone. Corrections are rare: the next question takes a pass.
   */
  private buildAgain(): void {
    this.stopListening();
    this.building = undefined;
    this.halfUndone.clear();
  }

  /**
   * Listens first and reads then. A record that is written in between may be read or not: it is left to the listener,
   * and so counts once.
   */
  private async build(): Promise<Boards> {
    const boards = new Boards(this.clock.now());
    const heard = new Map<string, GameRecord>();
    const unreadable: string[] = [];
    let isRead = false;
    const stop = this.records.listen((record) => {
      if (isRead) boards.add(record, this.clock.now());
      else heard.set(record.gameId, record);
    });
    this.stopListening = stop;
    try {
      for await (const [serverId, season] of this.seasons.entries()) boards.startSeason(serverId, season.startedAt);
      for await (const record of this.records.stored((gameId) => unreadable.push(gameId))) {
        if (heard.has(record.gameId) || this.records.isBeingWritten(record.gameId)) continue;
        boards.add(record, this.clock.now());
        if (record.undone && !record.undone.isWithdrawn) this.halfUndone.add(record.gameId);
      }
    } catch (error) {
      stop();
      throw error;
    }
    isRead = true;
    for (const record of heard.values()) boards.add(record, this.clock.now());
    if (unreadable.length > 0) {
      const some = unreadable.slice(0, 5).join(', ');
      this.logger.warn(`${unreadable.length} entries of the log games are no games and count on no board: ${some}`);
    }
    return boards;
  }

  /** A board that is not kept, from the records: reads all of them, and keeps its own players only. */
  private async countAgain({ serverId, period, at }: CheckedQuery): Promise<Tally> {
    const span = await this.spanOf(serverId, period, at);
    const tally = new Tally();
    for await (const record of this.records.stored()) if (isOn(serverId, span, record)) tally.add(record);
    return tally;
  }

  private async spanOf(serverId: string | undefined, period: CheckedQuery['period'], at: number): Promise<Span> {
    if (period === 'all') return EVER;
    if (period !== 'season') return calendarSpan(period, at);
    return serverId === undefined ? EVER : spanOfSeason(await this.seasons.get(serverId), at);
  }
}

function seasonOf(serverId: string, { name, startedAt, number }: Omit<Season, 'serverId'>): Season {
  return { serverId, name, startedAt, number };
}

/** A player's figures without the history of their games, which is nobody else's business. */
function figuresOf(stats: PlayerStats): Omit<BoardRow, 'rank'> {
  const { userId, username, totalGames, totalWins, totalScore, averageScore, bestScore } = stats;
  const { totalCorrectAnswers, totalIncorrectAnswers, totalAnswers, accuracyRate } = stats;
  return {
    userId,
    username,
    totalGames,
    totalWins,
    totalScore,
    averageScore,
    bestScore,
    totalCorrectAnswers,
    totalIncorrectAnswers,
    totalAnswers,
    accuracyRate,
  };
}
