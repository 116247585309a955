import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/index.js';
import { CatalogueService } from './catalogue.service.js';
import { GAME_CLOCK, GAME_RANDOM, systemClock } from './clock.js';
import { DailyService } from './daily.service.js';
import { DailyAttempt, DailyChallenge } from './daily-challenge.js';
import { GameService } from './game.service.js';
import {
  BoardService,
  CorrectionService,
  ForgetRequest,
  GameRecord,
  GameRecords,
  SeasonRecord,
  Traces,
} from './records/index.js';

/** The quiz over the three repositories of the (global) `StorageModule`, and logs of its own. */
@Module({
  imports: [StorageModule.forFeature([DailyChallenge, DailyAttempt, GameRecord, SeasonRecord, ForgetRequest])],
  providers: [
    GameService,
    CatalogueService,
    DailyService,
    GameRecords,
    BoardService,
    CorrectionService,
    Traces,
    { provide: GAME_CLOCK, useValue: systemClock },
    { provide: GAME_RANDOM, useValue: Math.random },
  ],
  exports: [GameService, CatalogueService, DailyService, BoardService, GAME_CLOCK],
})
export class GameModule {}
