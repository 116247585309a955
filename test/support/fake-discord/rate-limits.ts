/** A bucket of requests for each route and channel, or token of an interaction. */

import { createHash } from 'node:crypto';

export interface Allowance {
  limit: number;
  remaining: number;
  resetAfterSeconds: number;
  bucket: string;
  isExceeded: boolean;
}

export interface RateLimit {
  /** How many requests a bucket holds. */
  requests: number;
  /** After how long it is full again, counted from its first request. */
  windowMs: number;
}

/** What the limits are counted for, as discord.js sees it too. */
const MAJOR = /^\/webhooks\/\d+\/[^/]+|^\/interactions\/\d+\/[^/]+|^\/[a-z]+\/\d+/;

export class RateLimits {
  readonly #windows = new Map<string, { endsAt: number; used: number }>();

  constructor(private readonly limit: RateLimit) {}

  take(method: string, path: string): Allowance {
    const { requests, windowMs } = this.limit;
    const major = MAJOR.exec(path)?.[0] ?? '';
    const route = path.slice(major.length).replace(/\d+/g, ':id');
    const bucket = createHash('sha256')
      .update(`${method} ${major.split('/')[1]} ${route}`)
      .digest('hex')
      .slice(0, 32);
    const key = `${bucket}:${major}`;
    const now = performance.now();
    const last = this.#windows.get(key);
    const current = last && last.endsAt > now ? last : { endsAt: now + windowMs, used: 0 };
    current.used += 1;
    this.#windows.set(key, current);
    return {
      limit: requests,
      remaining: Math.max(0, requests - current.used),
      resetAfterSeconds: Math.max(0.001, Math.round(current.endsAt - now) / 1_000),
      bucket,
      isExceeded: current.used > requests,
    };
  }
}
