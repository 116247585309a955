import type { Token, TokenCatalogue } from '../storage/index.js';
import { distinctNames, isPlayable, type PieceOfArt } from './rules/index.js';

/** A piece as the quiz shows it. */
export interface Piece extends PieceOfArt {
  tokenId: string;
  title: string;
  description: string;
  imageUrl: string;
}

/** The catalogue as the quiz reads it: pieces that can be shown, and what their artists are called. */
export class Pieces {
  /** Everybody with a part in a piece, each once. */
  readonly artists: readonly string[];
  private readonly byKey: ReadonlyMap<string, Piece>;
  private readonly names: ReadonlyMap<string, string>;
  /** What else artists go by. */
  private readonly aliases: ReadonlyMap<string, readonly string[]>;

  constructor(catalogue: Pick<TokenCatalogue, 'tokens' | 'artistInfo'>) {
    const pieces = catalogue.tokens.map(pieceOf).filter((piece) => piece !== undefined);
    this.byKey = new Map(pieces.map((piece) => [piece.key, piece]));
    this.artists = [...new Set(pieces.flatMap((piece) => [piece.primaryArtist, ...piece.artists]))];
    // A map, because an address is a text of somebody else's making and may read `__proto__`.
    this.names = new Map(
      Object.entries(catalogue.artistInfo ?? {}).map(([address, info]) => [address, info?.displayName?.trim() ?? '']),
    );
    this.aliases = new Map(
      Object.entries(catalogue.artistInfo ?? {}).map(([address, artist]) => [address, aliasesOf(artist?.info)]),
    );
  }

  get(key: string): Piece | undefined {
    return this.byKey.get(key);
  }

  /** The name on the buttons; the address of an artist without one. */
  nameOf = (address: string): string => this.names.get(address) || address;

  /** All that an artist goes by, the name on the buttons first. */
  namesOf(address: string): string[] {
    return [...new Set([this.nameOf(address), ...(this.aliases.get(address) ?? [])])];
  }

  /** The pieces that four choices can be made for. */
  playable(): Piece[] {
    const names = distinctNames(this.artists, this.nameOf);
    return [...this.byKey.values()].filter((piece) => isPlayable(piece, names, this.nameOf));
  }
}

/** The names in what the catalogue knows of an artist, which is of somebody else's making. */
function aliasesOf(info: Record<string, unknown> | null | undefined): string[] {
  return [info?.alias, info?.tzdomain].filter((name): name is string => typeof name === 'string' && name.trim() !== '');
}

/** A stored token may lack fields; without a picture or an artist it cannot be asked for. */
function pieceOf(token: Token): Piece | undefined {
  const makers = token.artists ?? [];
  const primaryArtist = token.primaryArtist || makers[0];
  const imageUrl = token.imageUrl || token.fullImageUrl;
  if (!primaryArtist || !imageUrl) return undefined;
  return {
    // Two contracts may each have a token 1.
    key: `${token.contract ?? ''}:${token.tokenId}`,
    tokenId: token.tokenId,
    title: token.name || `#${token.tokenId}`,
    description: token.description ?? '',
    imageUrl,
    primaryArtist,
    artists: makers,
  };
}
