import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type Observable, Subject } from 'rxjs';
import {
  AppendLogService,
  assertLogName,
  type CompactionReport,
  type CompactOptions,
  GuardedObservable,
} from '../storage/index.js';
import {
  COMPACTION_OPTIONS,
  type CompactionOptions,
  longestGapMs,
  type ResolvedCompactionOptions,
  resolveCompactionOptions,
} from './compaction.options.js';
import { CompactionScheduler } from './compaction.scheduler.js';
import { decide } from './compaction-policy.js';

/**
 * Folds logs into checkpoints: when the schedule finds one worth it, or when called. Appends go on meanwhile.
 * The schedule starts after recovery and ends, awaited, before the engine closes.
 * @publicApi
 */
@Injectable()
export class CompactionService implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger(CompactionService.name);
  readonly #options: ResolvedCompactionOptions;
  readonly #outcomes = new Map<string, CompactionReport>();
  readonly #reports = new Subject<CompactionReport>();
  /** The newest compaction of each log that has not ended; those before it have. */
  readonly #running = new Map<string, Promise<CompactionReport>>();
  #scheduleMs: number | undefined;
  #round: Promise<void> | undefined;
  #only: readonly string[] | undefined;

  constructor(
    @Inject(COMPACTION_OPTIONS) options: CompactionOptions,
    private readonly logs: AppendLogService,
    private readonly scheduler: CompactionScheduler,
  ) {
    this.#options = resolveCompactionOptions(options);
  }

  onApplicationBootstrap(): void {
    if (this.#options.enabled) this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  onApplicationShutdown(): void {
    this.#reports.complete();
  }

  /**
   * Compacts one log, whatever its size; a call during a compaction of the same log waits its turn.
   * A log with nothing to fold gives a report that says `skipped`.
   * @throws LogError when the compaction fails; the log is as it was.
   */
  compactLog(log: string): Promise<CompactionReport> {
    const before = this.#running.get(log) ?? Promise.resolve();
    const compaction = before.then(
      () => this.#compact(log),
      () => this.#compact(log),
    );
    const ended = compaction.finally(() => {
      if (this.#running.get(log) === ended) this.#running.delete(log);
    });
    this.#running.set(log, ended);
    return ended;
  }

  /** Compacts every open log, one after the other. A failure is reported as `failed` and does not stop the rest. */
  async compactAllLogs(): Promise<CompactionReport[]> {
    const reports: CompactionReport[] = [];
    for (const log of this.logs.logNames()) {
      const startedAt = new Date();
      reports.push(await this.compactLog(log).catch((error: unknown) => failed(log, startedAt, error)));
    }
    return reports;
  }

  /**
   * Starts the schedule, also where `enabled` is false. Harmless when it runs already: only `logs` takes effect.
   * @param logs the only logs to look after. @default every open log
   */
  start(logs?: string[]): void {
    for (const log of logs ?? []) assertLogName(log);
    this.#only = logs && [...new Set(logs)];
    this.scheduler.start(this.#options.schedule, () => this.#tick());
  }

  /** Ends the schedule and waits for every compaction that is running. */
  async stop(): Promise<void> {
    this.scheduler.stop();
    await this.#round;
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  /** What the last compaction of a log did since the application started, also when it was skipped or failed. */
  lastOutcome(log: string): CompactionReport | undefined {
    assertLogName(log);
    return this.#outcomes.get(log);
  }

  /** Whether a log is worth compacting by the options, so that the schedule would do it at its next look. */
  isDue(log: string): boolean {
    assertLogName(log);
    const { thresholdBytes, periodOf } = this.#options;
    return decide(this.logs.stats(log), thresholdBytes, periodOf).compact;
  }

  /** The longest time between two looks of the schedule, in milliseconds; undefined while none runs. */
  get scheduleMs(): number | undefined {
    if (!this.scheduler.isRunning) return undefined;
    this.#scheduleMs ??= longestGapMs(this.#options.schedule);
    return this.#scheduleMs;
  }

  /**
   * The outcome of every compaction from now on, of all logs, also those that were skipped or failed; each once, after
   * {@link lastOutcome} knows it and before the promise of `compactLog` resolves. Completes at shutdown.
   * A subscriber that throws is logged and goes on receiving; compactions never notice.
   */
  outcomes(): Observable<CompactionReport> {
    return GuardedObservable.around(this.#reports, (error) =>
      this.#logger.error('A subscriber of outcomes() failed', error instanceof Error ? error.stack : String(error)),
    );
  }

  /** A tick during the former one's round does nothing. */
  async #tick(): Promise<void> {
    if (this.#round) return;
    this.#round = this.#compactDueLogs();
    await this.#round;
    this.#round = undefined;
  }

  /** Never rejects: an exception in a timer would end the process, and one in a cron job would only be printed. */
  async #compactDueLogs(): Promise<void> {
    for (const log of this.#only ?? this.logs.logNames()) {
      if (!this.scheduler.isRunning) return;
      const startedAt = new Date();
      try {
        await this.logs.getLogSize(log);
        const { thresholdBytes, periodOf } = this.#options;
        const { compact, why } = decide(this.logs.stats(log), thresholdBytes, periodOf);
        this.#logger.debug(why);
        if (compact) await this.compactLog(log);
      } catch (error) {
        if (this.#outcomes.get(log)?.error !== error) this.#record(failed(log, startedAt, error));
      }
    }
  }

  async #compact(log: string): Promise<CompactionReport> {
    const startedAt = new Date();
    try {
      const report = await this.logs.compact(log, this.#compactOptions());
      this.#record(report);
      return report;
    } catch (error) {
      // A name that no log can have is the caller's mistake and no outcome of any log.
      if (!(error instanceof TypeError)) this.#record(failed(log, startedAt, error));
      throw error;
    }
  }

  #compactOptions(): CompactOptions {
    const { keepBackups, compressBackups, periodOf, retention } = this.#options;
    return {
      keepBackups,
      ...(compressBackups && { compressBackups }),
      ...(periodOf && { rotate: periodOf }),
      ...(retention && { retention }),
    };
  }

  #record(report: CompactionReport): void {
    this.#outcomes.set(report.log, report);
    const { log, outcome, reason, durationMs, bytesBefore, bytesAfter } = report;
    if (outcome === 'failed') this.#logger.error(`Compaction of ${log} failed: ${reason}`, report.error?.stack);
    if (outcome === 'compacted') {
      const archived = report.archived?.length ? `, archived in ${report.archived.join(', ')}` : '';
      const took = `in ${Math.round(durationMs)} ms`;
      this.#logger.log(`Compacted ${log}: ${bytesBefore} to ${bytesAfter} bytes ${took}${archived}`);
    }
    this.#reports.next(report);
  }
}

function failed(log: string, startedAt: Date, reason: unknown): CompactionReport {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  return {
    log,
    outcome: 'failed',
    reason: error.message,
    error,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    bytesBefore: 0,
    bytesAfter: 0,
    entriesBefore: 0,
    entriesAfter: 0,
    keys: 0,
    seq: 0,
  };
}
