import { Controller, type DynamicModule, Module, type Type, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { DASHBOARD_FILES, DashboardController } from './dashboard.controller.js';
import {
  DASHBOARD_OPTIONS,
  type DashboardGuards,
  type LogDashboardOptions,
  type ResolvedDashboardOptions,
  resolveDashboardOptions,
} from './dashboard.options.js';
import { DashboardActionsController } from './dashboard-actions.controller.js';
import { DashboardDoor } from './dashboard-door.guard.js';
import { readDashboardFiles } from './dashboard-files.js';
import { DashboardHealth } from './dashboard-health.service.js';
import { DashboardReading } from './dashboard-reading.service.js';
import { DashboardState } from './dashboard-state.service.js';
import { DashboardStream } from './dashboard-stream.service.js';
import { LoopbackListening } from './loopback-listening.service.js';

/**
 * A page that shows the logs of `StorageModule` as they are written, and what became of them. Read-only without `actions`;
 * without `guards` for this machine alone: others get 403, and the application refuses to listen beyond loopback.
 *
 * Its routes are controllers of Nest, under the guards given to it and the application's own. It follows a global prefix
 * and stands outside of versions. Needs the express platform, and `CompactionModule` to show and start compactions.
 * @publicApi
 */
@Module({})
export class LogDashboardModule {
  /** @throws TypeError naming an option that is wrong */
  static forRoot(options: LogDashboardOptions = {}): DynamicModule {
    const resolved = resolveDashboardOptions(options);
    return {
      module: LogDashboardModule,
      imports: options.imports ?? [],
      controllers: controllersOf(resolved),
      providers: [
        { provide: DASHBOARD_OPTIONS, useValue: resolved },
        { provide: DASHBOARD_FILES, useFactory: readDashboardFiles },
        DashboardDoor,
        LoopbackListening,
        DashboardHealth,
        DashboardState,
        DashboardStream,
        DashboardReading,
      ],
    };
  }
}

/** Classes of this module's own, so that two dashboards of one application do not share a path or guards. */
function controllersOf({ route, guards, actionGuards }: ResolvedDashboardOptions): Type[] {
  class LogDashboard extends DashboardController {}
  const pages = under(LogDashboard, route, [DashboardDoor, ...guards]);
  if (actionGuards === undefined) return [pages];
  class LogDashboardActions extends DashboardActionsController {}
  return [pages, under(LogDashboardActions, route, [DashboardDoor, ...guards, ...actionGuards])];
}

function under(controller: Type, route: string, guards: DashboardGuards): Type {
  Controller({ path: route, version: VERSION_NEUTRAL })(controller);
  UseGuards(...guards)(controller);
  return controller;
}
