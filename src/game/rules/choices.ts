import { makerNames, type NamedArtist, nameKey, type PieceOfArt } from './artists.js';
import { type Random, randomIndex, shuffled } from './random.js';

/** How many buttons a round has. */
export const CHOICE_COUNT = 4;

/** The catalogue has too few artists to fill the buttons of a round. */
export class NotEnoughArtistsError extends Error {
  override readonly name = 'NotEnoughArtistsError';
}

export interface RoundChoices {
  choices: NamedArtist[];
  /** Where the right one stands. */
  correctChoice: number;
}

/**
 * The right artist and three others in random order. Nobody who worked on the piece is a wrong answer,
 * and no two buttons read the same, even where two addresses go by one name.
 */
export function makeChoices(
  piece: PieceOfArt,
  everybody: readonly string[],
  nameOf: (address: string) => string,
  random: Random,
): RoundChoices {
  const wrong = pickWrongAnswers(piece, everybody, nameOf, random);
  const right = { address: piece.primaryArtist, artist: nameOf(piece.primaryArtist) };
  const choices = shuffled([right, ...wrong], random);
  return { choices, correctChoice: choices.indexOf(right) };
}

/** Whether a piece can be asked for: three artists with names of their own had no hand in it. */
export function isPlayable(
  piece: PieceOfArt,
  names: ReadonlySet<string>,
  nameOf: (address: string) => string,
): boolean {
  let others = names.size;
  for (const name of makerNames(piece, nameOf)) if (names.has(name)) others--;
  return others >= CHOICE_COUNT - 1;
}

/** The distinct names, as {@link isPlayable} counts them. */
export function distinctNames(everybody: readonly string[], nameOf: (address: string) => string): Set<string> {
  return new Set(everybody.map((address) => nameKey(nameOf(address))));
}

function pickWrongAnswers(
  piece: PieceOfArt,
  everybody: readonly string[],
  nameOf: (address: string) => string,
  random: Random,
): NamedArtist[] {
  const taken = makerNames(piece, nameOf);
  const open = [...everybody];
  const wrong: NamedArtist[] = [];
  while (wrong.length < CHOICE_COUNT - 1 && open.length > 0) {
    // The last one fills the gap: a catalogue of a thousand artists is not shuffled for three of them.
    const place = randomIndex(open.length, random);
    const address = open[place] as string;
    open[place] = open[open.length - 1] as string;
    open.pop();
    const artist = nameOf(address);
    if (taken.has(nameKey(artist))) continue;
    taken.add(nameKey(artist));
    wrong.push({ address, artist });
  }
  if (wrong.length < CHOICE_COUNT - 1) {
    throw new NotEnoughArtistsError(
      `A round needs ${CHOICE_COUNT - 1} artists with different names who did not work on the piece; the catalogue has ${wrong.length}.`,
    );
  }
  return wrong;
}
