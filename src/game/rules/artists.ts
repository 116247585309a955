/** An artist as a choice shows it. The address tells artists apart; names need not be unique. */
export interface NamedArtist {
  address: string;
  artist: string;
}

/** A piece, as far as the rules look at it. */
export interface PieceOfArt {
  /** Tells pieces apart. */
  key: string;
  /** The address that is the right answer. */
  primaryArtist: string;
  /** The addresses of everybody who made the piece. */
  artists: readonly string[];
}

/** The form in which two names are compared: what looks the same on a button is the same. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** The name keys and addresses of a piece's makers. */
export function makersOf(
  piece: PieceOfArt,
  nameOf: (address: string) => string,
): { addresses: Set<string>; names: Set<string> } {
  const addresses = new Set([piece.primaryArtist, ...piece.artists]);
  return { addresses, names: new Set([...addresses].map((address) => nameKey(nameOf(address)))) };
}
