import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AppendLogService } from './append-log.service.js';
import { type EraseOptions, LogError } from './log/index.js';
import { LogShipper } from './log-shipper.js';
import type { LogReplica, ReplicationLag } from './replica.js';
import { STORAGE_OPTIONS, type StorageOptions } from './storage.options.js';

/** At a shutdown entries are sent for so long; the rest follows at the next start. */
const LAST_WORDS_MS = 2_000;

/**
 * Sends every entry of every log to the replica that `replicateTo` names, behind the writers' backs: a write is acknowledged
 * once it is durable here. Where the replica stands is asked of the replica, so nothing is sent twice or left out, whatever
 * is restarted in between.
 * @publicApi
 */
@Injectable()
export class ReplicationService implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger(ReplicationService.name);
  readonly #shippers = new Map<string, LogShipper>();
  readonly #replica: LogReplica | undefined;
  #stopListening: () => void = () => {};

  constructor(
    @Inject(STORAGE_OPTIONS) options: StorageOptions,
    private readonly logs: AppendLogService,
  ) {
    this.#replica = options.replicateTo?.(this.#logger);
  }

  onApplicationBootstrap(): void {
    if (!this.#replica) return;
    for (const log of this.logs.logNames()) this.#shipperOf(log);
    // A log that is written to for the first time is heard of here.
    this.#stopListening = this.logs.onBatch(({ log }) => this.#shipperOf(log)?.touch());
    this.logs.alsoErase((log, key, options) => this.#erase(log, key, options));
  }

  async beforeApplicationShutdown(): Promise<void> {
    const deadline = Date.now() + LAST_WORDS_MS;
    while (this.lag().some(({ entries, error }) => entries > 0 && error === undefined) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopListening();
    await Promise.all([...this.#shippers.values()].map((shipper) => shipper.stop()));
    await this.#replica?.close();
  }

  /** How far the replica is behind, for each log; empty where there is none. */
  lag(): ReplicationLag[] {
    return [...this.#shippers.values()].map((shipper) => shipper.lag());
  }

  /** @throws LogError where the replica could not be reached: what is there is still there */
  async #erase(log: string, key: string | undefined, options: EraseOptions): Promise<void> {
    const shipper = this.#shippers.get(log);
    if (!this.#replica || !shipper) return;
    try {
      await this.#replica.erase(log, key, options);
    } catch (cause) {
      throw new LogError('LOG_IO', `What was erased from ${log} here is not yet erased at the replica.`, {
        hint: 'Erase it again once the replica can be reached.',
        cause,
      });
    }
  }

  #shipperOf(log: string): LogShipper | undefined {
    const known = this.#shippers.get(log);
    if (known || !this.#replica) return known;
    const shipped = {
      name: log,
      follow: (fromSeq: number, signal: AbortSignal) =>
        this.logs.streamLogEntries(log, { fromSeq, backups: true, follow: true, signal }),
      newestSeq: () => this.logs.stats(log).seq,
      compact: () => this.logs.compact(log),
    };
    const shipper = new LogShipper(shipped, this.#replica, (message) => {
      this.#logger.warn(`Entries of ${log} are not sent to the replica for now: ${message}`);
    });
    this.#shippers.set(log, shipper);
    return shipper;
  }
}
