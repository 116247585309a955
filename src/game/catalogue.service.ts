import { isDeepStrictEqual } from 'node:util';
import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { type TokenCatalogue, TokenRepository } from '../storage/index.js';
import { builtInCatalogue, drawPiece } from './catalogue/index.js';
import { Pieces } from './pieces.js';

type Stored = Pick<TokenCatalogue, 'tokens' | 'artistInfo'>;

/**
 * What there is to play: the stored catalogue, whoever made it. Where none is stored, the built-in one is stored and
 * played; one that an older version of this package stored is brought up to date.
 */
@Injectable()
export class CatalogueService implements OnApplicationBootstrap {
  private readonly logger = new Logger(CatalogueService.name);
  private loading: Promise<void> | undefined;
  private current = new Pieces({ tokens: [] });

  constructor(private readonly tokens: TokenRepository) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.ready();
  }

  /** Resolves once the catalogue is there; loads it the first time. */
  ready(): Promise<void> {
    this.loading ??= this.reload();
    return this.loading;
  }

  /** Reads the catalogue again, after new tokens were saved. Running rounds keep their picture. */
  async reload(): Promise<void> {
    const stored = await this.tokens.loadTokens();
    const builtIn = builtInCatalogue();
    if (stored && !isOutdatedBuiltIn(stored, builtIn)) {
      this.current = new Pieces(stored);
      return;
    }
    this.current = new Pieces(builtIn);
    try {
      await this.tokens.saveTokens(builtIn.tokens, builtIn.artistInfo, {
        actor: 'game',
        reason: stored ? 'built-in catalogue updated' : 'no catalogue was stored',
      });
    } catch (error) {
      // The pieces are drawn by code: a full disk is no reason not to play them.
      this.logger.warn(`The built-in catalogue could not be stored and is played from memory: ${String(error)}`);
    }
  }

  /** The pieces to play with. */
  pieces(): Pieces {
    return this.current;
  }

  /** The SVG document of a built-in piece; undefined for any other token. */
  artwork(tokenId: string): string | undefined {
    return drawPiece(tokenId);
  }
}

/** Only pieces of our own are ever replaced: a catalogue with a single token of another contract is somebody's. */
function isOutdatedBuiltIn(stored: Stored, builtIn: Stored): boolean {
  const own = builtIn.tokens[0]?.contract;
  if (stored.tokens.some((token) => token.contract !== own)) return false;
  return !isDeepStrictEqual(asJson(stored), asJson(builtIn));
}

function asJson({ tokens, artistInfo }: Stored): unknown {
  return JSON.parse(JSON.stringify({ tokens, artistInfo: artistInfo ?? {} }));
}
