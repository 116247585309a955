import { beforeEach, describe, expect, it } from '@jest/globals';
import { builtInCatalogue } from '../../../src/game/catalogue/index.js';
import { CatalogueRefresh } from '../../../src/game/catalogue-refresh.js';
import type { CatalogueSource, FetchedCatalogue, FetchOptions } from '../../../src/game/catalogue-source.js';
import { FakeStore } from './fake-store.js';
import { ManualClock, settled } from './table.js';

const HOUR_MS = 3_600_000;

/** A catalogue of so many pieces, by six artists unless there are fewer. */
function catalogueOf(pieces: number, artists = 6): FetchedCatalogue {
  const names = Array.from({ length: artists }, (_, i) => [
    `tz${i}`,
    { displayName: `A${i}`, hasResolution: true, info: null },
  ]);
  const tokens = Array.from({ length: pieces }, (_, i) => ({
    tokenId: String(i),
    imageUrl: `https://one.example/ipfs/${i}`,
    artists: [`tz${i % artists}`],
    primaryArtist: `tz${i % artists}`,
    contract: 'KT1',
  }));
  return { tokens, artistInfo: Object.fromEntries(names), dropped: 2 };
}

class Source implements CatalogueSource {
  name = 'a wallet';
  refreshHours: number | undefined;
  acceptsShrinking: boolean | undefined;
  fetches = 0;
  answer: (options: FetchOptions) => Promise<FetchedCatalogue> = async () => catalogueOf(20);

  fetch(options: FetchOptions): Promise<FetchedCatalogue> {
    this.fetches++;
    return this.answer(options);
  }
}

describe('CatalogueRefresh', () => {
  let clock: ManualClock;
  let store: FakeStore;
  let source: Source;
  let refresh: CatalogueRefresh;
  let played: number[];
  let said: string[];

  beforeEach(() => {
    clock = new ManualClock();
    store = new FakeStore();
    store.now = () => clock.now();
    source = new Source();
    played = [];
    said = [];
    refresh = anotherProcess();
  });

  function anotherProcess(): CatalogueRefresh {
    return new CatalogueRefresh(source, {
      tokens: store.tokens,
      logger: { log: (message) => said.push(message), warn: (message) => said.push(`warning: ${message}`) },
      play: ({ tokens }) => played.push(tokens.length),
      now: () => clock.now(),
      later: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    });
  }

  /** As if an earlier process had stored it. */
  async function stored(pieces: number, from: string | undefined = source.name): Promise<void> {
    const { tokens, artistInfo } = catalogueOf(pieces);
    await store.tokens.saveTokens(tokens, artistInfo, undefined, from);
    store.saves = 0;
  }

  it('fetches at the start where nothing is stored, without being waited for', async () => {
    let arrive = (_catalogue: FetchedCatalogue) => {};
    source.answer = () => new Promise((resolve) => (arrive = resolve));
    await refresh.start();
    expect(store.catalogue).toBeUndefined();
    arrive(catalogueOf(20));
    await settled();
    expect(store.catalogue).toMatchObject({ count: 20, source: 'a wallet' });
    expect(played).toEqual([20]);
    expect(refresh.last).toEqual({ source: 'a wallet', tokens: 20, artists: 6, dropped: 2, durationMs: 0 });
    expect(said).toEqual(['a wallet: 20 pieces by 6 artists, 2 left out, fetched in 0.0 s.']);
  });

  it('fetches again every 24 hours, counted from the last time, over restarts', async () => {
    await refresh.start();
    await clock.advance(20 * HOUR_MS);
    expect(source.fetches).toBe(1);
    await refresh.close();
    refresh = anotherProcess();
    await refresh.start();
    await clock.advance(4 * HOUR_MS - 1);
    expect(source.fetches).toBe(1);
    await clock.advance(1);
    expect(source.fetches).toBe(2);
    await clock.advance(48 * HOUR_MS);
    expect(source.fetches).toBe(4);
  });

  it('fetches at once where the stored catalogue is older than that, of another source, or built in', async () => {
    await stored(20);
    await clock.advance(24 * HOUR_MS + 1);
    await refresh.start();
    await settled();
    expect(source.fetches).toBe(1);
    source.name = 'another wallet';
    await anotherProcess().start();
    await settled();
    expect(source.fetches).toBe(2);
    const builtIn = builtInCatalogue();
    await store.tokens.saveTokens(builtIn.tokens, builtIn.artistInfo);
    await anotherProcess().start();
    await settled();
    expect(source.fetches).toBe(3);
    expect(store.catalogue).toMatchObject({ count: 20, source: 'another wallet' });
  });

  it('goes by the hours of its source', async () => {
    source.refreshHours = 1;
    await refresh.start();
    await clock.advance(3 * HOUR_MS);
    expect(source.fetches).toBe(4);
  });

  it('writes no second list where nothing has changed, only when that was seen', async () => {
    await stored(20);
    await clock.advance(HOUR_MS);
    const before = store.catalogue?.tokens;
    expect((await refresh.run()).error).toBeUndefined();
    expect(store.catalogue?.tokens).toBe(before);
    expect(store.catalogue?.lastUpdated).toBe(new Date(clock.now()).toISOString());
  });

  it('keeps the former catalogue when the source fails, says so, and tries ever later until it succeeds', async () => {
    await stored(20);
    source.answer = async () => {
      throw new Error('objkt.com could not be reached.');
    };
    const report = await refresh.run();
    expect(report).toMatchObject({ error: 'objkt.com could not be reached.', tokens: 0 });
    expect(store.saves).toBe(0);
    expect(played).toEqual([]);
    expect(said).toEqual([
      'warning: The catalogue was not refreshed and the former one is played. objkt.com could not be reached. Next try in 15 min.',
    ]);
    await clock.advance(15 * 60_000);
    expect(source.fetches).toBe(2);
    await clock.advance(30 * 60_000);
    expect(source.fetches).toBe(3);
    source.answer = async () => catalogueOf(21);
    await clock.advance(HOUR_MS);
    expect(store.catalogue?.count).toBe(21);
    await clock.advance(24 * HOUR_MS - 1);
    expect(source.fetches).toBe(4);
  });

  it('keeps the former catalogue when what comes breaks the rules of the store, or cannot be stored', async () => {
    await stored(20);
    store.beforeWrite = () => {
      throw new Error('the disk is full');
    };
    source.answer = async () => catalogueOf(21);
    expect((await refresh.run()).error).toBe('the disk is full');
    expect(store.catalogue?.count).toBe(20);
    expect(played).toEqual([]);
  });

  it.each([
    ['nothing', catalogueOf(0), /holds no piece that can be played \(2 were left out\)/],
    ['too few artists', catalogueOf(30, 3), /30 pieces are by too few artists/],
    ['less than half of the pieces', catalogueOf(9), /holds 9 pieces where 20 are stored/],
  ])('keeps the former catalogue when the source has %s', async (_, fetched, error) => {
    await stored(20);
    source.answer = async () => fetched;
    expect((await refresh.run()).error).toMatch(error);
    expect(store.catalogue?.count).toBe(20);
    expect(store.saves).toBe(0);
  });

  it('keeps a catalogue whose origin nobody noted from being halved, too', async () => {
    await stored(20, '');
    source.answer = async () => catalogueOf(9);
    expect((await refresh.run()).error).toMatch(/looks like half an answer/);
    expect(store.catalogue?.count).toBe(20);
  });

  it('takes half of the pieces, and fewer where that is confirmed or the source is another', async () => {
    await stored(20);
    source.answer = async () => catalogueOf(10);
    expect((await refresh.run()).error).toBeUndefined();
    source.answer = async () => catalogueOf(4);
    expect((await refresh.run()).error).toBeDefined();
    expect((await refresh.run(true)).error).toBeUndefined();
    expect(store.catalogue?.count).toBe(4);
    await stored(20);
    source.acceptsShrinking = true;
    expect((await refresh.run()).error).toBeUndefined();
    await stored(20, 'another wallet');
    source.acceptsShrinking = false;
    expect((await refresh.run()).error).toBeUndefined();
    expect(store.catalogue).toMatchObject({ count: 4, source: 'a wallet' });
  });

  it('never confirms a catalogue that cannot be played', async () => {
    await stored(20);
    source.answer = async () => catalogueOf(0);
    expect((await refresh.run(true)).error).toBeDefined();
    expect(store.catalogue?.count).toBe(20);
  });

  it('runs one fetch at a time, whoever asks', async () => {
    let arrive = (_catalogue: FetchedCatalogue) => {};
    source.answer = () => new Promise((resolve) => (arrive = resolve));
    const runs = [refresh.run(), refresh.run(), refresh.run()];
    await clock.advance(100 * HOUR_MS);
    expect(source.fetches).toBe(1);
    arrive(catalogueOf(20));
    expect(new Set(await Promise.all(runs)).size).toBe(1);
  });

  it('ends at shutdown though the source does not hear of it, and writes nothing any more', async () => {
    let arrive = (_catalogue: FetchedCatalogue) => {};
    let signal: AbortSignal | undefined;
    source.answer = (options) => {
      signal = options.signal;
      return new Promise((resolve) => (arrive = resolve));
    };
    await refresh.start();
    await refresh.close();
    expect(signal?.aborted).toBe(true);
    arrive(catalogueOf(20));
    await settled();
    expect(store.catalogue).toBeUndefined();
    expect(clock.running).toBe(0);
    expect(said).toEqual([]);
    expect((await refresh.run()).error).toBe('The application is shutting down.');
    expect(source.fetches).toBe(1);
  });

  it('waits at shutdown for a catalogue that is being written', async () => {
    let release = () => {};
    store.beforeWrite = () => new Promise((resolve) => (release = resolve));
    await refresh.start();
    await settled();
    let closed = false;
    const closing = refresh.close().then(() => (closed = true));
    await settled();
    expect(closed).toBe(false);
    release();
    await closing;
    expect(store.catalogue?.count).toBe(20);
    expect(clock.running).toBe(0);
  });

  it('tells of progress at most every ten seconds', async () => {
    source.answer = async ({ progress }) => {
      for (let page = 1; page <= 50; page++) {
        await clock.advance(600);
        progress?.(page * 500, page > 40 ? 25_000 : undefined);
      }
      return catalogueOf(20);
    };
    await refresh.run();
    expect(said.slice(0, -1)).toEqual(['a wallet: 8500 pieces so far.', 'a wallet: 17000 pieces so far.']);
  });
});
