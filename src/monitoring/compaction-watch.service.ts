import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  Optional,
} from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { CompactionService } from '../compaction/index.js';
import { AppendLogService, type CompactionReport } from '../storage/index.js';

/** How often it looks by itself: nobody may ask for hours. */
const LOOK_MS = 30_000;
/** Where compactions are started by hand, or by a job of the application's own, once a day is often enough. */
const NO_SCHEDULE_LATE_MS = 86_400_000;
/** A compaction of a large log may take longer than a short interval. */
const LATE_MS_MIN = 60_000;

/** Since when each log has been worth compacting. Knows nothing where nobody compacts. */
@Injectable()
export class CompactionWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(CompactionWatch.name);
  readonly #dueSince = new Map<string, number>();
  readonly #lastFolds = new Map<string, CompactionReport>();
  readonly #outcomes: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly logs: AppendLogService,
    @Optional() @Inject(CompactionService) private readonly compaction?: CompactionService,
  ) {
    // From here on, since an application may compact before this one is told that it starts.
    this.#outcomes = compaction?.outcomes().subscribe((report) => {
      if (report.outcome !== 'compacted') return;
      // Entries that came during a compaction may make the log worth another one; that one is not late yet.
      this.#dueSince.delete(report.log);
      this.#lastFolds.set(report.log, report);
    });
  }

  onApplicationBootstrap(): void {
    if (this.compaction) this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#outcomes?.unsubscribe();
  }

  /** For how long a log has been worth compacting, in milliseconds; 0 where it is not, undefined where nobody compacts. */
  dueMs(log: string): number | undefined {
    if (!this.compaction) return undefined;
    if (!this.compaction.isDue(log)) {
      this.#dueSince.delete(log);
      return 0;
    }
    const now = performance.now();
    const since = this.#dueSince.get(log) ?? now;
    this.#dueSince.set(log, since);
    return now - since;
  }

  lastOutcome(log: string): CompactionReport | undefined {
    return this.compaction?.lastOutcome(log);
  }

  /** The last compaction that folded something: only such a one has anything to archive. */
  lastFold(log: string): CompactionReport | undefined {
    return this.#lastFolds.get(log);
  }

  /** How long a log may be due before that is late: it was passed over twice. */
  get lateAfterMs(): number {
    const scheduleMs = this.compaction?.scheduleMs;
    return scheduleMs === undefined ? NO_SCHEDULE_LATE_MS : Math.max(2 * scheduleMs, LATE_MS_MIN);
  }

  /** From a timer, where an exception would end the process: an engine that is just closing may have nothing to say. */
  #look(): void {
    try {
      for (const log of this.logs.logNames()) this.dueMs(log);
    } catch (error) {
      this.#logger.debug(`The logs could not be looked at: ${(error as Error)?.message ?? error}`);
    }
  }
}
