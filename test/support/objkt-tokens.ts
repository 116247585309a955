/** Tokens as objkt.com has them, made up. */
import type { ObjktCreator, ObjktToken } from '../../src/objkt/tokens-of-wallet.js';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export const WALLET = addressOf(0);

/** The address of a made-up person; the same number is the same person. */
export function addressOf(number: number): string {
  return `tz1${base58(number).padStart(33, 'A')}`;
}

/** The hash of a made-up file. */
export function cidOf(number: number): string {
  return `Qm${base58(number).padStart(44, 'X')}`;
}

export function creatorOf(number: number, holder: Partial<NonNullable<ObjktCreator['holder']>> = {}): ObjktCreator {
  const address = addressOf(number);
  const names = { alias: `Artist ${number}`, tzdomain: null, logo: null, description: null };
  return { creator_address: address, holder: { address, ...names, ...holder } };
}

/** A piece by artist 1 unless somebody else is named. */
export function tokenOf(number: number, changes: Partial<ObjktToken> = {}): ObjktToken {
  return {
    token_id: String(number),
    fa_contract: 'KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton',
    name: `Piece ${number}`,
    description: `About piece ${number}`,
    mime: 'image/png',
    display_uri: `ipfs://${cidOf(number)}`,
    thumbnail_uri: null,
    artifact_uri: `ipfs://${cidOf(1_000_000 + number)}`,
    creators: [creatorOf(1)],
    ...changes,
  };
}

/** So many pieces by so many artists, in turn. */
export function collectionOf(pieces: number, artists: number): ObjktToken[] {
  return Array.from({ length: pieces }, (_, i) => tokenOf(i, { creators: [creatorOf(1 + (i % artists))] }));
}

function base58(number: number): string {
  let text = '';
  for (let rest = number; rest > 0; rest = Math.floor(rest / 58)) text = `${BASE58[rest % 58]}${text}`;
  return text;
}
