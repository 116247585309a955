import { type DynamicModule, Logger } from '@nestjs/common';
import { isLoopbackAddress, LogDashboardModule, TokenGuard } from './monitoring/index.js';

/** Where the dashboard is in this application. */
export const DASHBOARD_ROUTE = 'log';

/**
 * The dashboard: behind DASHBOARD_TOKEN with its buttons, without one read-only and for this machine alone. Where others
 * can reach the application and there is no token, there is no dashboard.
 * @throws TypeError for a token that is none
 */
export function dashboardRoom(env: NodeJS.ProcessEnv): DynamicModule[] {
  if (!hasDashboard(env)) {
    new Logger('Dashboard').warn(`HOST=${env.HOST} lets others in, so /${DASHBOARD_ROUTE} needs a DASHBOARD_TOKEN.`);
    return [];
  }
  if (!env.DASHBOARD_TOKEN) return [LogDashboardModule.forRoot({ route: DASHBOARD_ROUTE })];
  const guards = [guardOf(env.DASHBOARD_TOKEN)];
  return [LogDashboardModule.forRoot({ route: DASHBOARD_ROUTE, guards, actions: { guards } })];
}

export function hasDashboard({ HOST, DASHBOARD_TOKEN }: NodeJS.ProcessEnv): boolean {
  return Boolean(DASHBOARD_TOKEN) || !HOST || HOST.toLowerCase() === 'localhost' || isLoopbackAddress(HOST);
}

function guardOf(token: string): TokenGuard {
  try {
    return new TokenGuard(token);
  } catch (error) {
    throw new TypeError(`DASHBOARD_TOKEN: ${(error as Error).message}`);
  }
}
