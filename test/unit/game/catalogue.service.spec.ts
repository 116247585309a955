import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { builtInCatalogue } from '../../../src/game/catalogue/index.js';
import { CatalogueService } from '../../../src/game/catalogue.service.js';
import type { CatalogueSource, FetchedCatalogue } from '../../../src/game/catalogue-source.js';
import { Pieces } from '../../../src/game/pieces.js';
import { FakeStore } from './fake-store.js';
import { gallery, settled } from './table.js';

const foreign = {
  tokenId: '1',
  name: 'Foreign',
  imageUrl: 'ipfs://1',
  artists: ['tz1'],
  primaryArtist: 'tz1',
  contract: 'KT1',
};
const catalogueOf = (tokens: object[]) => ({
  lastUpdated: new Date(0).toISOString(),
  count: tokens.length,
  tokens: tokens as (typeof foreign)[],
});

describe('CatalogueService', () => {
  let store: FakeStore;
  let catalogue: CatalogueService;

  beforeEach(() => {
    Logger.overrideLogger(false);
    store = new FakeStore();
    catalogue = new CatalogueService(store.tokens);
  });

  afterEach(() => {
    Logger.overrideLogger(['error', 'warn']);
    jest.restoreAllMocks();
  });

  it('stores and plays the built-in catalogue where none is stored', async () => {
    await catalogue.onApplicationBootstrap();
    expect(store.catalogue?.count).toBeGreaterThanOrEqual(60);
    expect(catalogue.pieces().playable()).toHaveLength(store.catalogue?.count ?? 0);
    expect(catalogue.pieces().artists.length).toBeGreaterThanOrEqual(8);
  });

  it('stores it once and not at every start', async () => {
    await catalogue.onApplicationBootstrap();
    await new CatalogueService(store.tokens).onApplicationBootstrap();
    expect(store.saves).toBe(1);
  });

  it('loads once, however many ask for it at the same time', async () => {
    await Promise.all([catalogue.ready(), catalogue.ready(), catalogue.onApplicationBootstrap()]);
    expect(store.saves).toBe(1);
  });

  it('brings an older built-in catalogue up to date', async () => {
    const { tokens, artistInfo } = builtInCatalogue();
    store.catalogue = { ...catalogueOf(tokens.slice(0, 10)), artistInfo };
    await catalogue.onApplicationBootstrap();
    expect(store.catalogue.count).toBe(tokens.length);
  });

  it('leaves a catalogue with a single token of somebody else alone, though it is too small to play', async () => {
    store.catalogue = catalogueOf([foreign]);
    await catalogue.onApplicationBootstrap();
    expect(store.saves).toBe(0);
    expect(catalogue.pieces().get('KT1:1')).toMatchObject({ title: 'Foreign' });
    expect(catalogue.pieces().playable()).toEqual([]);
  });

  it('plays from memory when the catalogue cannot be stored', async () => {
    store.beforeWrite = () => {
      throw new Error('disk full');
    };
    await catalogue.onApplicationBootstrap();
    expect(catalogue.pieces().playable().length).toBeGreaterThan(0);
  });

  it('sees new tokens when told to read again', async () => {
    await catalogue.onApplicationBootstrap();
    store.catalogue = catalogueOf([foreign]);
    await catalogue.reload();
    expect(catalogue.pieces().get('KT1:1')).toBeDefined();
  });

  it('draws the built-in pieces and nothing else', async () => {
    await catalogue.onApplicationBootstrap();
    const [piece] = catalogue.pieces().playable();
    expect(catalogue.artwork(piece?.tokenId ?? '')).toMatch(/^<svg/);
    expect(catalogue.artwork('__proto__')).toBeUndefined();
    expect(catalogue.artwork('1')).toBeUndefined();
  });
});

describe('CatalogueService with a source', () => {
  const wallet = (answer: () => Promise<FetchedCatalogue>): CatalogueSource => ({ name: 'a wallet', fetch: answer });
  const tokens = Array.from({ length: 8 }, (_, i) => ({
    ...foreign,
    tokenId: String(i),
    artists: [`tz${i}`],
    primaryArtist: `tz${i}`,
  }));
  const unanswered = () => new Promise<never>(() => undefined);
  let store: FakeStore;

  beforeEach(() => {
    Logger.overrideLogger(false);
    store = new FakeStore();
  });

  afterEach(() => {
    Logger.overrideLogger(['error', 'warn']);
  });

  it('plays the built-in pieces until the source has answered, and stores only what that says', async () => {
    let arrive = (_catalogue: FetchedCatalogue) => {};
    const catalogue = new CatalogueService(
      store.tokens,
      wallet(() => new Promise((resolve) => (arrive = resolve))),
    );
    await catalogue.onApplicationBootstrap();
    expect(catalogue.pieces().playable().length).toBeGreaterThanOrEqual(60);
    expect(store.saves).toBe(0);
    arrive({ tokens, artistInfo: {}, dropped: 0 });
    await settled();
    expect(catalogue.pieces().playable()).toHaveLength(8);
    expect(store.catalogue).toMatchObject({ count: 8, source: 'a wallet' });
    expect(catalogue.lastRefresh).toMatchObject({ tokens: 8 });
    await catalogue.beforeApplicationShutdown();
  });

  it('plays what is stored at once while the source is asked, and after it failed', async () => {
    store.catalogue = { ...catalogueOf(tokens), source: 'a wallet' };
    const waiting = new CatalogueService(store.tokens, wallet(unanswered));
    await waiting.onApplicationBootstrap();
    expect(waiting.pieces().playable()).toHaveLength(8);
    await waiting.beforeApplicationShutdown();

    const failing = new CatalogueService(
      store.tokens,
      wallet(async () => {
        throw new Error('down');
      }),
    );
    await failing.onApplicationBootstrap();
    expect((await failing.refresh()).error).toBe('down');
    expect(failing.pieces().playable()).toHaveLength(8);
    await failing.beforeApplicationShutdown();
  });

  it('plays the built-in pieces when the source is asked for no more, and leaves what it stored', async () => {
    store.catalogue = { ...catalogueOf(tokens), source: 'a wallet' };
    const catalogue = new CatalogueService(store.tokens);
    await catalogue.onApplicationBootstrap();
    expect(catalogue.pieces().get('KT1:1')).toBeUndefined();
    expect(catalogue.pieces().playable().length).toBeGreaterThanOrEqual(60);
    expect(store.catalogue).toMatchObject({ count: 8 });
    expect(store.saves).toBe(0);
    expect(() => catalogue.refresh()).toThrow(TypeError);
    expect(catalogue.lastRefresh).toBeUndefined();
  });
});

describe('Pieces', () => {
  it('falls back to the address of an artist without a name', () => {
    const pieces = new Pieces({ tokens: [foreign] });
    expect(pieces.nameOf('tz1')).toBe('tz1');
    expect(gallery().nameOf('tz1')).toBe('Artist 1');
    expect(gallery().nameOf('__proto__')).toBe('__proto__');
  });

  it('passes over tokens that have no picture or no artist', () => {
    const { imageUrl: _, ...blind } = foreign;
    const { artists: _a, primaryArtist: _p, ...orphan } = foreign;
    const pieces = new Pieces({ tokens: [blind, orphan, { ...foreign, tokenId: '2' }] });
    expect(pieces.get('KT1:1')).toBeUndefined();
    expect(pieces.get('KT1:2')).toBeDefined();
  });

  it('reads what an old token holds: the larger picture, the first artist, no title', () => {
    const old = { tokenId: '7', fullImageUrl: 'ipfs://7', artists: ['tz9'], description: null };
    expect(new Pieces({ tokens: [old] }).get(':7')).toEqual({
      key: ':7',
      tokenId: '7',
      title: '#7',
      description: '',
      imageUrl: 'ipfs://7',
      primaryArtist: 'tz9',
      artists: ['tz9'],
    });
  });

  it('tells tokens of one number from two contracts apart', () => {
    const pieces = new Pieces({ tokens: [foreign, { ...foreign, contract: 'KT2', name: 'Other' }] });
    expect(pieces.get('KT1:1')?.title).toBe('Foreign');
    expect(pieces.get('KT2:1')?.title).toBe('Other');
  });
});
