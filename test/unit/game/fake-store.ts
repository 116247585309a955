/** The repositories in memory, as far as the game uses them; what is saved goes through JSON as on disk. */

import type { CatalogueService } from '../../../src/game/catalogue.service.js';
import type { GameClock } from '../../../src/game/clock.js';
import { DailyService } from '../../../src/game/daily.service.js';
import type { DailyAttempt, DailyChallenge } from '../../../src/game/daily-challenge.js';
import { Pieces } from '../../../src/game/pieces.js';
import {
  BoardService,
  CorrectionService,
  type ForgetRequest,
  type GameRecord,
  GameRecords,
  type SeasonRecord,
  type Traces,
} from '../../../src/game/records/index.js';
import type {
  EntryMeta,
  GameStateRepository,
  LogRepository,
  PlayerRepository,
  PlayerStats,
  TokenRepository,
} from '../../../src/storage/index.js';
import { type TokenCatalogue } from '../../../src/storage/index.js';

/** One log. Reading sees the moment at which it begins, as it does on disk. */
export class FakeLog<T> {
  readonly values = new Map<string, string>();
  readonly metas: (EntryMeta | undefined)[] = [];

  constructor(private readonly write: () => Promise<void>) {}

  /** What the services take it for. */
  get repository(): LogRepository<T> {
    return this as unknown as LogRepository<T>;
  }

  async get(key: string): Promise<T | undefined> {
    const value = this.values.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }

  async set(key: string, value: T, meta?: EntryMeta): Promise<T> {
    return (await this.update(key, () => value, meta)) as T;
  }

  async update(key: string, fn: (current: T | undefined) => T | undefined, meta?: EntryMeta): Promise<T | undefined> {
    await this.write();
    const next = fn(await this.get(key));
    this.metas.push(meta);
    if (next === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(next));
    return this.get(key);
  }

  async delete(key: string, meta?: EntryMeta): Promise<boolean> {
    const existed = this.values.has(key);
    if (existed) await this.update(key, () => undefined, meta);
    return existed;
  }

  async erase(key: string, _: object, meta?: EntryMeta): Promise<void> {
    await this.delete(key, meta);
  }

  async has(key: string): Promise<boolean> {
    return this.values.has(key);
  }

  async *keys(): AsyncGenerator<string> {
    yield* [...this.values.keys()];
  }

  async *entries(): AsyncGenerator<[string, T]> {
    for (const [key, value] of [...this.values]) yield [key, JSON.parse(value)];
  }
}

type Credit = Parameters<PlayerRepository['creditGame']>[2];

export class FakeStore {
  /** Those of whom no trace is left in the history. */
  readonly erased: string[] = [];
  readonly saved = new Map<string, string>();
  /** Every credit that counted, by player. */
  readonly credits = new Map<string, Credit[]>();
  catalogue: TokenCatalogue | undefined;
  saves = 0;
  /** The time by which catalogues are stamped. */
  now: () => number = () => 0;
  /** Called before each write; may throw, or wait. */
  beforeWrite: () => Promise<void> | void = () => {};

  readonly games = new FakeLog<GameRecord>(() => this.write());
  readonly seasons = new FakeLog<SeasonRecord>(() => this.write());
  readonly requests = new FakeLog<ForgetRequest>(() => this.write());
  readonly challenges = new FakeLog<DailyChallenge>(() => this.write());
  readonly attempts = new FakeLog<DailyAttempt>(() => this.write());

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
    loadGameState: async (channelId: string) => JSON.parse(this.saved.get(channelId) ?? 'null') ?? undefined,
    getAllGameStates: async () =>
      Object.fromEntries([...this.saved].map(([channelId, state]) => [channelId, JSON.parse(state)])),
  } as unknown as GameStateRepository;

  readonly players = {
    creditGame: async (userId: string, _username: string, game: Credit) => {
      await this.write();
      const credits = this.credits.get(userId) ?? [];
      if (!credits.some(({ gameId }) => gameId === game.gameId)) this.credits.set(userId, [...credits, game]);
    },
    withdrawGame: async (userId: string, game: Credit) => {
      await this.write();
      const credits = this.credits.get(userId);
      if (credits)
        this.credits.set(
          userId,
          credits.filter(({ gameId }) => gameId !== game.gameId),
        );
    },
    has: async (userId: string) => this.credits.has(userId),
    delete: async (userId: string) => {
      await this.write();
      return this.credits.delete(userId);
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

  /** What one application keeps of finished games. */
  archive(clock: GameClock, daily = this.daily(clock)) {
    const records = new GameRecords(this.games.repository);
    const boards = new BoardService(records, this.players, this.seasons.repository, clock);
    const { players, states, requests } = this;
    const traces = { erase: async (userId: string) => void this.erased.push(userId) } as unknown as Traces;
    const corrections = new CorrectionService(
      records,
      boards,
      players,
      states,
      requests.repository,
      clock,
      daily,
      traces,
    );
    return { records, boards, corrections };
  }

  /** Challenges that nobody draws. */
  private daily(clock: GameClock): DailyService {
    const catalogue = { pieces: () => new Pieces({ tokens: [] }) } as unknown as CatalogueService;
    return new DailyService(this.challenges.repository, this.attempts.repository, catalogue, clock);
  }

  private async write(): Promise<void> {
    await this.beforeWrite();
    this.saves++;
  }

  private statsOf(userId: string): PlayerStats {
    const games = this.credits.get(userId) ?? [];
    return { userId, totalScore: games.reduce((sum, { score }) => sum + score, 0) } as PlayerStats;
  }
}
