import type { Pieces } from './pieces.js';
import { makeChoices, NotEnoughArtistsError, type Random } from './rules/index.js';
import type { RoundPicture } from './session/session.js';

/**
 * The next piece that can still be shown, with its choices; undefined when none is left. A piece may have left the
 * catalogue since the game started: the game goes on without it.
 */
export function nextPicture(upcoming: readonly string[], pieces: Pieces, random: Random): RoundPicture | undefined {
  for (const [place, pieceKey] of upcoming.entries()) {
    const piece = pieces.get(pieceKey);
    if (!piece) continue;
    try {
      const { choices, correctChoice } = makeChoices(piece, pieces.artists, pieces.nameOf, random);
      const { title, description, imageUrl } = piece;
      return { pieceKey, title, description, imageUrl, choices, correctChoice, upcoming: upcoming.slice(place + 1) };
    } catch (error) {
      if (!(error instanceof NotEnoughArtistsError)) throw error;
    }
  }
  return undefined;
}
