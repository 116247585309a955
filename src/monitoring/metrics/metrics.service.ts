import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { CompactionService } from '../../compaction/index.js';
import type { AppendLogService, CommittedBatch, CompactionReport, ReplicationService } from '../../storage/index.js';
import type { CompactionWatch } from '../compaction-watch.service.js';
import type { MetricsRegistry, ResolvedMonitoringOptions } from '../monitoring.options.js';
import { EventLoopMonitor } from './event-loop-lag.js';
import {
  BATCH_ENTRIES,
  BATCH_FSYNC,
  COMPACTION_DURATION,
  type CompactionTally,
  type LogLook,
  type StoreLook,
} from './metric-families.js';
import { MetricSet, type MetricsSource } from './metric-set.js';
import { loadPromClient } from './prom-client.js';

const MS_PER_SECOND = 1000;

interface MetricsParts {
  logs: AppendLogService;
  watch: CompactionWatch;
  compaction: CompactionService | undefined;
  replication: ReplicationService | undefined;
}

/**
 * The figures of every log, for Prometheus. Counters are the engine's own, read when somebody scrapes; histograms are told
 * of each batch. docs/monitoring.md lists them all.
 * @publicApi
 */
export class LogMetrics implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(LogMetrics.name);
  readonly #lag = new EventLoopMonitor();
  readonly #tallies = new Map<string, CompactionTally>();
  readonly #source: MetricsSource;
  readonly #set: MetricSet;
  readonly #stopListening: () => void;
  readonly #outcomes: Subscription | undefined;
  #looking: Promise<StoreLook | undefined> | undefined;

  /**
   * Loads prom-client and begins to listen, before the first log is opened.
   * @returns undefined where prom-client is not installed and `metrics` is `'if-installed'`
   * @throws Error saying what to install; TypeError for a store's name that is taken in the registry
   * @internal
   */
  static async from(
    options: Pick<ResolvedMonitoringOptions, 'metrics' | 'registry' | 'store'>,
    parts: MetricsParts,
  ): Promise<LogMetrics | undefined> {
    const prom = await loadPromClient(options.metrics === true);
    if (prom === undefined) return undefined;
    const registry = options.registry ?? (new prom.Registry() as unknown as MetricsRegistry);
    return new LogMetrics(registry, (source) => MetricSet.join(prom, registry, source), {
      store: options.store,
      ...parts,
    });
  }

  private constructor(
    /** Where the metrics are, beside whatever else its owner has registered there. */
    readonly registry: MetricsRegistry,
    join: (source: MetricsSource) => MetricSet,
    private readonly parts: MetricsParts & { store: string | undefined },
  ) {
    this.#source = { store: parts.store, look: () => this.#look() };
    this.#set = join(this.#source);
    this.#stopListening = parts.logs.onBatch((batch) => this.#heardBatch(batch));
    this.#outcomes = parts.compaction?.outcomes().subscribe((report) => this.#heardCompaction(report));
  }

  onModuleInit(): void {
    this.#lag.start();
  }

  onApplicationShutdown(): void {
    this.#lag.stop();
    this.#stopListening();
    this.#outcomes?.unsubscribe();
    this.#set.leave(this.#source);
  }

  /** Everything in the registry, in the text that Prometheus reads; `contentType` says which. */
  scrape(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  #heardBatch({ log, entries, durationMs, fsynced }: CommittedBatch): void {
    if (fsynced) this.#set.observe(this.#source, log, BATCH_FSYNC, durationMs / MS_PER_SECOND);
    this.#set.observe(this.#source, log, BATCH_ENTRIES, entries);
  }

  #heardCompaction({ log, outcome, durationMs }: CompactionReport): void {
    const { counts } = this.#tally(log);
    this.#tallies.set(log, {
      counts: { ...counts, [outcome]: counts[outcome] + 1 },
      endedAtMs: Date.now(),
      failed: outcome === 'failed',
    });
    // A look that found nothing to fold is no compaction, and would draw the durations to nothing.
    if (outcome !== 'skipped') this.#set.observe(this.#source, log, COMPACTION_DURATION, durationMs / MS_PER_SECOND);
  }

  /** One look for all metrics of a scrape, so that they are of one moment. */
  #look(): Promise<StoreLook | undefined> {
    this.#looking ??= this.#lookAtAll()
      .catch((error: unknown) => {
        this.#logger.debug(`The store could not be looked at: ${(error as Error)?.message ?? error}`);
        return undefined;
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #lookAtAll(): Promise<StoreLook> {
    const { logs } = this.parts;
    const names = logs.logNames();
    const [freeBytes, ...kept] = await Promise.all([
      logs.freeBytes().catch(() => undefined),
      ...names.map((log) => logs.keptFiles(log).catch(() => undefined)),
    ]);
    // Only from here on nothing waits: all counters are of this moment.
    const { watch, compaction, replication } = this.parts;
    const lags = replication?.lag() ?? [];
    const looks = names.map((log, i): LogLook => {
      return {
        stats: logs.stats(log),
        recovery: logs.recoveryReport(log),
        kept: kept[i],
        dueMs: watch.dueMs(log),
        compactions: compaction && this.#tally(log),
        lastFold: watch.lastFold(log),
        replica: lags.find((lag) => lag.log === log),
      };
    });
    return { logs: looks, freeBytes, lag: this.#lag.take() };
  }

  #tally(log: string): CompactionTally {
    const none = { counts: { compacted: 0, skipped: 0, failed: 0 }, endedAtMs: undefined, failed: false };
    return this.#tallies.get(log) ?? none;
  }
}
