/** Somewhere else that a store's entries are sent to, once they are durable here. */
import type { EngineLogger, EraseOptions, LogEntry } from './log/index.js';

/** @publicApi */
export interface LogReplica {
  /** Gets ready. May be called again after it failed. */
  open(): Promise<void>;
  /** Seq of the newest entry of a log that is durable there; 0 where there is none. */
  position(log: string): Promise<number>;
  /**
   * Takes the next entry of a log; a CHECKPOINT where those before it are no longer kept. Calls are not awaited one by one:
   * entries are durable there in their order. Resolves once this one is; the same entry twice counts once.
   */
  send(log: string, entry: LogEntry): Promise<void>;
  /** Erases there what was erased here; see `AppendLogService.erase`. Safe to repeat. */
  erase(log: string, key: string | undefined, options: EraseOptions): Promise<void>;
  close(): Promise<void>;
}

/** @publicApi */
export type LogReplicaFactory = (logger: EngineLogger) => LogReplica;

/** How far a replica is behind. @publicApi */
export interface ReplicationLag {
  log: string;
  /** Seq of the newest entry that is durable there; undefined before the replica was reached. */
  shippedSeq: number | undefined;
  /** Entries that are durable here and not there. */
  entries: number;
  /** For how long the oldest of them has been waiting, as far as this process knows, in milliseconds. */
  ms: number;
  /** Why nothing was sent last, or undefined. */
  error: string | undefined;
}
