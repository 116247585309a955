/** The web room on a real port, over a quiz whose every answer the test decides. */

import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { filter, type Observable, Subject } from 'rxjs';
import {
  type AnswerOutcome,
  type BoardQuery,
  type BoardRow,
  CatalogueService,
  type DailyPlace,
  DailyService,
  type DailyStanding,
  type GameAnswer,
  type GameEvent,
  GameModule,
  type GamePlayer,
  GameService,
  type GameSettings,
  type GameView,
  type RankedPlayer,
  type StopRequest,
} from '../../src/game/index.js';
import { WebModule } from '../../src/web/index.js';

/** Remembers what it was asked, and says what it was told to say. */
export class ScriptedGame {
  current: GameView | undefined;
  outcome: AnswerOutcome = { status: 'accepted', correct: true, points: 700 };
  /** Rows of every leaderboard, and what was asked for. */
  rows: BoardRow[] = [];
  readonly boards: BoardQuery[] = [];
  stats: RankedPlayer | undefined;
  failure: Error | undefined;
  readonly started: { channelId: string; host: GamePlayer; settings: GameSettings }[] = [];
  readonly answers: { channelId: string; answer: GameAnswer }[] = [];
  readonly stops: { channelId: string; by: StopRequest }[] = [];
  readonly subject = new Subject<GameEvent>();

  async startGame(channelId: string, host: GamePlayer, settings: GameSettings): Promise<GameView> {
    if (this.failure) throw this.failure;
    this.started.push({ channelId, host, settings });
    this.current = viewIn(channelId, host);
    return this.current;
  }

  async answer(channelId: string, answer: GameAnswer): Promise<AnswerOutcome> {
    if (this.failure) throw this.failure;
    this.answers.push({ channelId, answer });
    return this.outcome;
  }

  async stopGame(channelId: string, by: StopRequest): Promise<void> {
    if (this.failure) throw this.failure;
    this.stops.push({ channelId, by });
  }

  view(): GameView | undefined {
    return this.current;
  }

  async board(query: BoardQuery): Promise<BoardRow[]> {
    this.boards.push({ ...query });
    return this.rows;
  }

  async playerStats(): Promise<RankedPlayer | undefined> {
    return this.stats;
  }

  events(channelId: string): Observable<GameEvent> {
    return this.subject.pipe(filter((event) => event.view.channelId === channelId));
  }
}

class ScriptedCatalogue {
  artwork(tokenId: string): string | undefined {
    return tokenId === 'known' ? '<svg xmlns="http://www.w3.org/2000/svg"/>' : undefined;
  }

  pieces() {
    const piece = (imageUrl: string, primaryArtist: string) => ({ imageUrl, primaryArtist });
    return { playable: () => [piece('/art/a.svg', 'A'), piece('/art/b.svg', 'B'), piece('https://far/c.png', 'C')] };
  }
}

class ScriptedDaily {
  today(): string {
    return '2026-01-01';
  }

  async board(): Promise<DailyPlace[]> {
    return [{ rank: 1, userId: 'web:a', username: 'Ada', score: 700, correctAnswers: 8, rounds: 10 }];
  }

  async standing(): Promise<DailyStanding> {
    return { day: this.today(), played: true, score: 700, streak: 3 };
  }
}

@Module({
  providers: [
    { provide: GameService, useClass: ScriptedGame },
    { provide: CatalogueService, useClass: ScriptedCatalogue },
    { provide: DailyService, useClass: ScriptedDaily },
  ],
  exports: [GameService, CatalogueService, DailyService],
})
class ScriptedGameModule {}

export interface WebStage {
  url: string;
  game: ScriptedGame;
  /** Posts as a browser that has its page from here. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** @param imageSources where pictures may come from beside the page itself */
export async function openWebStage(imageSources?: readonly string[]): Promise<WebStage> {
  const page = imageSources ? WebModule.withPicturesFrom(imageSources) : WebModule;
  const testing = await Test.createTestingModule({ imports: [page] })
    .overrideModule(GameModule)
    .useModule(ScriptedGameModule)
    .compile();
  const app = testing.createNestApplication({ forceCloseConnections: true, logger: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    game: app.get<ScriptedGame>(GameService),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: url, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close: () => app.close(),
  };
}

/** A game that has just begun. */
export function viewIn(channelId: string, host: GamePlayer): GameView {
  const times = { rounds: 3, roundMs: 8_000, pauseMs: 2_000 };
  return { gameId: 'game-1', channelId, phase: 'round', mode: 'choices', host, round: 1, ...times, players: [] };
}
