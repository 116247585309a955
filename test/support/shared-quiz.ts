/** The quiz of one process among several on one real nats-server, in the process of the test. */
import type { LoggerService } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { creditPlayers } from '../../src/game/crediting.js';
import {
  CATALOGUE_SOURCE,
  type CatalogueSource,
  GAME_CLOCK,
  GameModule,
  GameService,
  SharedGamesModule,
} from '../../src/game/index.js';
import { GameRecords, recordOf } from '../../src/game/records/index.js';
import type { GameState } from '../../src/game/session/state.js';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { PlayerRepository, StorageModule } from '../../src/storage/index.js';
import { ManualClock } from '../unit/game/table.js';

const silence: LoggerService = { log: () => {}, error: () => {}, warn: () => {} };

export interface SharedQuiz {
  app: TestingModule;
  game: GameService;
  /** The time of games. The leases have that of the machine. */
  clock: ManualClock;
  /** Books a game that is over, as if it had been played here. */
  book(state: GameState): Promise<void>;
}

/** @param prefix which store of the server it shares */
export async function bootSharedQuiz(servers: string, prefix: string, source?: CatalogueSource): Promise<SharedQuiz> {
  const clock = new ManualClock();
  const storage = StorageModule.forRoot({ engine: jetStreamEngine({ servers, prefix }) });
  const sources = source ? [sourceModule(source)] : [];
  const app = await Test.createTestingModule({
    imports: [storage, ...sources, SharedGamesModule.forRoot({ ttlMs: 3_000 }), GameModule],
  })
    .overrideProvider(GAME_CLOCK)
    .useValue(clock)
    .setLogger(silence)
    .compile();
  await app.init();
  const book = async (state: GameState) => {
    await app.get(GameRecords).write(recordOf(state));
    await creditPlayers(state, app.get(PlayerRepository), () => undefined);
  };
  return { app, game: app.get(GameService), clock, book };
}

function sourceModule(source: CatalogueSource) {
  @Global()
  @Module({ providers: [{ provide: CATALOGUE_SOURCE, useValue: source }], exports: [CATALOGUE_SOURCE] })
  class SourceModule {}
  return SourceModule;
}
