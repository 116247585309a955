import { MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { GameModule } from '../game/index.js';
import { ArtController } from './art.controller.js';
import { DailyController } from './daily.controller.js';
import { LeaderboardController } from './leaderboard.controller.js';
import { PagesController, PUBLIC_FILES } from './pages.controller.js';
import { ProfileController } from './profile.controller.js';
import { readPublicFiles } from './public-files.js';
import { RoomStream } from './room-stream.service.js';
import { RoomsController } from './rooms.controller.js';
import { securityHeaders } from './security-headers.js';

/** The play page: rooms that several browsers join, the artworks, and the all-time leaderboard. */
@Module({
  imports: [GameModule],
  controllers: [
    RoomsController,
    LeaderboardController,
    DailyController,
    ProfileController,
    ArtController,
    PagesController,
  ],
  providers: [RoomStream, { provide: PUBLIC_FILES, useFactory: () => readPublicFiles() }],
})
export class WebModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(securityHeaders).forRoutes('*');
  }
}
