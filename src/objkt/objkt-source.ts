import type { CatalogueSource, FetchedCatalogue, FetchOptions } from '../game/index.js';
import { catalogueFromTokens } from './catalogue-from-tokens.js';
import { GraphqlClient } from './graphql-client.js';
import type { ObjktOptions } from './objkt.options.js';
import { tokensOfWallet } from './tokens-of-wallet.js';

/** The tokens that a wallet holds, as objkt.com has them. */
export class ObjktSource implements CatalogueSource {
  readonly name: string;
  readonly refreshHours: number;
  readonly acceptsShrinking: boolean;

  constructor(
    private readonly options: ObjktOptions,
    private readonly client = new GraphqlClient({ url: options.url }),
  ) {
    const { wallet, excludeUnresolved, refreshHours, acceptsShrinking } = options;
    this.name = `objkt.com wallet ${wallet}${excludeUnresolved ? '' : ' with unnamed artists'}`;
    this.refreshHours = refreshHours;
    this.acceptsShrinking = acceptsShrinking;
  }

  async fetch({ signal, progress }: FetchOptions): Promise<FetchedCatalogue> {
    const { wallet, gateways, excludeUnresolved } = this.options;
    const held = await tokensOfWallet({ client: this.client, wallet, signal, progress });
    return catalogueFromTokens(held, { gateway: gateways[0] as string, excludeUnresolved });
  }
}
