import type { LogEngineFactory, LogOptions } from './log/index.js';
import type { LogReplicaFactory } from './replica.js';

/**
 * What can be chosen about the store: the directory, durability, memory and recovery (see {@link LogOptions},
 * where each field has its unit, its default and what a crash loses), and the engine behind it.
 * @publicApi
 */
export interface StorageOptions extends LogOptions {
  /** Makes the engine that keeps the logs. @default the file engine, one directory on this machine */
  engine?: LogEngineFactory;
  /** Where every entry is sent once it is durable here; what follows is a copy some moments behind. @default nowhere */
  replicateTo?: LogReplicaFactory;
}

/** The options as given, in the injector. @publicApi */
export const STORAGE_OPTIONS = Symbol('STORAGE_OPTIONS');
