/** What the suite is run against. */
import type { LogEngine, LogOptions } from '../storage/log/index.js';

/** Options that a test asks for; whatever else an engine needs, its subject adds. */
export type AskedOptions = Pick<LogOptions, 'cacheBytes'>;

/** One storage, empty at first, and engines on it. */
export interface Storage {
  /** An engine on this storage, opened. The suite closes it. */
  open(options?: AskedOptions): Promise<LogEngine>;
  /** Takes the storage away, once all engines on it are closed. */
  remove(): Promise<void>;
}

/** @publicApi */
export interface ContractSubject {
  /** As it shall stand in the names of the tests. */
  name: string;
  /** A new, empty storage. */
  create(): Promise<Storage>;
  /** Whether what was written outlives the engine. @default true */
  isDurable?: boolean;
}
