import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { WARNING_TOPICS, type WarningTopic } from './health-findings.js';

/** When health warns, and of what it says down. @publicApi */
export interface HealthOptions {
  /**
   * Free space, in bytes, below which the disk is nearly full; the size of the largest log where that is more, since a
   * compaction writes it a second time before the first copy goes.
   * @default 268435456 (256 MiB): at a thousand entries of 200 bytes a second, time for somebody to come
   */
  minFreeBytes?: number;
  /**
   * For how long a log may be worth compacting before its compaction is overdue, in milliseconds.
   * @default twice the time between two looks of the schedule, a minute at least; 24 hours where no schedule runs
   */
  compactionOverdueMs?: number;
  /**
   * For how long a main file may lack what is in its log, in milliseconds. A large one is far behind with nothing wrong,
   * since it is written in 5 % of the time. @default 600000 (10 minutes)
   */
  mainFileStaleMs?: number;
  /** For how long it is told that opening had to mend something, in milliseconds. @default 86400000 (24 hours) */
  recoveryHealedMs?: number;
  /** For how long an entry may wait for the replica of `replicateTo`, in milliseconds. @default 60000 (a minute) */
  replicaBehindMs?: number;
  /** Warnings for which the answer is down instead of up. @default none */
  downOn?: readonly WarningTopic[];
}

/** A guard as Nest's `@UseGuards` takes it. */
export type Guard = Type<CanActivate> | CanActivate;

/** Which addresses there are, and who may ask. @publicApi */
export interface MonitoringHttpOptions {
  /** `false`: none. @default 'health' */
  healthPath?: string | false;
  /** `false`: none; there is none either where `metrics` is false. @default 'metrics' */
  metricsPath?: string | false;
  /**
   * Who may ask. What a guard injects comes from global modules or from `imports`.
   * @default requests of this machine's own loopback interface only, those that a proxy forwards excluded
   */
  guards?: readonly Guard[];
}

/**
 * A registry of prom-client. Said by what is asked of it, so that nobody needs prom-client for the types of this package.
 * @publicApi
 */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  registerMetric(metric: never): void;
  removeSingleMetric(name: string): void;
}

/** @publicApi */
export interface MonitoringOptions {
  /** Bounds of health. */
  health?: HealthOptions;
  /**
   * Whether `LogMetrics` is there, which needs prom-client: true fails at the start with a word where it is not installed,
   * `'if-installed'` goes without. @default true where a `registry` is given, otherwise false
   */
  metrics?: boolean | 'if-installed';
  /** Where the metrics are registered. @default a registry of the module's own, never prom-client's global one */
  registry?: MetricsRegistry;
  /** Value of the label `store` of every metric; needed only where several stores share a registry. @default no label */
  store?: string;
  /** `GET /health` and `GET /metrics`. @default false (no controllers) */
  http?: boolean | MonitoringHttpOptions;
  /** Modules that the guards inject from, and those of store and compaction where they are not global. */
  imports?: ModuleMetadata['imports'];
  /** Lets every module inject `LogHealthIndicator` and `LogMetrics` without importing this one. @default true */
  isGlobal?: boolean;
}

/** @internal */
export type ResolvedHealthOptions = Readonly<Required<Omit<HealthOptions, 'compactionOverdueMs'>>> & {
  readonly compactionOverdueMs: number | undefined;
};

/** @internal */
export interface ResolvedMonitoringOptions {
  readonly health: ResolvedHealthOptions;
  readonly metrics: boolean | 'if-installed';
  readonly registry: MetricsRegistry | undefined;
  readonly store: string | undefined;
  readonly healthPath: string | undefined;
  readonly metricsPath: string | undefined;
  readonly guards: readonly Guard[];
}

export const MONITORING_DEFAULTS = Object.freeze({
  minFreeBytes: 256 * 1024 * 1024,
  mainFileStaleMs: 600_000,
  recoveryHealedMs: 86_400_000,
  replicaBehindMs: 60_000,
  healthPath: 'health',
  metricsPath: 'metrics',
});

/** Injection token of the {@link ResolvedMonitoringOptions}. @internal */
export const MONITORING_OPTIONS = Symbol('MONITORING_OPTIONS');

/**
 * Checks the options once and fills in the defaults.
 * @throws TypeError naming the option, what was expected and what was got
 * @internal
 */
export function resolveMonitoringOptions(options: MonitoringOptions = {}): ResolvedMonitoringOptions {
  assertObject('options', options);
  const { registry, store, metrics = registry !== undefined, http = false } = options;
  if (typeof metrics !== 'boolean' && metrics !== 'if-installed') {
    throw mistake('metrics', "a boolean or 'if-installed'", metrics);
  }
  if (registry !== undefined && !isRegistry(registry)) throw mistake('registry', 'a Registry of prom-client', registry);
  if (store !== undefined && (typeof store !== 'string' || store === '')) {
    throw mistake('store', 'a non-empty string', store);
  }
  return Object.freeze({
    health: resolveHealth(options.health ?? {}),
    metrics,
    registry,
    store,
    ...resolveHttp(http, metrics !== false),
  });
}

function resolveHealth(health: HealthOptions): ResolvedHealthOptions {
  assertObject('health', health);
  const { downOn = [], compactionOverdueMs } = health;
  if (!Array.isArray(downOn) || downOn.some((topic) => !WARNING_TOPICS.includes(topic))) {
    throw mistake('health.downOn', `an array of ${WARNING_TOPICS.map((topic) => `'${topic}'`).join(', ')}`, downOn);
  }
  return Object.freeze({
    minFreeBytes: amount('minFreeBytes', health.minFreeBytes ?? MONITORING_DEFAULTS.minFreeBytes),
    compactionOverdueMs:
      compactionOverdueMs === undefined ? undefined : amount('compactionOverdueMs', compactionOverdueMs),
    mainFileStaleMs: amount('mainFileStaleMs', health.mainFileStaleMs ?? MONITORING_DEFAULTS.mainFileStaleMs),
    recoveryHealedMs: amount('recoveryHealedMs', health.recoveryHealedMs ?? MONITORING_DEFAULTS.recoveryHealedMs),
    replicaBehindMs: amount('replicaBehindMs', health.replicaBehindMs ?? MONITORING_DEFAULTS.replicaBehindMs),
    downOn: Object.freeze([...downOn]),
  });
}

function resolveHttp(
  http: boolean | MonitoringHttpOptions,
  hasMetrics: boolean,
): Pick<ResolvedMonitoringOptions, 'healthPath' | 'metricsPath' | 'guards'> {
  if (http === false) return { healthPath: undefined, metricsPath: undefined, guards: [] };
  const given = http === true ? {} : http;
  assertObject('http', given);
  const { guards = [], healthPath, metricsPath } = given;
  if (!Array.isArray(guards) || !guards.every(isGuard)) throw mistake('http.guards', 'an array of guards', guards);
  if (metricsPath !== undefined && metricsPath !== false && !hasMetrics) {
    throw new TypeError('Expected `metrics` to be true where `http.metricsPath` is given, got false');
  }
  const metrics = hasMetrics ? pathOf('metricsPath', metricsPath) : undefined;
  return { healthPath: pathOf('healthPath', healthPath), metricsPath: metrics, guards };
}

function pathOf(option: 'healthPath' | 'metricsPath', path: string | false | undefined): string | undefined {
  if (path === false) return undefined;
  const { [option]: standard } = MONITORING_DEFAULTS;
  if (path === undefined) return standard;
  if (typeof path === 'string' && /^\/?[\w.~-]+(\/[\w.~-]+)*$/.test(path)) return path;
  throw mistake(`http.${option}`, `a path such as '${standard}', or false`, path);
}

function amount(option: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0)) throw mistake(`health.${option}`, 'a number ≥ 0', value);
  return value;
}

function isRegistry(registry: unknown): boolean {
  const { registerMetric, metrics } = (registry ?? {}) as Partial<MetricsRegistry>;
  return typeof registerMetric === 'function' && typeof metrics === 'function';
}

function isGuard(guard: unknown): boolean {
  return typeof guard === 'function' || typeof (guard as CanActivate | undefined)?.canActivate === 'function';
}

function assertObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw mistake(option, 'an object', value);
}

function mistake(option: string, expected: string, got: unknown): TypeError {
  const shown = typeof got === 'string' ? `'${got}'` : Array.isArray(got) ? JSON.stringify(got) : String(got);
  return new TypeError(`Expected \`${option}\` to be ${expected}, got ${shown}`);
}
