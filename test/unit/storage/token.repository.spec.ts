import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Token } from '../../../src/storage/index.js';
import { openStore, type Store } from '../../support/store.js';

let store: Store;
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  store = await openStore();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await store.close();
});

const token = (tokenId: string): Token => ({
  tokenId,
  name: `Piece #${tokenId}`,
  description: 'lines',
  imageUrl: 'ipfs://a',
  fullImageUrl: 'ipfs://b',
  artists: ['tz1a'],
  primaryArtist: 'tz1a',
  contract: 'KT1',
});
const artistInfo = { tz1a: { displayName: 'Ana', hasResolution: true, info: { alias: 'Ana' } } };

describe('saveTokens', () => {
  test('keeps the catalogue as one whole state', async () => {
    const saved = await store.tokens.saveTokens([token('1'), token('2')], artistInfo);
    expect(saved).toEqual({
      lastUpdated: expect.stringMatching(/^\d{4}-.*Z$/),
      count: 2,
      tokens: [token('1'), token('2')],
      artistInfo,
    });
    await expect(store.tokens.loadTokens()).resolves.toEqual(saved);
    await expect(store.logs.readLogEntries('tokens')).resolves.toMatchObject([{ op: 'SET', data: saved }]);
  });

  test('replaces all of the former catalogue', async () => {
    await store.tokens.saveTokens([token('1')], artistInfo);
    await store.tokens.saveTokens([token('2')]);
    const loaded = await store.tokens.loadTokens();
    expect(loaded?.tokens.map(({ tokenId }) => tokenId)).toEqual(['2']);
    expect(loaded).not.toHaveProperty('artistInfo');
  });

  test('keeps where the catalogue was fetched, until another one takes its place', async () => {
    await store.tokens.saveTokens([token('1')], artistInfo, undefined, 'a wallet');
    await expect(store.tokens.loadTokens()).resolves.toMatchObject({ source: 'a wallet' });
    await store.tokens.saveTokens([token('1')], artistInfo);
    expect(await store.tokens.loadTokens()).not.toHaveProperty('source');
  });

  test('keeps members that it does not know', async () => {
    await store.tokens.saveTokens([{ tokenId: '1', fa: 'KT1' } as Token]);
    await expect(store.tokens.loadTokens()).resolves.toMatchObject({ tokens: [{ tokenId: '1', fa: 'KT1' }] });
  });

  test('takes artists whose addresses trip up objects', async () => {
    const artists = JSON.parse(
      '{"__proto__":{"displayName":"P","hasResolution":false},"constructor":{"displayName":"C","hasResolution":false}}',
    );
    await store.tokens.saveTokens([token('1')], artists);
    expect(JSON.stringify((await store.tokens.loadTokens())?.artistInfo)).toBe(JSON.stringify(artists));
  });

  test.each([
    ['tokens', ['none']],
    ['tokens[1].tokenId', [[token('1'), { name: 'no id' }]]],
    ['tokens[0].artists', [[{ tokenId: '1', artists: 'tz1a' }]]],
    ['tokens[0]', [[null]]],
    ['artistInfo', [[token('1')], []]],
    ['artistInfo.tz1a.displayName', [[token('1')], { tz1a: { hasResolution: true } }]],
    ['artistInfo.tz1a', [[token('1')], { tz1a: 'Ana' }]],
  ])('refuses a wrong %s and keeps the former catalogue', async (path, given) => {
    const before = await store.tokens.saveTokens([token('1')]);
    const save = store.tokens.saveTokens(...(given as unknown as Parameters<typeof store.tokens.saveTokens>));
    await expect(save).rejects.toThrow(path);
    await expect(save).rejects.toBeInstanceOf(TypeError);
    await expect(store.tokens.loadTokens()).resolves.toEqual(before);
  });
});

describe('loadTokens', () => {
  test('gives undefined where there is no catalogue', async () => {
    await expect(store.tokens.loadTokens()).resolves.toBeUndefined();
  });

  test('reads what today’s rules would refuse', async () => {
    const data = { lastUpdated: 'long ago', count: 1, tokens: [{ name: 'no id' }] };
    await store.logs.append('tokens', { op: 'SET', data });
    await expect(store.tokens.loadTokens()).resolves.toEqual(data);
  });

  test('never mixes two catalogues', async () => {
    const catalogues = (): Promise<unknown>[] =>
      [1, 2, 3].map((n) => store.tokens.saveTokens(Array.from({ length: n }, (_, i) => token(`${n}-${i}`))));
    await store.tokens.saveTokens([token('first')]);
    const saves = catalogues();
    const loads = Array.from({ length: 10 }, () => store.tokens.loadTokens());
    for (const loaded of await Promise.all(loads)) expect(loaded?.tokens).toHaveLength(loaded?.count ?? -1);
    await Promise.all(saves);
  });
});

describe('needsTokenRefresh', () => {
  test('is true without a catalogue', async () => {
    await expect(store.tokens.needsTokenRefresh()).resolves.toBe(true);
  });

  test('turns true when the catalogue is older than asked for, by default a day', async () => {
    await store.tokens.saveTokens([token('1')]);
    const saved = Date.now();
    const passed = (hours: number): void => void jest.spyOn(Date, 'now').mockReturnValue(saved + hours * HOUR_MS);
    passed(23.9);
    await expect(store.tokens.needsTokenRefresh()).resolves.toBe(false);
    passed(24.1);
    await expect(store.tokens.needsTokenRefresh()).resolves.toBe(true);
    await expect(store.tokens.needsTokenRefresh(48)).resolves.toBe(false);
  });

  test.each(['never', '2999-01-01T00:00:00.000Z', 5, undefined])('is true for the time %p', async (lastUpdated) => {
    const data = { count: 0, tokens: [], ...(lastUpdated === undefined ? {} : { lastUpdated }) };
    await store.logs.append('tokens', { op: 'SET', data });
    await expect(store.tokens.needsTokenRefresh()).resolves.toBe(true);
  });

  test.each([Number.NaN, -1, '24'])('refuses a maximal age of %p', async (hours) => {
    await expect(store.tokens.needsTokenRefresh(hours as number)).rejects.toThrow('`maxAgeHours`');
  });
});

test('is a repository too: one member is held to the same rules', async () => {
  await store.tokens.saveTokens([token('1')]);
  await expect(store.tokens.set('tokens', [{ name: 'no id' }])).rejects.toThrow('tokens[0].tokenId');
  await store.tokens.set('lastUpdated', '2020-01-01T00:00:00.000Z');
  await expect(store.tokens.needsTokenRefresh()).resolves.toBe(true);
});
