import type { ArtistInfo, Token } from '../storage/index.js';

/** A whole catalogue, as a source has it at one time. */
export interface FetchedCatalogue {
  tokens: Token[];
  /** By the artist's address. */
  artistInfo: Record<string, ArtistInfo>;
  /** Pieces that the source has and nobody could play: without a picture, for instance, or named twice. */
  dropped: number;
}

export interface FetchOptions {
  /** Aborted when the application shuts down. */
  signal: AbortSignal;
  /** Told now and then how many pieces there are so far and, where that is known, of how many. */
  progress?(done: number, of?: number): void;
}

/** Where a catalogue comes from that is not built in. */
export interface CatalogueSource {
  /**
   * Tells sources apart, in the store and in the log: what is stored under another name is replaced at once,
   * so the name should name everything that decides what is fetched.
   */
  readonly name: string;
  /** Hours after which a catalogue is fetched again. @default 24 */
  readonly refreshHours?: number;
  /** Whether a catalogue may lose more than half of its pieces from one time to the next. @default false */
  readonly acceptsShrinking?: boolean;
  /** The whole catalogue. Rejects if any part of it is missing: half a catalogue must never pass for a whole one. */
  fetch(options: FetchOptions): Promise<FetchedCatalogue>;
}

/** Injection token of the {@link CatalogueSource}. Where nobody provides it, the built-in catalogue is played. */
export const CATALOGUE_SOURCE = Symbol('CATALOGUE_SOURCE');
