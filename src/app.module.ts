import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { CompactionModule } from './compaction/index.js';
import { dashboardRoom } from './dashboard-room.module.js';
import { GameModule } from './game/index.js';
import { MonitoringModule } from './monitoring/index.js';
import { imageSourcesOf, ObjktModule, objktOptionsFrom } from './objkt/index.js';
import { optionalRooms } from './optional-rooms.module.js';
import { sharedGames, storageOptions } from './shared-store.module.js';
import { StorageModule } from './storage/index.js';
import { WebModule } from './web/index.js';

/** The bot application: a store, its upkeep, a quiz, and a page to play it on. */
@Module({})
export class AppModule {
  /**
   * With the catalogue that the environment names, which is the built-in one where it names none.
   * @throws TypeError naming a variable that is wrong
   */
  static from(environment: NodeJS.ProcessEnv): DynamicModule {
    const objkt = objktOptionsFrom(environment);
    return {
      module: AppModule,
      imports: [
        StorageModule.forRootAsync({ useFactory: () => storageOptions(environment) }),
        ...sharedGames(environment),
        ScheduleModule.forRoot(),
        // A file for each day that was played, so that one can go back to any moment of it.
        CompactionModule.forRoot({ rotation: 'daily' }),
        MonitoringModule.forRoot({ metrics: 'if-installed', http: true }),
        ...(objkt ? [ObjktModule.forRoot(objkt)] : []),
        GameModule,
        objkt ? WebModule.withPicturesFrom(imageSourcesOf(objkt.gateways)) : WebModule,
        ...dashboardRoom(environment),
        ...optionalRooms(environment),
      ],
    };
  }
}
