/** The front door of compaction: when logs are folded, by schedule or by hand. */
export { CompactionModule } from './compaction.module.js';
export {
  type ArchiveRetention,
  COMPACTION_DEFAULTS,
  COMPACTION_OPTIONS,
  type CompactionOptions,
} from './compaction.options.js';
export { COMPACTION_JOB } from './compaction.scheduler.js';
export { CompactionService } from './compaction.service.js';
export type { Rotation } from './rotation.js';
