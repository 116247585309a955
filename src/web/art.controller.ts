import { Controller, Get, Inject, NotFoundException, Optional, Param, Res } from '@nestjs/common';
import { CatalogueService } from '../game/index.js';
import { ARTWORK_POLICY, IMAGE_SOURCES, mayLoad } from './security-headers.js';

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
}

/** Artworks: the built-in ones, whose ids say nothing about who made them, and a wall of some that there are. */
@Controller()
export class ArtController {
  constructor(
    private readonly catalogue: CatalogueService,
    @Optional() @Inject(IMAGE_SOURCES) private readonly imageSources: readonly string[] = [],
  ) {}

  @Get('art/:tokenId.svg')
  artwork(@Param('tokenId') tokenId: string, @Res({ passthrough: true }) response: ResponseWithHeaders): string {
    const artwork = this.catalogue.artwork(tokenId);
    if (artwork === undefined) throw new NotFoundException('There is no such artwork.');
    response.setHeader('Content-Type', 'image/svg+xml; charset=utf-8');
    response.setHeader('Content-Security-Policy', ARTWORK_POLICY);
    // The same seed draws the same picture for ever.
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    return artwork;
  }

  /** Some pieces to look at, one of each artist; without names, which are what the quiz is about. */
  @Get('api/wall')
  wall(): { imageUrls: string[] } {
    const oneOfEach = new Map(
      shuffled(this.catalogue.pieces().playable()).map((piece) => [piece.primaryArtist, piece]),
    );
    const imageUrls = [...oneOfEach.values()].map((piece) => piece.imageUrl);
    return { imageUrls: shuffled(imageUrls.filter((url) => mayLoad(url, this.imageSources))) };
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
