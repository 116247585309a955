import {
  BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  OnApplicationBootstrap,
  Optional,
} from '@nestjs/common';
import { TokenRepository } from '../storage/index.js';
import { builtInCatalogue, drawPiece } from './catalogue/index.js';
import { CatalogueRefresh, type RefreshReport } from './catalogue-refresh.js';
import { CATALOGUE_SOURCE, type CatalogueSource } from './catalogue-source.js';
import { isBuiltIn, isOutdatedBuiltIn, type StoredCatalogue } from './catalogue-verdict.js';
import { Pieces } from './pieces.js';
import { ProcessLease } from './sharing/index.js';

/**
 * What there is to play: the stored catalogue, whoever made it, or the built-in one. Where the application has a
 * {@link CatalogueSource}, the catalogue is fetched from it in the background and stored; games go on meanwhile.
 */
@Injectable()
export class CatalogueService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CatalogueService.name);
  private readonly refreshing: CatalogueRefresh | undefined;
  private loading: Promise<void> | undefined;
  private hearing: Promise<void> = Promise.resolve();
  private current = new Pieces({ tokens: [] });

  constructor(
    private readonly tokens: TokenRepository,
    @Optional() @Inject(CATALOGUE_SOURCE) source?: CatalogueSource,
    @Optional() lease?: ProcessLease,
  ) {
    const { logger } = this;
    const play = (catalogue: StoredCatalogue) => {
      this.current = new Pieces(catalogue);
    };
    const mayFetch = lease && (() => lease.takes('catalogue'));
    const world = { tokens, logger, play, now: Date.now, later, ...(mayFetch && { mayFetch }) };
    this.refreshing = source && new CatalogueRefresh(source, world);
    if (lease) tokens.changes().subscribe(() => this.hear());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.ready();
    await this.refreshing?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.refreshing?.close();
  }

  /** Resolves once the catalogue is there; loads it the first time. Never waits for a source. */
  ready(): Promise<void> {
    this.loading ??= this.reload();
    return this.loading;
  }

  /** Reads the catalogue again, after new tokens were saved. Running rounds keep their picture. */
  async reload(): Promise<void> {
    const stored = await this.tokens.loadTokens();
    if (stored && this.isToBePlayed(stored)) {
      this.current = new Pieces(stored);
      return;
    }
    const builtIn = builtInCatalogue();
    this.current = new Pieces(builtIn);
    // A source will soon have something better to store; what another one left may be asked for again.
    if (this.refreshing || (stored && !isBuiltIn(stored))) return;
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

  /**
   * Fetches the catalogue from its source now, or joins the fetch that is running. Never rejects: where the report has
   * an `error`, the former catalogue stays.
   * @param options.force takes a catalogue that has lost more than half of its pieces. @default false
   * @throws TypeError where the application has no source
   */
  refresh({ force = false }: { force?: boolean } = {}): Promise<RefreshReport> {
    if (!this.refreshing) throw new TypeError('The catalogue is built in: there is no source to refresh it from.');
    return this.refreshing.run(force);
  }

  /** The newest refresh that ended, since the application started. */
  get lastRefresh(): RefreshReport | undefined {
    return this.refreshing?.last;
  }

  /** The pieces to play with. */
  pieces(): Pieces {
    return this.current;
  }

  /** The SVG document of a built-in piece; undefined for any other token. */
  artwork(tokenId: string): string | undefined {
    return drawPiece(tokenId);
  }

  /** Plays what another process has stored. Never stores anything itself: two versions would go on for ever. */
  private hear(): void {
    this.hearing = this.hearing
      .then(async () => {
        const stored = await this.tokens.loadTokens();
        if (stored && this.isToBePlayed(stored)) this.current = new Pieces(stored);
      })
      .catch((error: unknown) => this.logger.warn(`The catalogue of another process could not be read: ${error}`));
  }

  private isToBePlayed(stored: StoredCatalogue): boolean {
    if (isOutdatedBuiltIn(stored)) return false;
    if (stored.source === undefined || this.refreshing) return true;
    this.logger.log(`The stored catalogue is of ${stored.source}, which is not asked for: the built-in one is played.`);
    return false;
  }
}

function later(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
}
