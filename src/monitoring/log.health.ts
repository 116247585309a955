import { Inject, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import {
  AppendLogService,
  LogError,
  type LogStats,
  type ReplicationLag,
  ReplicationService,
} from '../storage/index.js';
import { CompactionWatch } from './compaction-watch.service.js';
import {
  freeSpaceFindings,
  type HealthFinding,
  logFindings,
  refusedLog,
  unreachableStorage,
  WARNING_TOPICS,
  type WarningTopic,
} from './health-findings.js';
import { MONITORING_OPTIONS, type ResolvedMonitoringOptions } from './monitoring.options.js';

/** How the store is. `status` is the word that terminus goes by and stands nowhere else. @publicApi */
export interface LogHealth {
  status: 'up' | 'down';
  /** Why it is down, empty where it is up. */
  reasons: HealthFinding[];
  /** What wants attention all the same. */
  warnings: HealthFinding[];
  /** Logs that are open. */
  logs: number;
  /** Bytes that may still be written; missing where that cannot be told. */
  freeBytes?: number;
}

/** For how long it is remembered that a log could not be opened: trying may mean reading all of it. */
const REFUSAL_MS = 60_000;

/**
 * Says whether the logs of `StorageModule` take writes, and what else somebody should look at. Its answers are those of an
 * indicator of terminus 11 or 12; it needs no terminus itself. Warnings are `up`, since terminus 11 has no third word.
 * @publicApi
 */
@Injectable()
export class LogHealthIndicator implements OnApplicationBootstrap {
  readonly #firstSeen = new Map<string, number>();
  readonly #refused = new Map<string, { finding: HealthFinding; at: number }>();

  constructor(
    private readonly logs: AppendLogService,
    private readonly watch: CompactionWatch,
    @Inject(MONITORING_OPTIONS) private readonly options: ResolvedMonitoringOptions,
    @Optional() @Inject(ReplicationService) private readonly replication?: ReplicationService,
  ) {}

  /** What opening had to mend is told from now on for a while, whenever somebody asks first. */
  onApplicationBootstrap(): void {
    for (const log of this.logs.logNames()) this.#firstSeen.set(log, performance.now());
  }

  /**
   * Looks at every log; asks the disk for nothing but its free space and the names of logs.
   * @param key under which the answer stands
   * @throws TypeError for a key that is no text; never for the store's troubles, which are the answer
   */
  async isHealthy<Key extends string = 'append-log'>(key: Key = 'append-log' as Key): Promise<Record<Key, LogHealth>> {
    if (typeof key !== 'string' || key === '') throw new TypeError(`Expected \`key\` to be a name, got ${String(key)}`);
    return { [key]: await this.#look().catch((error) => this.#unseen(error)) } as Record<Key, LogHealth>;
  }

  async #look(): Promise<LogHealth> {
    const { ok, reasons: hindrances } = this.logs.engineHealth() ?? { ok: true, reasons: [] };
    // Of a storage that cannot be reached nobody would get an answer in time.
    const freeBytes = ok ? await this.logs.freeBytes() : undefined;
    const refused = ok ? await this.#refusedLogs() : [unreachableStorage(hindrances)];
    const lags = new Map(this.replication?.lag().map((lag) => [lag.log, lag]));
    const names = this.logs.logNames();
    const stats = names.map((log) => this.logs.stats(log));
    const findings = [
      ...refused,
      ...stats.flatMap((each) => this.#logFindings(each, lags.get(each.log))),
      ...freeSpaceFindings(freeBytes, this.#neededBytes(stats)),
    ];
    const reasons = findings.filter((finding) => this.#isDown(finding));
    return {
      status: reasons.length > 0 ? 'down' : 'up',
      reasons,
      warnings: findings.filter((finding) => !reasons.includes(finding)),
      logs: names.length,
      ...(freeBytes === undefined ? {} : { freeBytes }),
    };
  }

  /** An engine that depends on servers may lose them between two questions. */
  #unseen(error: unknown): LogHealth {
    const isOfServers = error instanceof LogError && error.code === 'LOG_IO' && this.logs.engineHealth() !== undefined;
    if (!isOfServers) return closed(error);
    return { status: 'down', reasons: [unreachableStorage([error.message])], warnings: [], logs: 0 };
  }

  #logFindings(stats: LogStats, replica: ReplicationLag | undefined): HealthFinding[] {
    const { log } = stats;
    const now = performance.now();
    const firstSeen = this.#firstSeen.get(log) ?? now;
    this.#firstSeen.set(log, firstSeen);
    const { health } = this.options;
    const condition = {
      stats,
      recovery: this.logs.recoveryReport(log),
      openMs: now - firstSeen,
      lastCompaction: this.watch.lastOutcome(log),
      lastFold: this.watch.lastFold(log),
      dueMs: this.watch.dueMs(log) ?? 0,
      replica,
    };
    return logFindings(condition, {
      ...health,
      compactionOverdueMs: health.compactionOverdueMs ?? this.watch.lateAfterMs,
    });
  }

  /** Logs that are there and do not open. Those of the start are open, or the application would not run. */
  async #refusedLogs(): Promise<HealthFinding[]> {
    const open = new Set(this.logs.logNames());
    const closedLogs = (await this.logs.listLogs()).filter((log) => !open.has(log));
    const findings = await Promise.all(closedLogs.map((log) => this.#tryToOpen(log)));
    return findings.filter((finding) => finding !== undefined);
  }

  async #tryToOpen(log: string): Promise<HealthFinding | undefined> {
    const known = this.#refused.get(log);
    if (known && performance.now() - known.at < REFUSAL_MS) return known.finding;
    try {
      await this.logs.getLogSize(log);
      this.#refused.delete(log);
      return undefined;
    } catch (error) {
      const finding = refusedLog(log, error);
      this.#refused.set(log, { finding, at: performance.now() });
      return finding;
    }
  }

  #neededBytes(stats: readonly LogStats[]): number {
    return Math.max(this.options.health.minFreeBytes, ...stats.map(({ sizeBytes }) => sizeBytes));
  }

  #isDown({ about }: HealthFinding): boolean {
    return (
      !(WARNING_TOPICS as readonly string[]).includes(about) ||
      this.options.health.downOn.includes(about as WarningTopic)
    );
  }
}

function closed(error: unknown): LogHealth {
  const message = error instanceof Error ? error.message : String(error);
  const isClosed = error instanceof LogError && error.code === 'LOG_CLOSED';
  const what = isClosed ? 'The store is closed' : 'The store cannot be looked at';
  return { status: 'down', reasons: [{ about: 'closed', message: `${what}: ${message}` }], warnings: [], logs: 0 };
}
