import { type DynamicModule, Inject, MiddlewareConsumer, Module, NestModule, Optional } from '@nestjs/common';
import { GameModule } from '../game/index.js';
import { ArtController } from './art.controller.js';
import { DailyController } from './daily.controller.js';
import { LeaderboardController } from './leaderboard.controller.js';
import { PagesController, PUBLIC_FILES } from './pages.controller.js';
import { ProfileController } from './profile.controller.js';
import { readPublicFiles } from './public-files.js';
import { RoomStream } from './room-stream.service.js';
import { RoomsController } from './rooms.controller.js';
import { IMAGE_SOURCES, securityHeaders } from './security-headers.js';

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
  constructor(@Optional() @Inject(IMAGE_SOURCES) private readonly imageSources: readonly string[] = []) {}

  /**
   * The same page, whose pictures may also come from elsewhere.
   * @param imageSources origins as a policy has them, such as `https://ipfs.io`
   */
  static withPicturesFrom(imageSources: readonly string[]): DynamicModule {
    return { module: WebModule, providers: [{ provide: IMAGE_SOURCES, useValue: imageSources }] };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(securityHeaders(this.imageSources)).forRoutes('*');
  }
}
