import { ConfigurableModuleBuilder, type DynamicModule, Module } from '@nestjs/common';
import { COMPACTION_OPTIONS, type CompactionOptions } from './compaction.options.js';
import { CompactionScheduler } from './compaction.scheduler.js';
import { CompactionService } from './compaction.service.js';

export interface CompactionModuleExtras {
  /** Lets every module inject `CompactionService` without importing this one. @default true */
  isGlobal?: boolean;
}

const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } = new ConfigurableModuleBuilder<CompactionOptions>({
  optionsInjectionToken: COMPACTION_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<CompactionModuleExtras>({ isGlobal: true }, (definition, extras) => ({
    ...definition,
    global: extras.isGlobal ?? true,
  }))
  .build();

/**
 * Scheduled and manual compaction of the logs of `StorageModule`. Needs no `ScheduleModule`; where the application
 * has one, the schedule is listed in its `SchedulerRegistry` as `append-log-compaction`.
 * @publicApi
 */
@Module({ providers: [CompactionService, CompactionScheduler], exports: [CompactionService] })
export class CompactionModule extends ConfigurableModuleClass {
  /** @throws TypeError (at start) naming an option that is wrong. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Options from a factory, or from the `create()` method of a class. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}
