import type { PictureCheck } from '../game/index.js';
import { gatewayUrl, ipfsPath, isAtGateway } from './ipfs.js';
import { within } from './within.js';

export interface GatewayPictureOptions {
  /** Bases of IPFS gateways, in the order in which they are asked. */
  gateways: readonly string[];
  /** For one gateway, in milliseconds. @default 4000 */
  gatewayMs?: number;
  /** For all gateways together, in milliseconds. @default 10000 */
  limitMs?: number;
  /** How long a picture that loaded is taken to load, in milliseconds. @default 1800000 (half an hour) */
  goodMs?: number;
  /** How long one that did not is not asked for again, in milliseconds. @default 60000 */
  badMs?: number;
  /** Pictures remembered; the oldest are forgotten first. @default 5000 */
  remembered?: number;
}

interface Answer {
  url: string | undefined;
  until: number;
}

const DEFAULTS = Object.freeze({
  gatewayMs: 4_000,
  limitMs: 10_000,
  goodMs: 30 * 60_000,
  badMs: 60_000,
  remembered: 5_000,
});

/** Enough to see that bytes come; a picture may have a hundred megabytes. */
const RANGE = 'bytes=0-1023';

/**
 * Asks IPFS gateways, one after the other, for the beginning of a picture, until one of them has it. A picture is known
 * by its hash, whichever gateway its address names, so that a stored catalogue outlives a gateway.
 */
export class GatewayPictureCheck implements PictureCheck {
  readonly #options: Required<GatewayPictureOptions>;
  readonly #answers = new Map<string, Answer>();
  readonly #asking = new Map<string, Promise<string | undefined>>();

  constructor(
    options: GatewayPictureOptions,
    private readonly now: () => number = Date.now,
  ) {
    this.#options = { ...DEFAULTS, ...options };
  }

  async usable(imageUrl: string): Promise<string | undefined> {
    // A piece that is drawn by this very process.
    if (!/^\w+:/.test(imageUrl)) return imageUrl;
    const known = this.#answers.get(imageUrl);
    if (known && known.until > this.now()) return known.url;
    const asking = this.#asking.get(imageUrl) ?? this.#ask(imageUrl).finally(() => this.#asking.delete(imageUrl));
    this.#asking.set(imageUrl, asking);
    return asking;
  }

  async #ask(imageUrl: string): Promise<string | undefined> {
    const search = within(this.#options.limitMs, undefined, (limit) => this.#search(imageUrl, limit));
    return this.#remember(imageUrl, await search.catch(() => undefined));
  }

  async #search(imageUrl: string, limit: AbortSignal): Promise<string | undefined> {
    const { gateways, gatewayMs } = this.#options;
    const path = ipfsPath(imageUrl);
    const places = path === undefined ? [imageUrl] : gateways.map((gateway) => gatewayUrl(gateway, path));
    for (const [i, place] of places.entries()) {
      const asked = within(gatewayMs, limit, (signal) => pictureAt(place, signal));
      // Whatever goes wrong at one gateway, the next one may have it.
      const url = await asked.catch(() => undefined);
      // A gateway that leads elsewhere is none: no page would show what lies there.
      const isWhereItShouldBe = path === undefined || (url && isAtGateway(url, gateways[i] as string));
      if (url !== undefined && isWhereItShouldBe) return url;
      limit.throwIfAborted();
    }
    return undefined;
  }

  #remember(imageUrl: string, url: string | undefined): string | undefined {
    const { goodMs, badMs, remembered } = this.#options;
    this.#answers.delete(imageUrl);
    this.#answers.set(imageUrl, { url, until: this.now() + (url === undefined ? badMs : goodMs) });
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size > remembered) this.#answers.delete(oldest);
    return url;
  }
}

/** Where a picture was found, at the end of all redirections; undefined where something else is. */
async function pictureAt(url: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(url, { headers: { Range: RANGE, Accept: 'image/*' }, signal });
  const type = response.headers.get('content-type') ?? '';
  const isPicture = (response.status === 200 || response.status === 206) && /^image\//i.test(type.trim());
  const reader = response.body?.getReader();
  const first = isPicture ? await reader?.read() : undefined;
  // The rest is not wanted, however long it is.
  await reader?.cancel();
  return first?.value?.length ? response.url : undefined;
}
