import type { PieceOfArt } from './artists.js';
import { type Random, randomIndex, shuffled } from './random.js';

interface Portfolio<T> {
  pieces: T[];
  shown: number;
}

/**
 * The pieces of a game in order: none twice, and no more than there are.
 * Artists take turns loosely: never the same one twice in a row while there is another, and whoever was shown most
 * waits for the others. A strict rotation would let players count out who comes next.
 */
export function pickRounds<T extends PieceOfArt>(pieces: readonly T[], rounds: number, random: Random): T[] {
  const portfolios = portfoliosOf(pieces, random);
  const picked: T[] = [];
  let last: Portfolio<T> | undefined;
  while (picked.length < rounds && portfolios.length > 0) {
    const next = nextPortfolio(portfolios, last, random);
    picked.push(next.pieces.pop() as T);
    next.shown++;
    if (next.pieces.length === 0) portfolios.splice(portfolios.indexOf(next), 1);
    last = next;
  }
  return picked;
}

function portfoliosOf<T extends PieceOfArt>(pieces: readonly T[], random: Random): Portfolio<T>[] {
  const unique = new Map(pieces.map((piece) => [piece.key, piece]));
  const byArtist = new Map<string, Portfolio<T>>();
  for (const piece of shuffled([...unique.values()], random)) {
    const portfolio = byArtist.get(piece.primaryArtist);
    if (portfolio) portfolio.pieces.push(piece);
    else byArtist.set(piece.primaryArtist, { pieces: [piece], shown: 0 });
  }
  return [...byArtist.values()];
}

function nextPortfolio<T>(
  portfolios: readonly Portfolio<T>[],
  last: Portfolio<T> | undefined,
  random: Random,
): Portfolio<T> {
  const others = portfolios.filter((portfolio) => portfolio !== last);
  const open = others.length > 0 ? others : portfolios;
  const fewest = Math.min(...open.map((portfolio) => portfolio.shown));
  const due = open.filter((portfolio) => portfolio.shown <= fewest + 1);
  return due[randomIndex(due.length, random)] as Portfolio<T>;
}
