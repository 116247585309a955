/** The built-in catalogue: generative art drawn from seeds, so that the quiz runs with no network at all. */
import type { Artist } from './artist.js';
import { blend } from './collaboration.js';
import { COLLABORATIONS, EXHIBITION } from './exhibition.js';
import { opaque } from './random.js';

export type { Artist } from './artist.js';

/** A token as the token log stores it. */
export interface CataloguePiece {
  tokenId: string;
  name: string;
  description: string;
  /** A path that the web room answers by drawing the piece; the drawing itself is never stored. */
  imageUrl: string;
  fullImageUrl: string;
  /** Addresses of all creators. */
  artists: string[];
  /** The address whose name is the right answer. */
  primaryArtist: string;
  contract: string;
}

export interface BuiltInCatalogue {
  tokens: CataloguePiece[];
  artistInfo: Record<
    string,
    { displayName: string; hasResolution: boolean; info: { alias: string; description: string } | null }
  >;
}

export const CONTRACT = 'builtin-generative-v1';

export const ARTISTS: readonly Artist[] = EXHIBITION.map(({ artist }) => artist);

interface Hanging {
  piece: CataloguePiece;
  draw: () => string;
}

/** Players see image addresses, so a token id is a digest: it names neither the artist nor the plate. */
function hang(label: string, creators: readonly [Artist, ...Artist[]], seed: string, draw: () => string): Hanging {
  const [primary] = creators;
  const tokenId = opaque(`${CONTRACT} ${label}`);
  const url = `/art/${tokenId}.svg`;
  const hands = creators.length > 1 ? ' A collaboration.' : '';
  return {
    draw,
    piece: {
      tokenId,
      name: primary.title(seed),
      description: primary.describe(seed) + hands,
      imageUrl: url,
      fullImageUrl: url,
      artists: creators.map((artist) => artist.address),
      primaryArtist: primary.address,
      contract: CONTRACT,
    },
  };
}

function hangAll(): Map<string, Hanging> {
  const alone = EXHIBITION.flatMap(({ artist, plates }) =>
    plates.map((plate) => {
      const seed = String(plate);
      return hang(`${artist.address} ${seed}`, [artist], seed, () => artist.draw(seed));
    }),
  );
  const together = COLLABORATIONS.map(({ first, second, plate, guestPlate, window }) => {
    const seed = String(plate);
    const label = `${first.address} ${seed} with ${second.address} ${guestPlate}`;
    return hang(label, [first, second], seed, () =>
      blend(label, first.draw(seed), second.draw(String(guestPlate)), window),
    );
  });
  // Sorted by digest: a list in order of artist would give the answers away.
  const hangings = [...alone, ...together].sort((a, b) => (a.piece.tokenId < b.piece.tokenId ? -1 : 1));
  return new Map(hangings.map((hanging) => [hanging.piece.tokenId, hanging]));
}

const HANGINGS = hangAll();

/** All pieces and the names of their artists; every call returns a copy that the caller may keep. */
export function builtInCatalogue(): BuiltInCatalogue {
  return {
    tokens: [...HANGINGS.values()].map(({ piece }) => ({ ...piece, artists: [...piece.artists] })),
    artistInfo: Object.fromEntries(
      ARTISTS.map(({ address, displayName, bio }) => [
        address,
        { displayName, hasResolution: true, info: { alias: displayName, description: bio } },
      ]),
    ),
  };
}

/** The SVG document of a piece of this catalogue; undefined for any other token id. */
export function drawPiece(tokenId: string): string | undefined {
  return HANGINGS.get(tokenId)?.draw();
}
