/** The front door of monitoring: how the store is, for machines and for people. */
export { LogDashboardModule } from './dashboard/dashboard.module.js';
export type { DashboardGuards, LogDashboardOptions } from './dashboard/dashboard.options.js';
export { TokenGuard } from './dashboard/token.guard.js';
export type { HealthFinding, WarningTopic } from './health-findings.js';
export { type LogHealth, LogHealthIndicator } from './log.health.js';
export { LoopbackGuard } from './loopback.guard.js';
export { isLoopbackAddress } from './loopback.js';
export { LogMetrics } from './metrics/metrics.service.js';
export { MonitoringModule } from './monitoring.module.js';
export type {
  Guard,
  HealthOptions,
  MetricsRegistry,
  MonitoringHttpOptions,
  MonitoringOptions,
} from './monitoring.options.js';
