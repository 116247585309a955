import type { PictureCheck } from './picture-check.js';
import type { Piece, Pieces } from './pieces.js';
import { confusableWith, makeChoices, NotEnoughArtistsError, type Random, type RoundChoices } from './rules/index.js';
import type { RoundPicture } from './session/session.js';
import type { GameState } from './session/state.js';

/** Pieces behind the next one whose pictures are looked at early, so that one that does not load costs no time. */
const LOOK_AHEAD = 2;

/** What a round's picture is made of. */
export interface PictureWorld {
  pieces: Pieces;
  check: PictureCheck;
  random: Random;
  /** Told of each piece that is passed over, since its picture does not load. */
  reportUnloadable(piece: Pick<Piece, 'key' | 'title' | 'imageUrl'>): void;
}

/**
 * The next piece that can still be shown, with its choices; undefined when none is left. A piece may have left the
 * catalogue since the game started, or its picture may not load: the game goes on without it.
 */
export async function nextPicture(
  { upcoming, mode }: Pick<GameState, 'upcoming' | 'mode'>,
  world: PictureWorld,
): Promise<RoundPicture | undefined> {
  for (const [place, pieceKey] of upcoming.entries()) {
    const piece = world.pieces.get(pieceKey);
    const answers = piece && choicesOf(piece, world);
    if (!answers) continue;
    const rest = upcoming.slice(place + 1);
    lookAt(rest, LOOK_AHEAD, world);
    const imageUrl = await loadable(piece, world);
    if (imageUrl === undefined) {
      world.reportUnloadable(piece);
      continue;
    }
    const { title, description } = piece;
    const naming = mode === 'typed' ? { naming: namingOf(piece, world.pieces) } : {};
    return { pieceKey, title, description, imageUrl, ...answers, ...naming, upcoming: rest };
  }
  return undefined;
}

/** As {@link nextPicture}, of the rounds that the day has. */
export async function nextDailyPicture(
  state: GameState,
  daily: { picture(state: GameState): Promise<RoundPicture | undefined> },
  world: Pick<PictureWorld, 'check' | 'reportUnloadable'>,
): Promise<RoundPicture | undefined> {
  for (let { upcoming } = state; ; ) {
    const picture = await daily.picture({ ...state, upcoming });
    if (!picture) return undefined;
    const imageUrl = await loadable(picture, world);
    if (imageUrl !== undefined) return { ...picture, imageUrl };
    world.reportUnloadable({ ...picture, key: picture.pieceKey });
    upcoming = picture.upcoming;
  }
}

/** Has the pictures looked at that come next, while there is time; the check remembers what it finds. */
export function preparePictures(
  { upcoming }: Pick<GameState, 'upcoming'>,
  world: Pick<PictureWorld, 'pieces' | 'check'>,
): void {
  lookAt(upcoming, 1 + LOOK_AHEAD, world);
}

function lookAt(keys: readonly string[], count: number, world: Pick<PictureWorld, 'pieces' | 'check'>): void {
  for (const key of keys.slice(0, count)) {
    const piece = world.pieces.get(key);
    if (piece) void loadable(piece, world);
  }
}

/** A check that fails has not seen the picture. */
function loadable(
  { imageUrl }: Pick<Piece, 'imageUrl'>,
  { check }: Pick<PictureWorld, 'check'>,
): Promise<string | undefined> {
  return check.usable(imageUrl).catch(() => undefined);
}

function choicesOf(piece: Piece, { pieces, random }: PictureWorld): RoundChoices | undefined {
  try {
    return makeChoices(piece, pieces.artists, pieces.nameOf, random);
  } catch (error) {
    if (error instanceof NotEnoughArtistsError) return undefined;
    throw error;
  }
}

/** Everybody who made the piece may be named, by any name. */
function namingOf(piece: Piece, pieces: Pieces): { right: string[]; confusable: string[] } {
  const makers = new Set([piece.primaryArtist, ...piece.artists]);
  const right = [...makers].flatMap((address) => pieces.namesOf(address));
  const others = pieces.artists.filter((address) => !makers.has(address)).flatMap((address) => pieces.namesOf(address));
  return { right, confusable: confusableWith(right, others) };
}
