/** The games that this process runs, one a channel, and the podiums of those that are over. */
import { ChannelGame, type GamePorts } from './channel-game.js';
import { GameError } from './errors.js';
import type { GameView } from './game.types.js';
import type { SavedGames, SeenGames } from './sharing/index.js';
import { somebodyWhoLeft } from './somebody-who-left.js';

/** Channels whose podium is remembered; the oldest are forgotten first. */
export const PODIUMS_KEPT = 1_000;

export class ChannelGames {
  private readonly games = new Map<string, ChannelGame>();
  /** Channels whose new game is being saved. */
  private readonly starting = new Map<string, Promise<ChannelGame>>();
  private isClosing = false;

  /** @param seen what is known of the games of other processes, where there may be any */
  constructor(
    private readonly ports: GamePorts,
    private readonly saved: SavedGames,
    private readonly seen: SeenGames | undefined,
  ) {}

  /** How many are known. */
  get size(): number {
    return this.games.size;
  }

  /**
   * Starts the only game of a channel.
   * @param begin draws and saves it, and makes it known as soon as it is saved
   * @throws GameError GAME_RUNNING or GAME_FINISHING
   */
  async start(
    channelId: string,
    begin: (register: (game: ChannelGame) => void) => Promise<ChannelGame>,
  ): Promise<ChannelGame> {
    this.refuseSecond(channelId);
    const starting = begin((game) => this.remember(channelId, game));
    this.starting.set(channelId, starting);
    try {
      return await starting;
    } finally {
      this.starting.delete(channelId);
    }
  }

  /** Goes on with every saved game that nobody runs. @param leaveOut called with channels whose state is not ours to read */
  async takeSaved(leaveOut: (channelId: string) => void = () => {}): Promise<void> {
    for await (const state of this.saved.take((channelId) => this.isHere(channelId), leaveOut)) {
      if (this.isClosing) return;
      this.remember(state.channelId, await ChannelGame.resume(state, this.ports));
    }
  }

  /** The game of a channel whose scores are not booked yet. */
  running(channelId: string): ChannelGame | undefined {
    const game = this.at(channelId);
    return game?.settled === false ? game : undefined;
  }

  /** What is to be seen of a channel; of a game that another process runs, what the store tells. */
  view(channelId: string): GameView | undefined {
    return this.seen?.view(channelId) ?? this.at(channelId)?.view();
  }

  /** Whether what is to be seen of a channel is a game of this process. */
  has(channelId: string): boolean {
    return this.at(channelId) !== undefined && !this.seen?.view(channelId);
  }

  /** Whether a game that is not over yet, here or elsewhere, has this person in it. */
  async isPlaying(userId: string): Promise<boolean> {
    const elsewhere = await this.saved.elsewhere((channelId) => this.isHere(channelId));
    if (elsewhere.some(({ host, players }) => [host, ...players].some((one) => one.userId === userId))) return true;
    return [...this.games.values()].some((game) => !game.settled && game.names(userId));
  }

  /** Takes a person out of the podiums that are still shown. */
  forget(userId: string): void {
    for (const game of this.games.values()) if (game.names(userId)) game.forget(userId, somebodyWhoLeft());
    this.seen?.forget(userId, somebodyWhoLeft);
  }

  /** No podium is shown of a channel any more: its last game was stopped, or the next one is another process's. */
  clear(channelId: string): void {
    if (this.at(channelId)?.settled) this.games.delete(channelId);
  }

  /** Lets go of everything that runs: other processes may have taken it. */
  drop(): void {
    this.saved.letGo();
    for (const game of this.games.values()) game.drop();
  }

  /** Resolves once every game that is being started runs, or does not. */
  async started(): Promise<void> {
    await Promise.allSettled(this.starting.values());
  }

  /**
   * Stops the clocks and writes down how much time was left; nothing is taken from now on.
   * @param taking a {@link takeSaved} under way, which ends with the game that it is at
   */
  async close(taking?: Promise<void>): Promise<void> {
    this.isClosing = true;
    await Promise.allSettled([this.started(), taking]);
    await Promise.all([...this.games.values()].map((game) => game.close()));
  }

  private at(channelId: string): ChannelGame | undefined {
    const game = this.games.get(channelId);
    if (!game?.dropped) return game;
    this.games.delete(channelId);
    return undefined;
  }

  private isHere(channelId: string): boolean {
    return this.starting.has(channelId) || this.running(channelId) !== undefined;
  }

  private refuseSecond(channelId: string): void {
    const phase = this.running(channelId)?.view().phase ?? this.seen?.runningPhase(channelId);
    if (this.starting.has(channelId) || (phase !== undefined && phase !== 'finished')) {
      throw new GameError('GAME_RUNNING', 'A game is running here already.');
    }
    if (phase === undefined) return;
    throw new GameError('GAME_FINISHING', 'The scores of the last game are still being saved; try again in a moment.');
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
