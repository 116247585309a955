/** A fictional artist: a name, a biography, and a hand that draws the same piece from the same seed. */
export interface Artist {
  /** Made up; only its shape is that of a Tezos account. */
  address: string;
  displayName: string;
  bio: string;
  /** A whole SVG document with viewBox 0 0 800 800. */
  draw(seed: string): string;
  title(seed: string): string;
  describe(seed: string): string;
}
