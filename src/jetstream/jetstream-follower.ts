/** Reads what another process writes into the streams, and writes nothing. */
import type { CompactionReport, ErasureReceipt, LogEngineFactory, LogEntry } from '../storage/log/index.js';
import { JetStreamEngine } from './jetstream-engine.js';
import { type JetStreamOptions, resolveJetStreamOptions } from './options.js';

class JetStreamFollower extends JetStreamEngine {
  /** Those who write finish what they began. */
  protected override async complete(): Promise<void> {}

  override append(): Promise<LogEntry> {
    return Promise.reject(refusal());
  }

  override update<T>(): Promise<T | undefined> {
    return Promise.reject(refusal());
  }

  override compact(): Promise<CompactionReport> {
    return Promise.reject(refusal());
  }

  override erase(): Promise<ErasureReceipt> {
    return Promise.reject(refusal());
  }
}

/**
 * An engine that serves reads from the streams that `jetStreamReplica`, or an engine of other processes, writes; some
 * moments behind. Every write is a `TypeError`.
 * @throws TypeError naming an option that is wrong
 * @publicApi
 */
export function jetStreamFollower(options: JetStreamOptions): LogEngineFactory {
  const resolved = resolveJetStreamOptions(options);
  return (logOptions, logger) => new JetStreamFollower(resolved, logOptions, logger);
}

function refusal(): TypeError {
  return new TypeError('Expected an engine that writes, got a follower: the process that it follows writes');
}
