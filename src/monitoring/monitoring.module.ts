import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CompactionService } from '../compaction/index.js';
import { AppendLogService, ReplicationService } from '../storage/index.js';
import { CompactionWatch } from './compaction-watch.service.js';
import { healthController } from './health.controller.js';
import { healthCheckRoom } from './health-check.room.js';
import { LogHealthIndicator } from './log.health.js';
import { LoopbackGuard } from './loopback.guard.js';
import { metricsController } from './metrics/metrics.controller.js';
import { LogMetrics } from './metrics/metrics.service.js';
import {
  MONITORING_OPTIONS,
  type MonitoringOptions,
  type ResolvedMonitoringOptions,
  resolveMonitoringOptions,
} from './monitoring.options.js';

/**
 * How the store is, for machines: `LogHealthIndicator`, and `LogMetrics` where metrics are asked for. Beside
 * `StorageModule`; what compaction does is told where `CompactionModule` is imported too.
 * @publicApi
 */
@Module({})
export class MonitoringModule {
  /**
   * @throws TypeError naming an option that is wrong; at the start, Error where `metrics` is true and prom-client missing
   */
  static forRoot(options: MonitoringOptions = {}): DynamicModule {
    const resolved = resolveMonitoringOptions(options);
    const { healthPath, metricsPath } = resolved;
    const guards = resolved.guards.length > 0 ? resolved.guards : [LoopbackGuard];
    return {
      module: MonitoringModule,
      global: options.isGlobal ?? true,
      imports: [...(options.imports ?? []), ...(healthPath === undefined ? [] : [healthCheckRoom()])],
      controllers: [
        ...(healthPath === undefined ? [] : [healthController(healthPath, guards)]),
        ...(metricsPath === undefined ? [] : [metricsController(metricsPath, guards)]),
      ],
      providers: [
        { provide: MONITORING_OPTIONS, useValue: resolved },
        CompactionWatch,
        LogHealthIndicator,
        ...(resolved.metrics === false ? [] : [metricsProvider(resolved)]),
      ],
      exports: [LogHealthIndicator, ...(resolved.metrics === false ? [] : [LogMetrics])],
    };
  }
}

function metricsProvider(options: ResolvedMonitoringOptions): Provider {
  return {
    provide: LogMetrics,
    inject: [
      AppendLogService,
      CompactionWatch,
      { token: CompactionService, optional: true },
      { token: ReplicationService, optional: true },
    ],
    useFactory: (
      logs: AppendLogService,
      watch: CompactionWatch,
      compaction?: CompactionService,
      replication?: ReplicationService,
    ) => LogMetrics.from(options, { logs, watch, compaction, replication }),
  };
}
