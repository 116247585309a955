import type { FetchedCatalogue } from '../game/index.js';
import { gatewayUrl, ipfsPath } from './ipfs.js';
import type { ObjktCreator, ObjktToken } from './tokens-of-wallet.js';

export interface CatalogueRules {
  /** The gateway whose addresses are stored; a picture is looked for at the others, too, when it is shown. */
  gateway: string;
  /** Whether artists without a name are left out, with the pieces that nobody else had a hand in. */
  excludeUnresolved: boolean;
}

type Token = FetchedCatalogue['tokens'][number];
type ArtistInfo = FetchedCatalogue['artistInfo'][string];

/** How long texts of other people's making may get; in characters of a string. */
const MAX_LENGTH = { name: 64, title: 200, description: 1_000 };
/** The picture of hundreds of thousands of tokens that were minted without one: a ring. */
const STAND_IN = 'QmNrhZHUaEqxhyLfqoq1mtHSipkWHeT31LNHb1QEbDHgnc';
/** Control characters, direction marks and halves of characters: they break lines, mirror text or cannot be stored. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
/** The same but for line ends, which a description may have. */
const UNPRINTABLE_IN_TEXT = /[^\P{Cc}\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * The tokens of a wallet as a catalogue. Dropped and counted are tokens without a picture on IPFS or without an
 * artist, and those that come twice.
 */
export function catalogueFromTokens(held: readonly ObjktToken[], rules: CatalogueRules): FetchedCatalogue {
  const tokens = new Map<string, Token>();
  const artistInfo = new Map<string, ArtistInfo>();
  for (const one of held) {
    const artists = artistsOf(one, rules);
    const token = tokenOf(one, [...artists.keys()], rules);
    const key = `${token?.contract}:${token?.tokenId}`;
    if (!token || tokens.has(key)) continue;
    tokens.set(key, token);
    for (const [address, artist] of artists) artistInfo.set(address, artist);
  }
  return {
    tokens: [...tokens.values()],
    artistInfo: Object.fromEntries(artistInfo),
    dropped: held.length - tokens.size,
  };
}

function tokenOf(token: ObjktToken, artists: string[], { gateway }: CatalogueRules): Token | undefined {
  const tokenId = line(token.token_id, 256);
  const picture = pictureOf(token);
  // Whoever has a name of their own is asked for, rather than an address.
  const [primaryArtist] = artists;
  if (tokenId === '' || picture === undefined || primaryArtist === undefined) return undefined;
  return {
    tokenId,
    name: line(token.name, MAX_LENGTH.title) || `#${tokenId}`,
    description: paragraph(token.description),
    imageUrl: gatewayUrl(gateway, picture),
    fullImageUrl: gatewayUrl(gateway, originalOf(token) ?? picture),
    artists,
    primaryArtist,
    contract: line(token.fa_contract, 256),
  };
}

/** What stands for the piece where the piece itself may be a film or a program. */
function pictureOf(token: ObjktToken): string | undefined {
  return pathOf(token.display_uri) ?? originalOf(token) ?? pathOf(token.thumbnail_uri);
}

function originalOf({ mime, artifact_uri }: ObjktToken): string | undefined {
  return typeof mime === 'string' && mime.startsWith('image/') ? pathOf(artifact_uri) : undefined;
}

function pathOf(uri: unknown): string | undefined {
  const path = typeof uri === 'string' ? ipfsPath(uri) : undefined;
  return path === STAND_IN ? undefined : path;
}

/** Those who made a token, the ones with a name first. */
function artistsOf({ creators }: ObjktToken, { excludeUnresolved }: CatalogueRules): Map<string, ArtistInfo> {
  const all = (Array.isArray(creators) ? creators : []).map(artistOf).filter((artist) => artist !== undefined);
  const resolved = all.filter(([, { hasResolution }]) => hasResolution);
  const others = all.filter(([, { hasResolution }]) => !hasResolution);
  return new Map(excludeUnresolved ? resolved : [...resolved, ...others]);
}

function artistOf(creator: ObjktCreator | null): [string, ArtistInfo] | undefined {
  const holder = creator?.holder;
  const address = line(creator?.creator_address, 256) || line(holder?.address, 256);
  if (address === '') return undefined;
  const alias = line(holder?.alias, MAX_LENGTH.name);
  const tzdomain = line(holder?.tzdomain, MAX_LENGTH.name);
  const description = paragraph(holder?.description);
  const logo = line(holder?.logo, MAX_LENGTH.description);
  const info = { tzdomain, alias, description, logo };
  const isKnown = Object.values(info).some((text) => text !== '');
  return [
    address,
    {
      displayName: alias || tzdomain || shortened(address),
      hasResolution: alias !== '' || tzdomain !== '',
      info: isKnown ? { ...info } : null,
    },
  ];
}

function shortened(address: string): string {
  return address.length > 12 ? `${address.slice(0, 6)}…${address.slice(-4)}` : address;
}

function line(text: unknown, maxLength: number): string {
  if (typeof text !== 'string') return '';
  const printable = text.slice(0, maxLength).replace(/\s/gu, ' ').replace(UNPRINTABLE, '');
  return printable.replace(/ +/g, ' ').trim();
}

function paragraph(text: unknown): string {
  if (typeof text !== 'string') return '';
  return text.slice(0, MAX_LENGTH.description).replace(/\r\n?/g, '\n').replace(UNPRINTABLE_IN_TEXT, '').trim();
}
