/** The HTTP side: who asks, what for, how often, and what goes wrong on purpose. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESTJSONErrorCodes } from 'discord.js';
import { ApiError, refusals } from './api-error.js';
import { type Allowance, type RateLimit, RateLimits } from './rate-limits.js';
import { readBody } from './request-body.js';
import type { UploadedFile } from './world.js';

export interface FakeRequest {
  method: string;
  /** Below `/api/v10`, without the query: `/channels/1/messages`. */
  path: string;
  /** As parsed; of a form, its JSON part. */
  body: unknown;
  /** In ms since 1970. */
  at: number;
}

export interface Failure {
  status: number;
  /** Default: that of the status, as 50013 for 403. */
  code?: number;
  message?: string;
  /** For 429. Default: 1. */
  retryAfterSeconds?: number;
  /** How many requests fail so. Default: 1. */
  times?: number;
}

export interface Call {
  /** The groups of the route's path. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  files: UploadedFile[];
}

export interface Route {
  method: string;
  path: RegExp;
  /** `bot` asks for the token; the token of an interaction in the path is enough for `anyone`. */
  for: 'bot' | 'anyone';
  /** Undefined is answered with 204. */
  answer(call: Call): unknown;
}

const PREFIX = '/api/v10';
const CODES: Record<number, [code: number, message: string]> = {
  403: [RESTJSONErrorCodes.MissingPermissions, 'Missing Permissions'],
  404: [RESTJSONErrorCodes.UnknownMessage, 'Unknown Message'],
  429: [0, 'You are being rate limited.'],
};

export class RestApi {
  readonly requests: FakeRequest[] = [];
  readonly #failures: { method: string; path: RegExp; left: number; failure: Failure }[] = [];
  readonly #limits: RateLimits;

  constructor(
    private readonly routes: Route[],
    private readonly token: string,
    limit: RateLimit,
  ) {
    this.#limits = new RateLimits(limit);
  }

  failNext(method: string, path: RegExp, failure: Failure): void {
    this.#failures.push({ method: method.toUpperCase(), path, left: failure.times ?? 1, failure });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      if (error instanceof ApiError) send(response, error.status, refusal(error));
      else send(response, 500, { code: 0, message: `500: ${error instanceof Error ? error.stack : error}` });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = request.method ?? 'GET';
    if (!pathname.startsWith(`${PREFIX}/`)) throw refusals.noSuchRoute();
    const path = decodeURIComponent(pathname.slice(PREFIX.length));
    const { json, files } = await readBody(request);
    this.requests.push({ method, path, body: json, at: Date.now() });
    const allowance = this.#limits.take(method, path);
    tellAllowance(response, allowance);
    if (this.#fail(response, method, path, allowance)) return;

    const route = this.routes.find((each) => each.method === method && each.path.test(path));
    if (!route) throw refusals.noSuchRoute();
    if (route.for === 'bot' && request.headers.authorization !== `Bot ${this.token}`) throw refusals.unauthorized();
    const params = route.path.exec(path)?.groups ?? {};
    const answer = await route.answer({ params, query: searchParams, body: json, files });
    send(response, answer === undefined ? 204 : 200, answer);
  }

  /** Whether this request was one to fail. */
  #fail(response: ServerResponse, method: string, path: string, { isExceeded, resetAfterSeconds }: Allowance): boolean {
    const planned = this.#failures.find((each) => each.method === method && each.left > 0 && each.path.test(path));
    if (planned) planned.left -= 1;
    if (!planned && !isExceeded) return false;
    const failure = planned?.failure ?? { status: 429, retryAfterSeconds: resetAfterSeconds };
    const { status, retryAfterSeconds = 1 } = failure;
    const [code, message] = CODES[status] ?? [0, `${status}: ${status >= 500 ? 'Server Error' : 'Bad Request'}`];
    const told = { code: failure.code ?? code, message: failure.message ?? message };
    if (status === 429) {
      response.setHeader('Retry-After', String(retryAfterSeconds));
      response.setHeader('X-RateLimit-Reset-After', String(retryAfterSeconds));
      response.setHeader('X-RateLimit-Remaining', '0');
      response.setHeader('X-RateLimit-Scope', 'user');
    }
    send(response, status, status === 429 ? { ...told, retry_after: retryAfterSeconds, global: false } : told);
    return true;
  }
}

function tellAllowance(response: ServerResponse, { limit, remaining, resetAfterSeconds, bucket }: Allowance): void {
  response.setHeader('X-RateLimit-Limit', String(limit));
  response.setHeader('X-RateLimit-Remaining', String(remaining));
  response.setHeader('X-RateLimit-Reset', String(Date.now() / 1_000 + resetAfterSeconds));
  response.setHeader('X-RateLimit-Reset-After', String(resetAfterSeconds));
  response.setHeader('X-RateLimit-Bucket', bucket);
}

function refusal({ code, message, errors }: ApiError): object {
  return { code, message, ...(errors && { errors }) };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
