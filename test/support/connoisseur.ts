/** Somebody who knows every piece of the built-in collection by heart. */

import { builtInCatalogue } from '../../src/game/catalogue/index.js';

const { tokens, artistInfo } = builtInCatalogue();
const artists = new Map(tokens.map((token) => [token.imageUrl, artistInfo[token.primaryArtist]?.displayName]));

/** The name of the one who made the piece at an address of the page. @throws Error for any other picture */
export function artistOf(imageUrl: string | null): string {
  const artist = artists.get(imageUrl ?? '');
  if (artist === undefined) throw new Error(`${imageUrl} is not in the built-in collection.`);
  return artist;
}
