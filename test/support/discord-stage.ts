/**
 * The bot in this process, with a real discord.js client, at a fake Discord. Time is the test's own, so that whole games
 * are played in seconds and points are exact.
 */
import { Global, type LoggerService, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DiscordModule } from '../../src/discord/index.js';
import {
  GAME_CLOCK,
  GameModule,
  GameService,
  type GameView,
  PICTURE_CHECK,
  type PictureCheck,
} from '../../src/game/index.js';
import { GameStateRepository, StorageModule, type StorageOptions, TokenRepository } from '../../src/storage/index.js';
import { ManualClock } from '../unit/game/table.js';
import type { FakeChannel, FakeDiscord, FakeMessage } from './fake-discord/index.js';
import { inTime } from './patience.js';

const PATIENCE_MS = 8_000;
export const CONTRACT = 'KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton';
/** One of them is called like markup and a mention. */
export const ARTISTS = ['**Ada** @everyone', 'Bo Tal', 'Cy_Twice', 'Dee [link](https://example.org)', 'Eli'];

/** What the bot has said, one line each. */
export class HeardLogger implements LoggerService {
  readonly lines: string[] = [];

  log(message: unknown): void {
    this.lines.push(`log ${message}`);
  }

  warn(message: unknown): void {
    this.lines.push(`warn ${message}`);
  }

  error(message: unknown): void {
    this.lines.push(`error ${message}`);
  }

  debug(): void {}

  verbose(): void {}
}

export interface Bot {
  app: TestingModule;
  game: GameService;
  clock: ManualClock;
  logger: HeardLogger;
  /** Orderly, as at SIGTERM. */
  close(): Promise<void>;
}

export interface BotOptions {
  token?: string;
  /** Milliseconds since 1970. */
  now?: number;
  /** Whether to wait until the commands are registered. @default true */
  waits?: boolean;
}

/** Addresses whose pictures do not load; none, unless a test says so. */
export const lostPictures = new Set<string>();

const pictures: PictureCheck = {
  usable: async (address) => (lostPictures.has(address) ? undefined : address),
};

@Global()
@Module({ providers: [{ provide: PICTURE_CHECK, useValue: pictures }], exports: [PICTURE_CHECK] })
class PicturesModule {}

/** Starts the bot and waits until it can be spoken to. */
export async function startBot(fake: FakeDiscord, dataDir: string, options: BotOptions = {}): Promise<Bot> {
  const { token = fake.botToken, now = Date.now(), waits = true } = options;
  const clock = new ManualClock(now);
  const logger = new HeardLogger();
  const discord = DiscordModule.forRoot({ token, api: fake.restUrl });
  const imports = [StorageModule.forRoot({ dataDir }), PicturesModule, GameModule, discord];
  const app = await Test.createTestingModule({ imports })
    .overrideProvider(GAME_CLOCK)
    .useValue(clock)
    .setLogger(logger)
    .compile();
  await app.init();
  const bot = { app, game: app.get(GameService), clock, logger, close: () => app.close() };
  if (waits) await eventually('The bot', () => heard(bot, /commands are registered/));
  return bot;
}

export function heard({ logger }: Bot, pattern: RegExp): string | undefined {
  return logger.lines.find((line) => pattern.test(line));
}

/** Stores pieces whose pictures have an address on the web, twelve by five artists. */
export async function storeCatalogue(dataDir: string, engine?: StorageOptions['engine']): Promise<void> {
  const options = engine ? { dataDir, engine } : { dataDir };
  const app = await Test.createTestingModule({ imports: [StorageModule.forRoot(options)] })
    .setLogger(new HeardLogger())
    .compile();
  await app.init();
  const tokens = Array.from({ length: 12 }, (_, place) => ({
    tokenId: String(place),
    name: `Piece *${place}*`,
    description: `About piece ${place}`,
    imageUrl: `https://pictures.example/${place}.png`,
    fullImageUrl: `https://pictures.example/${place}.png`,
    artists: [`tz${place % ARTISTS.length}`],
    primaryArtist: `tz${place % ARTISTS.length}`,
    contract: CONTRACT,
  }));
  const artistInfo = Object.fromEntries(
    ARTISTS.map((displayName, place) => [`tz${place}`, { displayName, hasResolution: true, info: null }]),
  );
  await app.get(TokenRepository).saveTokens(tokens, artistInfo);
  await app.close();
}

/** Lets the game's clock run until the channel's game is in this phase of this round. */
export async function reach(
  bot: Bot,
  channel: FakeChannel,
  phase: GameView['phase'],
  round?: number,
): Promise<GameView> {
  const isThere = () => {
    const view = bot.game.view(channel.id);
    return view?.phase === phase && (round === undefined || view.round === round) ? view : undefined;
  };
  for (;;) {
    const view = bot.game.view(channel.id);
    if (!view) throw new Error('No game is running.');
    const there = isThere();
    if (there) return there;
    const leftMs = Math.max(0, (view.endsAt ?? 0) - bot.clock.now());
    await bot.clock.advance(leftMs);
    const before = `${view.phase} ${view.round}`;
    await eventually(`The phase after ${before}`, () => {
      const now = bot.game.view(channel.id);
      return `${now?.phase} ${now?.round}` !== before;
    });
  }
}

/** The button of the right name in the running round, which only the saved state knows; `wrong` is any other. */
export async function choices({ app }: Bot, channel: FakeChannel): Promise<{ right: number; wrong: number }> {
  const state = await app.get(GameStateRepository).loadGameState<{ current: { correctChoice: number } }>(channel.id);
  if (!state) throw new Error('No game is saved.');
  const right = state.current.correctChoice;
  return { right, wrong: (right + 1) % 4 };
}

export function choiceId({ gameId, round }: Pick<GameView, 'gameId' | 'round'>, choice: number): string {
  return `choice:${gameId}:${round}:${choice}`;
}

/** The message of a round, by its title. */
export function ofRound(round: number): (message: FakeMessage) => boolean {
  return (message) => message.embeds[0]?.title?.includes(`round ${round} of`) ?? false;
}

export function textOf(message: Pick<FakeMessage, 'content' | 'embeds'>): string {
  return [message.content, ...message.embeds.flatMap(({ title, description }) => [title, description])].join('\n');
}

/** Looks until something is there. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
) {
  const looking = { isGivenUp: false };
  const found = (async () => {
    while (!looking.isGivenUp) {
      const seen = await look();
      if (seen) return seen as T;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`${what} was given up.`);
  })();
  found.catch(() => undefined);
  return inTime(what, patienceMs, found).finally(() => {
    looking.isGivenUp = true;
  });
}
