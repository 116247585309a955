import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import type { ResolvedCompactionOptions } from './compaction.options.js';

/** Under this name the schedule is found in Nest's `SchedulerRegistry`. @publicApi */
export const COMPACTION_JOB = 'append-log-compaction';

/**
 * The clock of compaction: the job of cron that `@nestjs/schedule` uses, or an interval.
 *
 * Not `@Cron`: its expression is fixed when the class is loaded, while ours is an option, and it ticks only where
 * somebody imports `ScheduleModule.forRoot()`. We must not import that ourselves, because a second one in the
 * application makes every job of the application tick twice. So the job is made here and, where the application has
 * a `SchedulerRegistry`, shown in it like any other.
 */
@Injectable()
export class CompactionScheduler {
  #remove: (() => void) | undefined;

  constructor(private readonly moduleRef: ModuleRef) {}

  get isRunning(): boolean {
    return this.#remove !== undefined;
  }

  /** Starts ticking; harmless when it already does. `tick` never rejects. */
  start(schedule: ResolvedCompactionOptions['schedule'], tick: () => Promise<void>): void {
    if (this.isRunning) return;
    this.#remove =
      'cron' in schedule ? this.#startCron(schedule.cron, tick) : this.#startInterval(schedule.intervalMs, tick);
  }

  /** No tick begins after this. */
  stop(): void {
    this.#remove?.();
    this.#remove = undefined;
  }

  #startCron(cron: string, tick: () => Promise<void>): () => void {
    const job = CronJob.from({ cronTime: cron, onTick: tick, waitForCompletion: true, name: COMPACTION_JOB });
    const registry = this.#registry();
    registry?.addCronJob(COMPACTION_JOB, job);
    job.start();
    return () => {
      void job.stop();
      // At shutdown the registry may have dropped its jobs already.
      if (registry?.doesExist('cron', COMPACTION_JOB)) registry.deleteCronJob(COMPACTION_JOB);
    };
  }

  #startInterval(intervalMs: number, tick: () => Promise<void>): () => void {
    const interval = setInterval(tick, intervalMs);
    const registry = this.#registry();
    registry?.addInterval(COMPACTION_JOB, interval);
    return () => {
      clearInterval(interval);
      if (registry?.doesExist('interval', COMPACTION_JOB)) registry.deleteInterval(COMPACTION_JOB);
    };
  }

  #registry(): SchedulerRegistry | undefined {
    try {
      return this.moduleRef.get(SchedulerRegistry, { strict: false });
    } catch {
      // The application does not import ScheduleModule; the job runs all the same, it is only not listed.
      return undefined;
    }
  }
}
