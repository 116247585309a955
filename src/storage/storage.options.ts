import type { LogEngineFactory, LogOptions } from './log/index.js';

/**
 * What can be chosen about the store: the directory, durability, memory and recovery (see {@link LogOptions},
 * where each field has its unit, its default and what a crash loses), and the engine behind it.
 * @publicApi
 */
export interface StorageOptions extends LogOptions {
  /** Makes the engine that keeps the logs. @default the file engine, one directory on this machine */
  engine?: LogEngineFactory;
}

/** The options as given, in the injector. @publicApi */
export const STORAGE_OPTIONS = Symbol('STORAGE_OPTIONS');
