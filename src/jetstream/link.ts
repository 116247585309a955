/** The connection to the cluster: found at the start, kept through restarts and elections, and what is told when it is gone. */
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type EngineLogger, LogError } from '../storage/log/index.js';
import { connectBefore, TooLate, unreachable } from './connecting.js';
import type { ResolvedJetStreamOptions } from './options.js';

/** During an election nobody answers, and who is elected then never hears of it: ask again soon, but give a slow one time. */
const PATIENCE_MS = [300, 1000, 3000];
/** Which of them, attempt by attempt. What is to be made may have been given to a server that died: it does not come then. */
const ATTEMPTS = [0, 0, 1, 0, 0, 1, 2];
const RETRY_MS = 200;

export class Link {
  isConnected = true;
  #closing = false;
  readonly #reconnectListeners = new Set<() => void>();

  static async open(options: ResolvedJetStreamOptions, logger: EngineLogger): Promise<Link> {
    const deadline = Date.now() + options.connectTimeoutMs;
    let reason: unknown;
    for (;;) {
      let connection: NatsConnection | undefined;
      try {
        connection = await connectBefore(options, deadline);
        const managers: JetStreamManager[] = [];
        for (const timeout of PATIENCE_MS)
          managers.push(await jetstreamManager(connection, { timeout, checkAPI: timeout === PATIENCE_MS.at(-1) }));
        return new Link(options, logger, connection, managers);
      } catch (error) {
        await connection?.close();
        // What an earlier attempt was told says more than that the time is over.
        if (!(error instanceof TooLate)) reason = error;
        if (Date.now() + RETRY_MS < deadline) await pause(RETRY_MS);
        else throw unreachable(options, reason ?? error);
      }
    }
  }

  readonly jetStream: JetStreamClient;
  readonly manager: JetStreamManager;

  private constructor(
    readonly options: ResolvedJetStreamOptions,
    private readonly logger: EngineLogger,
    readonly connection: NatsConnection,
    private readonly managers: readonly JetStreamManager[],
  ) {
    this.manager = this.managerAfter(Number.POSITIVE_INFINITY);
    this.jetStream = jetstream(connection, { timeout: PATIENCE_MS.at(-1) as number });
    void this.#watch();
  }

  /** The manager for a request that went without an answer so many times: the first are impatient, all others in turns. */
  managerAfter(failures: number): JetStreamManager {
    const attempt = ATTEMPTS[failures % ATTEMPTS.length] ?? PATIENCE_MS.length - 1;
    return this.managers[attempt] as JetStreamManager;
  }

  /** Bytes that a message may have, headers included. */
  get maxPayloadBytes(): number {
    return this.connection.info?.max_payload ?? 1024 * 1024;
  }

  get servers(): string {
    return this.options.servers.join(', ');
  }

  /** Calls back whenever the connection is there again; returns the way to stop. */
  onReconnect(listener: () => void): () => void {
    this.#reconnectListeners.add(listener);
    return () => this.#reconnectListeners.delete(listener);
  }

  /**
   * Asks the servers, again where they do not answer or have no leader, until the time is over.
   * @throws LogError `LOG_IO`, at once where the servers refused: {@link apiCode} tells why
   */
  async ask<R>(doing: string, request: () => Promise<R>, timeoutMs = this.options.writeTimeoutMs): Promise<R> {
    for (const deadline = Date.now() + timeoutMs; ; ) {
      try {
        return await request();
      } catch (error) {
        if (isRefusal(error)) throw this.#refusal(doing, error);
        if (!this.#closing && !this.connection.isClosed() && Date.now() + RETRY_MS < deadline) await pause(RETRY_MS);
        else throw this.failure(doing, error);
      }
    }
  }

  failure(doing: string, cause: unknown): LogError {
    const why = this.isConnected ? ((cause as Error)?.message ?? String(cause)) : 'there is no connection';
    return new LogError('LOG_IO', `${doing} failed: ${why} (${this.servers}).`, {
      cause,
      hint: 'Check that the servers run and have elected a leader; the client goes on looking for them.',
    });
  }

  #refusal(doing: string, cause: JetStreamApiError): LogError {
    return new LogError('LOG_IO', `${doing} was refused: ${cause.message} (${this.servers}).`, {
      cause,
      hint: 'Check the limits of the account, and what it may do.',
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#reconnectListeners.clear();
    await this.connection.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.isConnected = false;
        if (!this.#closing)
          this.logger.warn(`The connection to ${status.server} is lost; looking for a server of ${this.servers}.`);
      } else if (status.type === 'reconnect') {
        this.isConnected = true;
        this.logger.log(`Connected to ${status.server}.`);
        for (const listener of [...this.#reconnectListeners]) listener();
      }
    }
    this.isConnected = false;
  }
}

/** Whether the servers understood and said no, so that asking again would not help. */
function isRefusal(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError && error.status < 500;
}

/** `10059` is `stream not found`, and so on; undefined for other errors. */
export function apiCode(error: unknown): number | undefined {
  const refusal = error instanceof LogError ? error.cause : error;
  return refusal instanceof JetStreamApiError ? refusal.code : undefined;
}

/** What is asked for, a message or its stream, is not there or no longer: no trouble, where it was to be deleted. */
export function isNowhere(error: unknown): boolean {
  const code = apiCode(error);
  // The same code tells of deletions that failed for other reasons.
  if (code === 10057) return /no message found|deleted message/.test((error as Error).message);
  return code === 10037 || code === 10043 || code === 10059;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
