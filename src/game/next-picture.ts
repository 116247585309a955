import type { Piece, Pieces } from './pieces.js';
import { confusableWith, makeChoices, NotEnoughArtistsError, type Random } from './rules/index.js';
import type { RoundPicture } from './session/session.js';
import type { GameState } from './session/state.js';

/**
 * The next piece that can still be shown, with its choices; undefined when none is left. A piece may have left the
 * catalogue since the game started: the game goes on without it.
 */
export function nextPicture(
  { upcoming, mode }: Pick<GameState, 'upcoming' | 'mode'>,
  pieces: Pieces,
  random: Random,
): RoundPicture | undefined {
  for (const [place, pieceKey] of upcoming.entries()) {
    const piece = pieces.get(pieceKey);
    if (!piece) continue;
    try {
      const { choices, correctChoice } = makeChoices(piece, pieces.artists, pieces.nameOf, random);
      const { title, description, imageUrl } = piece;
      const shown = { pieceKey, title, description, imageUrl, choices, correctChoice };
      const naming = mode === 'typed' ? { naming: namingOf(piece, pieces) } : {};
      return { ...shown, ...naming, upcoming: upcoming.slice(place + 1) };
    } catch (error) {
      if (!(error instanceof NotEnoughArtistsError)) throw error;
    }
  }
  return undefined;
}

/** Everybody who made the piece may be named, by any name. */
function namingOf(piece: Piece, pieces: Pieces): { right: string[]; confusable: string[] } {
  const makers = new Set([piece.primaryArtist, ...piece.artists]);
  const right = [...makers].flatMap((address) => pieces.namesOf(address));
  const others = pieces.artists.filter((address) => !makers.has(address)).flatMap((address) => pieces.namesOf(address));
  return { right, confusable: confusableWith(right, others) };
}
