import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { CompactionModule } from './compaction/index.js';
import { GameModule } from './game/index.js';
import { optionalRooms } from './optional-rooms.module.js';
import { StorageModule } from './storage/index.js';
import { WebModule } from './web/index.js';

/** The bot application: a store, its upkeep, a quiz, and a page to play it on. */
@Module({
  imports: [
    StorageModule.forRootAsync({ useFactory: () => ({ dataDir: process.env.DATA_DIR || './data' }) }),
    ScheduleModule.forRoot(),
    CompactionModule.forRoot(),
    GameModule,
    WebModule,
    ...optionalRooms(process.env),
  ],
})
export class AppModule {}
