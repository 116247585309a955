import { Module } from '@nestjs/common';
import { CatalogueService } from './catalogue.service.js';
import { GAME_CLOCK, GAME_RANDOM, systemClock } from './clock.js';
import { GameService } from './game.service.js';

/** The quiz over the three repositories of the (global) `StorageModule`. */
@Module({
  providers: [
    GameService,
    CatalogueService,
    { provide: GAME_CLOCK, useValue: systemClock },
    { provide: GAME_RANDOM, useValue: Math.random },
  ],
  exports: [GameService, CatalogueService],
})
export class GameModule {}
