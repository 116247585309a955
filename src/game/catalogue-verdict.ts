import { isDeepStrictEqual } from 'node:util';
import type { TokenCatalogue } from '../storage/index.js';
import { builtInCatalogue, CONTRACT } from './catalogue/index.js';
import type { FetchedCatalogue } from './catalogue-source.js';
import { Pieces } from './pieces.js';

export type StoredCatalogue = Pick<TokenCatalogue, 'tokens' | 'artistInfo' | 'source'>;

/**
 * A refresh that brings fewer than this share of the pieces that it would replace is taken for half an answer. Wallets
 * grow, or lose a few pieces; one that really lost most of them has to be confirmed.
 */
export const SMALLEST_SHARE = 0.5;

/** Whether nothing but pieces of our own is stored: a catalogue with a single token of another contract is somebody's. */
export function isBuiltIn(stored: StoredCatalogue): boolean {
  return stored.tokens.every((token) => token.contract === CONTRACT);
}

export function isOutdatedBuiltIn(stored: StoredCatalogue): boolean {
  return isBuiltIn(stored) && !isSameCatalogue(stored, builtInCatalogue());
}

/** Whether two catalogues hold the same, whenever they were fetched. */
export function isSameCatalogue(one: StoredCatalogue, other: StoredCatalogue): boolean {
  return isDeepStrictEqual(asJson(one), asJson(other));
}

/**
 * Why a fetched catalogue must not take the place of the stored one; undefined where it may.
 * @param source the name of where it was fetched: another source's catalogue may be of any size
 * @param acceptsShrinking whether somebody has confirmed that it may be much smaller
 */
export function objectionTo(
  fetched: FetchedCatalogue,
  stored: StoredCatalogue | undefined,
  { source, acceptsShrinking }: { source: string; acceptsShrinking: boolean },
): string | undefined {
  const count = fetched.tokens.length;
  if (count === 0) return `it holds no piece that can be played (${fetched.dropped} were left out)`;
  if (new Pieces(fetched).playable().length === 0) {
    return `its ${count} pieces are by too few artists: a round needs four with different names`;
  }
  if (!stored || isBuiltIn(stored) || acceptsShrinking) return undefined;
  const isAnotherSource = stored.source !== undefined && stored.source !== source;
  if (isAnotherSource || count >= stored.tokens.length * SMALLEST_SHARE) return undefined;
  return `it holds ${count} pieces where ${stored.tokens.length} are stored, which looks like half an answer`;
}

function asJson({ tokens, artistInfo }: StoredCatalogue): unknown {
  return JSON.parse(JSON.stringify({ tokens, artistInfo: artistInfo ?? {} }));
}
