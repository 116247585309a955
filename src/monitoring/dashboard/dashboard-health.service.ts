import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { CompactionService } from '../../compaction/index.js';
import { AppendLogService, ReplicationService } from '../../storage/index.js';
import { CompactionWatch } from '../compaction-watch.service.js';
import type { HealthFinding } from '../health-findings.js';
import { type LogHealth, LogHealthIndicator } from '../log.health.js';
import { resolveMonitoringOptions } from '../monitoring.options.js';

/** It is asked no more often: a snapshot goes out each second, and what is wrong seldom changes. */
const LOOK_MS = 2_000;

/** What an operator should look at. @internal */
export interface Trouble {
  /** As `GET /health` has it: what makes it answer `down`, and what is a warning. */
  level: 'down' | 'warn';
  about: HealthFinding['about'];
  /** Missing where it is about the whole directory. */
  log?: string;
  text: string;
}

/**
 * What health says, for the page. Health of the application where it has `MonitoringModule`, with its bounds, so that the page
 * and `GET /health` never differ; otherwise one of the page's own, by the default bounds.
 */
@Injectable()
export class DashboardHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #indicator: LogHealthIndicator;
  /** Undefined where the application looks after itself. */
  readonly #own: CompactionWatch | undefined;
  #answer: LogHealth | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(
    logs: AppendLogService,
    @Optional() @Inject(CompactionService) compaction?: CompactionService,
    @Optional() @Inject(LogHealthIndicator) indicator?: LogHealthIndicator,
    @Optional() @Inject(ReplicationService) replication?: ReplicationService,
  ) {
    this.#own = indicator ? undefined : new CompactionWatch(logs, compaction);
    this.#indicator =
      indicator ?? new LogHealthIndicator(logs, this.#own as CompactionWatch, resolveMonitoringOptions(), replication);
  }

  onApplicationBootstrap(): void {
    if (!this.#own) return;
    this.#own.onApplicationBootstrap();
    this.#indicator.onApplicationBootstrap();
  }

  onApplicationShutdown(): void {
    this.#own?.onApplicationShutdown();
  }

  /** Asks again where the last answer is some seconds old. Resolves once there is one that is not; never rejects. */
  look(): Promise<void> {
    if (performance.now() - this.#askedAt >= LOOK_MS) this.#asking ??= this.#ask();
    return this.#asking ?? Promise.resolve();
  }

  get freeBytes(): number | undefined {
    return this.#answer?.freeBytes;
  }

  /** As of the last answer, what makes the store `down` first. */
  troubles(): Trouble[] {
    const { reasons, warnings } = this.#answer ?? { reasons: [], warnings: [] };
    return [...reasons.map((finding) => trouble('down', finding)), ...warnings.map((each) => trouble('warn', each))];
  }

  async #ask(): Promise<void> {
    const { 'append-log': answer } = await this.#indicator.isHealthy();
    this.#answer = answer;
    this.#askedAt = performance.now();
    this.#asking = undefined;
  }
}

function trouble(level: Trouble['level'], { about, log, message }: HealthFinding): Trouble {
  return { level, about, ...(log !== undefined && { log }), text: message };
}
