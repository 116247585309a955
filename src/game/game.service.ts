import { randomUUID } from 'node:crypto';
import {
  BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  OnApplicationBootstrap,
  Optional,
} from '@nestjs/common';
import { filter, Observable, Subject } from 'rxjs';
import { GameStateRepository, PlayerRepository } from '../storage/index.js';
import { CatalogueService } from './catalogue.service.js';
import { ChannelGame, type GamePorts } from './channel-game.js';
import { GAME_CLOCK, GAME_RANDOM, type GameClock, type GameRandom } from './clock.js';
import { DailyService } from './daily.service.js';
import { GameError } from './errors.js';
import type {
  AnswerOutcome,
  GameAnswer,
  GameEvent,
  GamePlace,
  GamePlayer,
  GameSettings,
  GameView,
  StopRequest,
} from './game.types.js';
import { type GamePlan, gamePlan } from './game-plan.js';
import { gamePorts } from './game-ports.js';
import { checkedAnswer, checkedId, checkedPlayer, cleanName } from './identity.js';
import { type LeaderboardSortBy, type RankedPlayer, ranked } from './leaderboard.js';
import { ProcessLease, type SavedGames, SharedGames, SoleGames } from './leases/index.js';
import { PICTURE_CHECK, type PictureCheck, unchecked } from './picture-check.js';
import type { Piece } from './pieces.js';
import type { GamePresenter } from './presenting.js';
import {
  type BoardQuery,
  type BoardRow,
  BoardService,
  CorrectionService,
  type Forgotten,
  type GameRecord,
  GameRecords,
  type GamesWhere,
  type PlayerExport,
  type Season,
  type SeasonStart,
  type UndoRequest,
} from './records/index.js';
import { pickRounds } from './rules/index.js';
import { type NewGame, newGame } from './session/session.js';
import { somebodyWhoLeft } from './somebody-who-left.js';

/** Channels whose podium is remembered; the oldest are forgotten first. */
const PODIUMS_KEPT = 1_000;

/**
 * The quiz: one game per channel, each step saved before anybody hears of it. After a restart, orderly or not, every
 * saved game goes on where it was, and a finished one is credited to each player exactly once. Where processes share a
 * store, this holds for the games of one that died, too: another takes them over.
 */
@Injectable()
export class GameService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(GameService.name);
  private readonly games = new Map<string, ChannelGame>();
  /** Channels whose new game is being saved. */
  private readonly starting = new Map<string, Promise<ChannelGame>>();
  private readonly subject = new Subject<GameEvent>();
  private readonly presenters = new Set<GamePresenter>();
  private readonly ports: GamePorts;
  private readonly saved: SavedGames;
  private resuming: Promise<void> | undefined;
  private looking: Promise<void> | undefined;
  private closing = false;

  constructor(
    states: GameStateRepository,
    private readonly players: PlayerRepository,
    private readonly catalogue: CatalogueService,
    private readonly daily: DailyService,
    @Inject(GAME_CLOCK) private readonly clock: GameClock,
    @Inject(GAME_RANDOM) private readonly random: GameRandom,
    private readonly records: GameRecords,
    private readonly boards: BoardService,
    private readonly corrections: CorrectionService,
    @Optional() @Inject(PICTURE_CHECK) pictures: PictureCheck = unchecked,
    @Optional() private readonly lease?: ProcessLease,
  ) {
    const { logger, subject, presenters } = this;
    const announce = (event: GameEvent) => subject.next(event);
    this.saved = lease ? new SharedGames(states, lease) : new SoleGames(states);
    lease?.onLoss(() => this.dropAll());
    lease?.onBeat(() => this.look());
    const stores = { saved: this.saved, players, records, catalogue, daily };
    this.ports = gamePorts({ ...stores, pictures, clock, random, logger, presenters, announce });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.ready();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await Promise.allSettled([...this.starting.values(), this.looking]);
    await Promise.all([...this.games.values()].map((game) => game.close()));
    await this.lease?.leave();
    // Whoever streams the events to a browser would otherwise keep the connection, and the process, open.
    this.subject.complete();
  }

  /**
   * Starts a game; its first round begins three seconds later.
   * @throws GameError GAME_RUNNING, GAME_FINISHING, GAME_ELSEWHERE, NOT_ENOUGH_ARTISTS, SETTING_FIXED or GAME_CLOSING
   * @throws TypeError naming the setting or member that is wrong
   */
  async startGame(
    channelId: string,
    host: GamePlayer,
    settings: GameSettings = {},
    { serverId }: GamePlace = {},
  ): Promise<GameView> {
    checkedId('channelId', channelId);
    if (serverId !== undefined) checkedId('serverId', serverId);
    const plan = gamePlan(settings);
    const cleanHost = checkedPlayer(host);
    await this.ready();
    this.refuseSecondGame(channelId);
    const starting = this.begin({ channelId, serverId, host: cleanHost }, plan);
    this.starting.set(channelId, starting);
    try {
      return (await starting).view();
    } finally {
      this.starting.delete(channelId);
    }
  }

  /**
   * Gives a player's one answer to a round. `accepted` means that it is durable.
   * @throws LogError when it could not be saved: nothing was counted, and the player may try again
   * @throws GameError GAME_CLOSING during shutdown, GAME_ELSEWHERE, WRONG_KIND_OF_ANSWER
   * @throws TypeError naming the member that is wrong
   */
  async answer(channelId: string, answer: GameAnswer): Promise<AnswerOutcome> {
    const at = this.clock.now();
    const clean = checkedAnswer(answer);
    await this.ready();
    this.refuseWhenClosing();
    const game = this.at(channelId);
    if (!game || game.settled) {
      await this.saved.refuseElsewhere(channelId);
      return { status: 'no-game' };
    }
    return game.answer(clean, at);
  }

  /**
   * Ends a game early; nothing is booked.
   * @throws GameError NO_GAME, NOT_ALLOWED, GAME_ELSEWHERE or GAME_CLOSING
   */
  async stopGame(channelId: string, by: StopRequest): Promise<GameView> {
    const userId = checkedId('userId', by.userId);
    await this.ready();
    this.refuseWhenClosing();
    const game = this.at(channelId);
    if (!game || game.settled) await this.saved.refuseElsewhere(channelId);
    if (!game || game.finished || game.settled) throw new GameError('NO_GAME', 'No game is running here.');
    if (userId !== game.hostId && by.mayManage !== true) {
      throw new GameError('NOT_ALLOWED', 'Only the host, or somebody who manages the channel, may stop the game.');
    }
    const name = by.username === undefined ? game.nameOf(userId) : cleanName(by.username);
    const view = await game.stop(name === undefined ? undefined : { userId, username: name }, userId);
    if (this.games.get(channelId) === game) this.games.delete(channelId);
    return view;
  }

  /** The running game of a channel or, until the next one starts, the podium of the last. */
  view(channelId: string): GameView | undefined {
    return this.at(channelId)?.view();
  }

  /** The best players of all time with their places. */
  async leaderboard(sortBy: LeaderboardSortBy = 'totalScore', limit = 10): Promise<RankedPlayer[]> {
    return ranked(await this.players.getLeaderboard(sortBy, limit), sortBy);
  }

  /** A player's all-time figures with the place by total score; undefined before the first finished game. */
  async playerStats(userId: string): Promise<RankedPlayer | undefined> {
    const [stats, rank] = await Promise.all([this.players.getPlayerStats(userId), this.players.getRank(userId)]);
    return stats && rank !== undefined ? { ...stats, rank } : undefined;
  }

  /** The best players of a server, or of all, in a period; see {@link BoardService.board}. */
  board(query: BoardQuery = {}): Promise<BoardRow[]> {
    return this.boards.board(query);
  }

  /** Finished games, the newest first, those that were undone too. @throws TypeError naming the member that is wrong */
  async recentGames(where: GamesWhere = {}, limit = 10): Promise<GameRecord[]> {
    return this.records.recent(where, limit);
  }

  /** Takes a finished game back, for good; see {@link CorrectionService.undo}. */
  async undoGame(gameId: string, by: UndoRequest): Promise<GameRecord> {
    await this.ready();
    return this.corrections.undo(gameId, by);
  }

  /** The running season of a server. */
  season(serverId: string): Promise<Season> {
    return this.boards.season(serverId);
  }

  /** Begins a season with an empty board; see {@link BoardService.startSeason}. */
  startSeason(serverId: string, by: SeasonStart): Promise<Season> {
    return this.boards.startSeason(serverId, by);
  }

  /** Everything that is stored about one person, as plain JSON. */
  async exportPlayer(userId: string): Promise<PlayerExport> {
    await this.ready();
    return this.corrections.export(userId);
  }

  /**
   * Removes a person for good; see {@link CorrectionService.forget}.
   * @throws GameError PLAYER_IN_GAME while the person plays or hosts
   */
  async forgetPlayer(userId: string): Promise<Forgotten> {
    await this.ready();
    await Promise.allSettled(this.starting.values());
    const elsewhere = await this.saved.elsewhere((channelId) => this.isHere(channelId));
    if (elsewhere.some(({ host, players }) => [host, ...players].some((player) => player.userId === userId))) {
      throw new GameError('PLAYER_IN_GAME', 'A game with this person is running; try again once it is over.');
    }
    const isPlaying = () => [...this.games.values()].some((game) => !game.settled && game.names(userId));
    const forgotten = await this.corrections.forget(userId, isPlaying);
    for (const game of this.games.values()) if (game.names(userId)) game.forget(userId, somebodyWhoLeft());
    return forgotten;
  }

  /** What happens from now on, in one channel or in all; each event only after the store has it. */
  events(channelId?: string): Observable<GameEvent> {
    if (channelId === undefined) return this.subject.asObservable();
    return this.subject.pipe(filter(({ view }) => view.channelId === channelId));
  }

  /**
   * The clock of a round starts when every presenter has shown it, or after three seconds.
   * @returns a function that takes the presenter away
   */
  presentWith(presenter: GamePresenter): () => void {
    this.presenters.add(presenter);
    return () => void this.presenters.delete(presenter);
  }

  /** Resolves once the saved games go on. A request that comes before Nest's hook waits for it, too. */
  private ready(): Promise<void> {
    this.resuming ??= this.resumeAll();
    return this.resuming;
  }

  private async resumeAll(): Promise<void> {
    await this.lease?.ready();
    await this.catalogue.ready();
    const foreign: string[] = [];
    await this.takeSaved((channelId) => foreign.push(channelId));
    if (foreign.length > 0) {
      this.logger.warn(
        `${foreign.length} saved game(s) were not saved by this version and are left as they are: ${foreign.slice(0, 5).join(', ')}`,
      );
    }
    if (this.games.size > 0) this.logger.log(`${this.games.size} saved game(s) go on.`);
  }

  /** Goes on with every saved game that nobody runs. */
  private async takeSaved(leaveOut: (channelId: string) => void = () => {}): Promise<void> {
    for await (const state of this.saved.take((channelId) => this.isHere(channelId), leaveOut)) {
      if (this.closing) return;
      this.remember(state.channelId, await ChannelGame.resume(state, this.ports));
    }
  }

  /** Looks for games whose process is gone, one look at a time. */
  private look(): void {
    if (this.closing || this.looking) return;
    this.looking = this.ready()
      .then(() => this.takeSaved())
      .catch((error: unknown) =>
        this.logger.error(`Games of processes that are gone could not be taken over: ${error}`),
      )
      .finally(() => {
        this.looking = undefined;
      });
  }

  private dropAll(): void {
    this.saved.letGo();
    for (const game of this.games.values()) game.drop();
  }

  /** A channel's game as far as this process knows it. */
  private at(channelId: string): ChannelGame | undefined {
    const game = this.games.get(channelId);
    if (!game?.dropped) return game;
    this.games.delete(channelId);
    return undefined;
  }

  private isHere(channelId: string): boolean {
    return this.starting.has(channelId) || this.at(channelId)?.settled === false;
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw new GameError('GAME_CLOSING', 'The application is shutting down; try again in a moment.');
  }

  private refuseSecondGame(channelId: string): void {
    this.refuseWhenClosing();
    const game = this.at(channelId);
    if (this.starting.has(channelId) || (game && !game.settled && !game.finished)) {
      throw new GameError('GAME_RUNNING', 'A game is running here already.');
    }
    if (game && !game.settled) {
      throw new GameError(
        'GAME_FINISHING',
        'The scores of the last game are still being saved; try again in a moment.',
      );
    }
  }

  private async begin(place: Pick<NewGame, 'channelId' | 'serverId' | 'host'>, plan: GamePlan): Promise<ChannelGame> {
    const { mode, times } = plan;
    const day = mode === 'daily' ? this.daily.today() : undefined;
    const pieces = day === undefined ? this.draw(times.rounds) : await this.daily.rounds(day);
    const keys = pieces.map((piece) => ('key' in piece ? piece.key : piece.pieceKey));
    const game = { ...place, gameId: randomUUID(), mode, times, pieces: keys, ...(day ? { day } : {}) };
    const state = newGame(game, this.clock.now());
    this.saved.begin(game.gameId);
    return ChannelGame.start(state, this.ports, (known) => this.remember(place.channelId, known));
  }

  private draw(rounds: number): Piece[] {
    return pickRounds(this.playablePieces(), rounds, this.random);
  }

  private playablePieces(): Piece[] {
    const pieces = this.catalogue.pieces().playable();
    if (pieces.length > 0) return pieces;
    throw new GameError(
      'NOT_ENOUGH_ARTISTS',
      'The catalogue needs pieces by at least four artists with different names.',
    );
  }

  private remember(channelId: string, game: ChannelGame): void {
    this.games.delete(channelId);
    this.games.set(channelId, game);
    if (this.games.size <= PODIUMS_KEPT) return;
    for (const [channel, { settled }] of this.games) {
      if (this.games.size <= PODIUMS_KEPT) return;
      if (settled) this.games.delete(channel);
    }
  }
}
