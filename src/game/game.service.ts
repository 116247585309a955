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
import { ChannelGames, PODIUMS_KEPT } from './channel-games.js';
import { GAME_CLOCK, GAME_RANDOM, type GameClock, type GameRandom } from './clock.js';
import { DailyService } from './daily.service.js';
import { GameError, gameElsewhere } from './errors.js';
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
import {
  type ErrandCall,
  type ErrandResults,
  Errands,
  ProcessLease,
  type SavedGames,
  SeenGames,
  SharedGames,
  SoleGames,
} from './sharing/index.js';

/**
 * The quiz: one game per channel, each step saved before anybody hears of it. After a restart, orderly or not, every
 * saved game goes on where it was, and a finished one is credited to each player exactly once. Where processes share a
 * store, this holds for the games of one that died, too: another takes them over.
 */
@Injectable()
export class GameService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(GameService.name);
  private readonly games: ChannelGames;
  private readonly subject = new Subject<GameEvent>();
  private readonly presenters = new Set<GamePresenter>();
  private readonly ports: GamePorts;
  private readonly saved: SavedGames;
  private readonly seen: SeenGames | undefined;
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
    @Optional() private readonly errands?: Errands,
  ) {
    const { logger, subject, presenters } = this;
    const announce = (event: GameEvent) => subject.next(event);
    this.saved = lease ? new SharedGames(states, lease) : new SoleGames(states);
    const stores = { saved: this.saved, players, records, catalogue, daily };
    this.ports = gamePorts({ ...stores, pictures, clock, random, logger, presenters, announce });
    if (lease) this.seen = this.watch(states, lease);
    this.games = new ChannelGames(this.ports, this.saved, this.seen);
    errands?.handleWith((call) => this.serve(call));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.ready();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await this.games.close(this.looking);
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
    this.refuseWhenClosing();
    const place = { channelId, serverId, host: cleanHost };
    return (await this.games.start(channelId, (register) => this.begin(place, plan, register))).view();
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
    const game = this.games.running(channelId);
    if (game) return game.answer(clean, at);
    return (await this.askElsewhere({ what: 'answer', channelId, answer: clean })) ?? { status: 'no-game' };
  }

  /**
   * Ends a game early; nothing is booked.
   * @throws GameError NO_GAME, NOT_ALLOWED, GAME_ELSEWHERE or GAME_CLOSING
   */
  async stopGame(channelId: string, by: StopRequest): Promise<GameView> {
    const userId = checkedId('userId', by.userId);
    await this.ready();
    this.refuseWhenClosing();
    const game = this.games.running(channelId);
    if (game) return this.stopHere(channelId, game, { ...by, userId });
    const view = await this.askElsewhere({ what: 'stop', channelId, by });
    if (!view) throw new GameError('NO_GAME', 'No game is running here.');
    return view;
  }

  private async stopHere(channelId: string, game: ChannelGame, by: StopRequest): Promise<GameView> {
    const { userId } = by;
    if (game.finished) throw new GameError('NO_GAME', 'No game is running here.');
    if (userId !== game.hostId && by.mayManage !== true) {
      throw new GameError('NOT_ALLOWED', 'Only the host, or somebody who manages the channel, may stop the game.');
    }
    const name = by.username === undefined ? game.nameOf(userId) : cleanName(by.username);
    const view = await game.stop(name === undefined ? undefined : { userId, username: name }, userId);
    this.games.clear(channelId);
    return view;
  }

  /**
   * The running game of a channel or, until the next one starts, the podium of the last. Of a game that another process
   * runs, what the store tells of it.
   */
  view(channelId: string): GameView | undefined {
    return this.games.view(channelId);
  }

  /** Whether this process runs the game of a channel, or has run the last one. */
  runs(channelId: string): boolean {
    return this.games.has(channelId);
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
    await this.games.started();
    const forgotten = await this.corrections.forget(userId, () => this.games.isPlaying(userId));
    this.games.forget(userId);
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

  /** Does what another process was asked for, here, where the game is. */
  private async serve(call: ErrandCall): Promise<ErrandResults[ErrandCall['what']]> {
    await this.ready();
    this.refuseWhenClosing();
    const { channelId } = call;
    const game = this.games.running(channelId);
    // It has moved on since.
    if (!game) throw gameElsewhere();
    if (call.what === 'stop') return this.stopHere(channelId, game, call.by);
    return game.answer(checkedAnswer(call.answer), this.clock.now());
  }

  /** Undefined where no other process runs a game in the channel. */
  private async askElsewhere<C extends ErrandCall>(call: C): Promise<ErrandResults[C['what']] | undefined> {
    const runner = await this.saved.runnerOf(call.channelId);
    return runner === undefined ? undefined : this.errands?.ask(runner, call);
  }

  /** Resolves once the saved games go on. A request that comes before Nest's hook waits for it, too. */
  private ready(): Promise<void> {
    this.resuming ??= this.resumeAll();
    return this.resuming;
  }

  private async resumeAll(): Promise<void> {
    await this.lease?.ready();
    await this.seen?.read();
    await this.catalogue.ready();
    const foreign: string[] = [];
    await this.games.takeSaved((channelId) => foreign.push(channelId));
    if (foreign.length > 0) {
      this.logger.warn(
        `${foreign.length} saved game(s) were not saved by this version and are left as they are: ${foreign.slice(0, 5).join(', ')}`,
      );
    }
    if (this.games.size > 0) this.logger.log(`${this.games.size} saved game(s) go on.`);
  }

  /** Looks for games whose process is gone, one look at a time. */
  private look(): void {
    if (this.closing || this.looking) return;
    this.looking = this.ready()
      .then(() => this.games.takeSaved())
      .catch((error: unknown) =>
        this.logger.error(`Games of processes that are gone could not be taken over: ${error}`),
      )
      .finally(() => {
        this.looking = undefined;
      });
  }

  private letGo(): void {
    this.games.drop();
    this.seen
      ?.read()
      .catch((error: unknown) => this.logger.warn(`Games that were let go of are not shown for now: ${error}`));
  }

  /** Follows what other processes do. */
  private watch(states: GameStateRepository, lease: ProcessLease): SeenGames {
    lease.onLoss(() => this.letGo());
    lease.onBeat(() => this.look());
    this.corrections.onForget((userId) => this.games.forget(userId));
    const announce = (event: GameEvent) => {
      this.games.clear(event.view.channelId);
      this.subject.next(event);
    };
    return new SeenGames({ states, isOurs: (process) => process === lease.id, announce, kept: PODIUMS_KEPT });
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw new GameError('GAME_CLOSING', 'The application is shutting down; try again in a moment.');
  }

  private async begin(
    place: Pick<NewGame, 'channelId' | 'serverId' | 'host'>,
    plan: GamePlan,
    register: (game: ChannelGame) => void,
  ): Promise<ChannelGame> {
    const { mode, times } = plan;
    const day = mode === 'daily' ? this.daily.today() : undefined;
    const pieces = day === undefined ? this.draw(times.rounds) : await this.daily.rounds(day);
    const keys = pieces.map((piece) => ('key' in piece ? piece.key : piece.pieceKey));
    const game = { ...place, gameId: randomUUID(), mode, times, pieces: keys, ...(day ? { day } : {}) };
    const state = newGame(game, this.clock.now());
    this.saved.begin(game.gameId);
    return ChannelGame.start(state, this.ports, register);
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
}
