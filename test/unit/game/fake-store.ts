/** The three repositories in memory, as far as the game uses them; what is saved goes through JSON as on disk. */
import type {
  GameStateRepository,
  PlayerRepository,
  PlayerStats,
  TokenRepository,
} from '../../../src/storage/index.js';
import { type TokenCatalogue } from '../../../src/storage/index.js';

type Credit = Parameters<PlayerRepository['creditGame']>[2];

export class FakeStore {
  readonly saved = new Map<string, string>();
  /** Every credit that counted, by player. */
  readonly credits = new Map<string, Credit[]>();
  catalogue: TokenCatalogue | undefined;
  saves = 0;
  /** The time by which catalogues are stamped. */
  now: () => number = () => 0;
  /** Called before each write; may throw, or wait. */
  beforeWrite: () => Promise<void> | void = () => {};

  readonly states = {
    saveGameState: async (channelId: string, state: object) => {
      await this.write();
      this.saved.set(channelId, JSON.stringify({ ...state, lastUpdated: new Date(0).toISOString() }));
      return state;
    },
    clearGameState: async (channelId: string) => {
      await this.write();
      return this.saved.delete(channelId);
    },
    getAllGameStates: async () =>
      Object.fromEntries([...this.saved].map(([channelId, state]) => [channelId, JSON.parse(state)])),
  } as unknown as GameStateRepository;

  readonly players = {
    creditGame: async (userId: string, _username: string, game: Credit) => {
      await this.write();
      const credits = this.credits.get(userId) ?? [];
      if (!credits.some(({ gameId }) => gameId === game.gameId)) this.credits.set(userId, [...credits, game]);
    },
    getLeaderboard: async () =>
      [...this.credits.keys()].map((userId) => this.statsOf(userId)).sort((a, b) => b.totalScore - a.totalScore),
    getPlayerStats: async (userId: string) => (this.credits.has(userId) ? this.statsOf(userId) : undefined),
    getRank: async (userId: string) => (this.credits.has(userId) ? 1 : undefined),
  } as unknown as PlayerRepository;

  readonly tokens = {
    loadTokens: async () => structuredClone(this.catalogue),
    saveTokens: async (
      tokens: TokenCatalogue['tokens'],
      artistInfo?: TokenCatalogue['artistInfo'],
      _meta?: object,
      source?: string,
    ) => {
      await this.write();
      this.catalogue = structuredClone({
        lastUpdated: new Date(this.now()).toISOString(),
        count: tokens.length,
        tokens,
        ...(artistInfo ? { artistInfo } : {}),
        ...(source ? { source } : {}),
      });
      return this.catalogue;
    },
    get: async (member: keyof TokenCatalogue) => this.catalogue?.[member],
    set: async (member: keyof TokenCatalogue, value: unknown) => {
      await this.write();
      Object.assign(this.catalogue as object, { [member]: value });
    },
    needsTokenRefresh: async (maxAgeHours: number) =>
      !this.catalogue || this.now() - Date.parse(this.catalogue.lastUpdated) > maxAgeHours * 3_600_000,
  } as unknown as TokenRepository;

  private async write(): Promise<void> {
    await this.beforeWrite();
    this.saves++;
  }

  private statsOf(userId: string): PlayerStats {
    const games = this.credits.get(userId) ?? [];
    return { userId, totalScore: games.reduce((sum, { score }) => sum + score, 0) } as PlayerStats;
  }
}
