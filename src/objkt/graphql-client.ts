import { setTimeout as sleep } from 'node:timers/promises';
import { within } from './within.js';

export interface GraphqlClientOptions {
  /** The endpoint. */
  url: string;
  /** Between the beginnings of two requests, in milliseconds. @default 600 */
  spacingMs?: number;
  /** For one answer with its body, in milliseconds. @default 30000 */
  timeoutMs?: number;
  /** How often a request is made in all before it is given up. @default 6 */
  attempts?: number;
}

/** What the client needs of the world, so that tests need not wait. */
export interface GraphqlWorld {
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when that is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

export const GRAPHQL_DEFAULTS = Object.freeze({ spacingMs: 600, timeoutMs: 30_000, attempts: 6 });

/** Wait before the second attempt, doubled with each further one. */
const BACKOFF_MS = { first: 1_000, longest: 30_000 };
/** A server that asks for more patience than this gets this much. */
const RETRY_AFTER_MS_MAX = 3_600_000;
const EXCERPT_LENGTH = 120;

const theWorld: GraphqlWorld = {
  fetch: (...request) => fetch(...request),
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted()),
  random: Math.random,
};

/** An answer that is none. */
export class GraphqlError extends Error {
  override readonly name = 'GraphqlError';

  constructor(
    message: string,
    /** Whether the same request may succeed later, and how long the server asks to wait. */
    readonly retry: { afterMs?: number } | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Asks a GraphQL endpoint, one request at a time and not too fast. What may pass is tried again: 429 and 5xx, as late
 * as the server asks, a network that fails, an answer that does not come, or is no JSON.
 */
export class GraphqlClient {
  readonly #options: Required<GraphqlClientOptions>;
  readonly #world: GraphqlWorld;
  /** When the next request may begin. */
  #freeAt = 0;

  constructor(options: GraphqlClientOptions, world: Partial<GraphqlWorld> = {}) {
    this.#options = { ...GRAPHQL_DEFAULTS, ...options };
    this.#world = { ...theWorld, ...world };
  }

  /**
   * The answer's `data`.
   * @throws GraphqlError saying what the server answered instead, and how often it was asked
   * @throws the signal's reason, as soon as that is aborted
   */
  async query(query: string, variables: object, signal: AbortSignal): Promise<Record<string, unknown>> {
    const { attempts } = this.#options;
    for (let attempt = 1; ; attempt++) {
      await this.#waitForTurn(signal);
      try {
        return await this.#post(JSON.stringify({ query, variables }), signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof GraphqlError) || !error.retry) throw error;
        if (attempt >= attempts) {
          throw new GraphqlError(`${error.message} It was asked ${attempts} times.`, error.retry, { cause: error });
        }
        await this.#world.sleep(error.retry.afterMs ?? this.#backoffMs(attempt), signal);
      }
    }
  }

  async #waitForTurn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.#world.now();
    const turn = Math.max(now, this.#freeAt);
    this.#freeAt = turn + this.#options.spacingMs;
    if (turn > now) await this.#world.sleep(turn - now, signal);
  }

  async #post(body: string, signal: AbortSignal): Promise<Record<string, unknown>> {
    const { url, timeoutMs } = this.#options;
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'User-Agent': 'nest-append-log' };
    const { response, text } = await within(timeoutMs, signal, async (limited) => {
      const answer = await this.#world.fetch(url, { method: 'POST', headers, body, signal: limited });
      return { response: answer, text: await answer.text() };
    }).catch((error: unknown) => {
      throw new GraphqlError(`${url} ${this.#failure(error)}.`, {}, { cause: error });
    });
    const status = `${response.status} ${response.statusText}`.trim();
    if (response.status === 429 || response.status >= 500) {
      throw new GraphqlError(`${url} answered ${status}.`, retryAfter(response, this.#world.now()));
    }
    if (!response.ok) throw new GraphqlError(`${url} answered ${status}: ${excerpt(text)}`, undefined);
    return dataOf(text, url);
  }

  #failure(error: unknown): string {
    const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    if (name === 'TimeoutError') return `did not answer within ${this.#options.timeoutMs / 1000} s`;
    return `could not be reached (${cause?.code ?? cause?.message ?? message})`;
  }

  /** Half of it is chance, so that those who failed together do not come back together. */
  #backoffMs(attempt: number): number {
    const ms = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** (attempt - 1));
    return (ms * (1 + this.#world.random())) / 2;
  }
}

function dataOf(text: string, url: string): Record<string, unknown> {
  let body: { data?: unknown; errors?: { message?: unknown }[] } | null;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new GraphqlError(`${url} answered with what is no JSON: ${excerpt(text)}`, {}, { cause: error });
  }
  if (Array.isArray(body?.errors) && body.errors.length > 0) {
    const messages = body.errors.map((error) => String(error?.message ?? 'an error without a message'));
    throw new GraphqlError(`${url} refused the query: ${excerpt(messages.join('; '))}`, undefined);
  }
  if (typeof body?.data !== 'object' || body.data === null) {
    throw new GraphqlError(`${url} answered without data: ${excerpt(text)}`, undefined);
  }
  return body.data as Record<string, unknown>;
}

/** Retry-After is a number of seconds, or a date. */
function retryAfter(response: Response, now: number): { afterMs?: number } {
  const text = response.headers.get('retry-after')?.trim();
  if (!text) return {};
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? {} : { afterMs: Math.min(RETRY_AFTER_MS_MAX, Math.max(0, ms)) };
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? 'nothing' : `"${line.slice(0, EXCERPT_LENGTH)}${line.length > EXCERPT_LENGTH ? '…' : ''}"`;
}
