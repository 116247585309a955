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

/** What the makers of a piece are called, as {@link nameKey} has it. */
export function makerNames(piece: PieceOfArt, nameOf: (address: string) => string): Set<string> {
  return new Set([piece.primaryArtist, ...piece.artists].map((address) => nameKey(nameOf(address))));
}
