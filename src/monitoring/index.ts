/** The front door of what watches a store: nothing outside this folder imports past it. */
export { LogDashboardModule } from './dashboard.module.js';
export type { DashboardGuards, LogDashboardOptions } from './dashboard.options.js';
export { isLoopbackAddress } from './loopback.js';
export { TokenGuard } from './token.guard.js';
