import { describe, expect, it } from '@jest/globals';
import { catalogueFromTokens } from '../../../src/objkt/catalogue-from-tokens.js';
import type { ObjktToken } from '../../../src/objkt/tokens-of-wallet.js';
import { addressOf, cidOf, creatorOf, tokenOf } from '../../support/objkt-tokens.js';

const gateway = 'https://one.example';
const of = (tokens: ObjktToken[], excludeUnresolved = true) =>
  catalogueFromTokens(tokens, { gateway, excludeUnresolved });
const unnamed = (number: number) => creatorOf(number, { alias: null });

describe('catalogueFromTokens', () => {
  it('has the shapes that the store knows', () => {
    const logo = `ipfs://${cidOf(9)}`;
    const creator = creatorOf(1, { alias: 'Ada', tzdomain: 'ada.tez', logo, description: 'Draws.' });
    expect(of([tokenOf(5, { creators: [creator] })])).toEqual({
      tokens: [
        {
          tokenId: '5',
          name: 'Piece 5',
          description: 'About piece 5',
          imageUrl: `https://one.example/ipfs/${cidOf(5)}`,
          fullImageUrl: `https://one.example/ipfs/${cidOf(1_000_005)}`,
          artists: [addressOf(1)],
          primaryArtist: addressOf(1),
          contract: 'KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton',
        },
      ],
      artistInfo: {
        [addressOf(1)]: {
          displayName: 'Ada',
          hasResolution: true,
          info: { alias: 'Ada', tzdomain: 'ada.tez', logo, description: 'Draws.' },
        },
      },
      dropped: 0,
    });
  });

  it('calls artists by alias, then Tezos domain, then the shortened address', () => {
    const creators = [
      creatorOf(1, { alias: ' Ada ', tzdomain: 'ada.tez' }),
      creatorOf(2, { alias: '  ', tzdomain: 'bo.tez' }),
      unnamed(3),
      { creator_address: addressOf(4), holder: null },
    ];
    const { artistInfo } = of([tokenOf(1, { creators })], false);
    const short = (address: string) => `${address.slice(0, 6)}…${address.slice(-4)}`;
    expect(Object.values(artistInfo).map(({ displayName, hasResolution }) => [displayName, hasResolution])).toEqual([
      ['Ada', true],
      ['bo.tez', true],
      [short(addressOf(3)), false],
      [short(addressOf(4)), false],
    ]);
    expect(artistInfo[addressOf(3)]?.info).toBeNull();
  });

  it('names everybody who made a piece, and asks for one who has a name', () => {
    const [token] = of([tokenOf(1, { creators: [unnamed(3), creatorOf(2), creatorOf(1)] })], false).tokens;
    expect(token?.artists).toEqual([addressOf(2), addressOf(1), addressOf(3)]);
    expect(token?.primaryArtist).toBe(addressOf(2));
  });

  it('leaves out artists without a name, and pieces that nobody else made', () => {
    const tokens = [tokenOf(1, { creators: [unnamed(3), creatorOf(2)] }), tokenOf(2, { creators: [unnamed(3)] })];
    const named = of(tokens);
    expect(named.tokens.map(({ tokenId, artists }) => [tokenId, artists])).toEqual([['1', [addressOf(2)]]]);
    expect(Object.keys(named.artistInfo)).toEqual([addressOf(2)]);
    expect(named.dropped).toBe(1);
    expect(of(tokens, false)).toMatchObject({ tokens: { length: 2 }, dropped: 0 });
  });

  it('counts what cannot be played: no picture, no artist, the same piece again', () => {
    const { tokens, dropped } = of([
      tokenOf(1),
      tokenOf(1, { name: 'again' }),
      tokenOf(1, { fa_contract: 'KT1another' }),
      tokenOf(2, { display_uri: null, artifact_uri: null }),
      tokenOf(3, { display_uri: 'data:image/png;base64,AA==', artifact_uri: 'https://example.org/1.png' }),
      tokenOf(4, { creators: [] }),
      tokenOf(5, { creators: null }),
      tokenOf(6, { creators: [{ creator_address: null, holder: null }] }),
    ]);
    expect(tokens.map(({ name, contract }) => [name, contract])).toEqual([
      ['Piece 1', 'KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton'],
      ['Piece 1', 'KT1another'],
    ]);
    expect(dropped).toBe(6);
  });

  it.each([
    ['the preview', {}, cidOf(1)],
    ['the work itself where that is a picture', { display_uri: '' }, cidOf(1_000_001)],
    [
      'the thumbnail of a film',
      { display_uri: null, mime: 'video/mp4', thumbnail_uri: `ipfs://${cidOf(7)}` },
      cidOf(7),
    ],
  ])('shows %s', (_, changes, cid) => {
    expect(of([tokenOf(1, changes)]).tokens[0]?.imageUrl).toBe(`${gateway}/ipfs/${cid}`);
  });

  it('shows no stand-in that hides what the piece is', () => {
    const ring = 'ipfs://QmNrhZHUaEqxhyLfqoq1mtHSipkWHeT31LNHb1QEbDHgnc';
    const film = { mime: 'video/mp4', display_uri: ring, thumbnail_uri: ring };
    expect(of([tokenOf(1, film), tokenOf(2, { display_uri: ring })]).tokens.map(({ imageUrl }) => imageUrl)).toEqual([
      `${gateway}/ipfs/${cidOf(1_000_002)}`,
    ]);
  });

  it('keeps texts of other people in bounds and printable', () => {
    const name = `A\u202eda\n\u0000 ${'x'.repeat(500)}\ud800`;
    const long = { name, description: `One\r\nTwo\u0007 ${'y'.repeat(5_000)}` };
    const { tokens, artistInfo } = of([tokenOf(1, { ...long, creators: [creatorOf(1, { alias: name })] })]);
    expect(tokens[0]?.name).toMatch(/^Ada x+$/);
    expect(tokens[0]?.name?.length).toBeLessThanOrEqual(200);
    expect(tokens[0]?.description).toMatch(/^One\nTwo y+$/);
    expect(tokens[0]?.description?.length).toBeLessThanOrEqual(1_000);
    expect(artistInfo[addressOf(1)]?.displayName).toMatch(/^Ada x{1,60}$/);
  });

  it('gives a piece without a title its number', () => {
    expect(of([tokenOf(1, { name: null, description: null })]).tokens[0]).toMatchObject({
      name: '#1',
      description: '',
    });
  });

  it('takes fields of any type', () => {
    const odd = { name: 7, description: {}, display_uri: [], mime: 1, creators: 'x' } as unknown as Partial<ObjktToken>;
    expect(of([tokenOf(1, odd)])).toMatchObject({ tokens: [], dropped: 1 });
  });
});
