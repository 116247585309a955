/** A bucket of requests for each route and channel, refilled each second. */

import { createHash } from 'node:crypto';

export interface Allowance {
  limit: number;
  remaining: number;
  resetAfterSeconds: number;
  bucket: string;
  isExceeded: boolean;
}

/** Far above what a bot needs, so that only one gone wild is slowed down. */
const LIMIT = 50;
const WINDOW_MS = 1_000;

export class RateLimits {
  readonly #windows = new Map<string, { endsAt: number; used: number }>();

  /** Counts one request. Ids name the channel, guild or webhook as their first one. */
  take(method: string, path: string): Allowance {
    const [route, major] = [path.replace(/\d{15,}|\/webhooks\/.*$/g, ':id'), /\d{15,}/.exec(path)?.[0] ?? ''];
    const bucket = createHash('sha256').update(`${method} ${route}`).digest('hex').slice(0, 32);
    const key = `${bucket}:${major}`;
    const now = performance.now();
    const last = this.#windows.get(key);
    const current = last && last.endsAt > now ? last : { endsAt: now + WINDOW_MS, used: 0 };
    current.used += 1;
    this.#windows.set(key, current);
    return {
      limit: LIMIT,
      remaining: Math.max(0, LIMIT - current.used),
      resetAfterSeconds: Math.max(0.001, Math.round(current.endsAt - now) / 1_000),
      bucket,
      isExceeded: current.used > LIMIT,
    };
  }
}
