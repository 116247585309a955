/** The catalogue of artworks as it is stored: its shape and the rules for its fields. Pure. */

import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Min,
  ValidateNested,
} from 'class-validator';

/** One artwork. Only `tokenId` must be there, because catalogues of other age and origin hold fewer fields. @publicApi */
export class Token {
  @IsString()
  tokenId!: string;

  @IsOptional()
  @IsString()
  name?: string;

  @IsOptional()
  @IsString()
  description?: string | null;

  @IsOptional()
  @IsString()
  imageUrl?: string;

  @IsOptional()
  @IsString()
  fullImageUrl?: string;

  /** Addresses of everybody who made the piece. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  artists?: string[];

  /** The address whose name is the right answer. */
  @IsOptional()
  @IsString()
  primaryArtist?: string;

  @IsOptional()
  @IsString()
  contract?: string;
}

/** What is known about the name of an artist. @publicApi */
export class ArtistInfo {
  @IsString()
  displayName!: string;

  /** False where the display name is only the shortened address. */
  @IsBoolean()
  hasResolution!: boolean;

  @IsOptional()
  @IsObject()
  info?: Record<string, unknown> | null;
}

/** @publicApi */
export class TokenCatalogue {
  /** When the catalogue was fetched, ISO 8601 UTC. */
  @IsISO8601()
  lastUpdated!: string;

  @IsInt()
  @Min(0)
  count!: number;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Token)
  tokens!: Token[];

  /** By the artist's address. */
  @IsOptional()
  @IsObject()
  artistInfo?: Record<string, ArtistInfo>;

  /** Where the catalogue was fetched; missing where nobody said. */
  @IsOptional()
  @IsString()
  source?: string;
}
