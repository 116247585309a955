import type { CanActivate, DynamicModule, ForwardReference, Type } from '@nestjs/common';

/** A guard as `@UseGuards` takes it. @publicApi */
export type DashboardGuards = (CanActivate | Type<CanActivate>)[];

/** Where the dashboard is, and who may look and press. @publicApi */
export interface LogDashboardOptions {
  /** Path of the page, behind the application's global prefix if it has one. @default 'log' */
  route?: string;
  /**
   * Guards of every route: the page, its files, what it reads, the stream and the actions. With none, the dashboard answers
   * to this machine alone: requests from elsewhere get 403, and the application refuses to listen beyond loopback.
   * @default []
   */
  guards?: DashboardGuards;
  /**
   * Lets people press buttons (compact, verify, download a backup) whom these guards let pass as well. Without it the
   * dashboard is read-only and has no such routes. Beside an empty `guards` they still work from this machine only.
   * @default undefined
   */
  actions?: { guards: DashboardGuards };
  /** Modules whose providers the guards inject. @default [] */
  imports?: (Type | DynamicModule | Promise<DynamicModule> | ForwardReference)[];
}

/** @internal */
export interface ResolvedDashboardOptions {
  readonly route: string;
  readonly guards: DashboardGuards;
  /** Undefined where there are no actions. */
  readonly actionGuards: DashboardGuards | undefined;
}

/** Injection token of the options, checked. @internal */
export const DASHBOARD_OPTIONS = Symbol('DASHBOARD_OPTIONS');

const ROUTE = /^[\w~.-]+(\/[\w~.-]+)*$/;

/**
 * Checks the options once and fills in the defaults.
 * @throws TypeError naming the option, what was expected and what was got
 * @internal
 */
export function resolveDashboardOptions(options: LogDashboardOptions = {}): ResolvedDashboardOptions {
  const { route = 'log', guards = [], actions } = options;
  const path = typeof route === 'string' ? route.replace(/^\/+|\/+$/g, '') : '';
  // A page at the root would hide the application's own.
  if (!ROUTE.test(path) || /(^|\/)\.+(\/|$)/.test(path))
    throw mistake('route', 'a path such as "log" or "admin/log"', route);
  assertGuards('guards', guards);
  if (actions === undefined) return { route: path, guards, actionGuards: undefined };
  if (typeof actions !== 'object' || actions === null) throw mistake('actions', 'an object with guards', actions);
  assertGuards('actions.guards', actions.guards);
  if (actions.guards.length === 0) throw mistake('actions.guards', 'one guard at least', 'none');
  return { route: path, guards, actionGuards: actions.guards };
}

function assertGuards(option: string, guards: unknown): asserts guards is DashboardGuards {
  if (!Array.isArray(guards)) throw mistake(option, 'an array of guards', guards);
  for (const guard of guards) {
    const canActivate = typeof guard === 'function' ? guard.prototype?.canActivate : guard?.canActivate;
    if (typeof canActivate !== 'function') throw mistake(option, 'guards, which have a canActivate()', guard);
  }
}

function mistake(option: string, expected: string, got: unknown): TypeError {
  const shown =
    typeof got === 'function' ? got.name || 'a function' : typeof got === 'string' ? `'${got}'` : String(got);
  return new TypeError(`Expected \`${option}\` to be ${expected}, got ${shown}`);
}
