import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphqlClient } from '../../../src/objkt/graphql-client.js';
import { tokensOfWallet } from '../../../src/objkt/tokens-of-wallet.js';
import { FakeObjkt } from '../../support/fake-objkt.js';
import { addressOf, collectionOf, tokenOf, WALLET } from '../../support/objkt-tokens.js';

describe('tokensOfWallet', () => {
  let server: FakeObjkt;
  const signal = new AbortController().signal;
  const idle = { now: () => 0, sleep: async () => {} };

  const tokens = (pageSize?: number, progress?: (done: number) => void) => {
    const client = new GraphqlClient({ url: server.url }, idle);
    return tokensOfWallet({ client, wallet: WALLET, signal, pageSize, progress });
  };
  /** Whatever the server may say, once. */
  const answered = (...pages: unknown[]) => {
    const client = { query: async () => ({ token_holder: pages.shift() }) };
    return tokensOfWallet({ client, wallet: WALLET, signal, pageSize: 2 });
  };

  beforeEach(async () => {
    server = await FakeObjkt.open();
  });

  afterEach(() => server.close());

  it('has every token once, in order, with its creators and their names', async () => {
    const collection = collectionOf(23, 5);
    server.hold(WALLET, collection);
    server.hold(addressOf(99), [tokenOf(500)]);
    server.sell(WALLET, tokenOf(501));
    const held = await tokens(10);
    expect(held.map(({ token_id }) => token_id)).toEqual(collection.map(({ token_id }) => token_id));
    expect(held[3]).toEqual(collection[3]);
  });

  it('asks for 500 at a time, and for no more pages than there are', async () => {
    server.hold(WALLET, collectionOf(1_201, 5));
    const done: number[] = [];
    expect(await tokens(undefined, (count) => done.push(count))).toHaveLength(1_201);
    expect(server.asked.map(({ limit }) => limit)).toEqual([500, 500, 500]);
    expect(done).toEqual([500, 1_000, 1_201]);
  });

  it('begins each page behind the last key, so that what is sold or bought meanwhile moves no other token', async () => {
    server.hold(WALLET, collectionOf(4, 4));
    const done: number[] = [];
    const held = await tokens(2, (count) => {
      done.push(count);
      if (done.length === 1) server.giveAway(WALLET, '0');
    });
    expect(held.map(({ token_id }) => token_id)).toEqual(['0', '1', '2', '3']);
    expect(server.asked.map(({ where }) => where.token_pk)).toEqual([{ _gt: -1 }, { _gt: 1_007 }, { _gt: 1_021 }]);
    expect(server.asked.map(({ order }) => order)).toEqual(Array(3).fill([{ token_pk: 'asc' }]));
  });

  it('reads on where the server gives fewer rows than asked for', async () => {
    server.hold(WALLET, collectionOf(23, 5));
    server.maxRows = 10;
    expect(await tokens()).toHaveLength(23);
    expect(server.requests).toBe(3);
  });

  it('is empty for a wallet without tokens', async () => {
    expect(await tokens()).toEqual([]);
    expect(server.requests).toBe(1);
  });

  it('fails as a whole when a page fails', async () => {
    server.hold(WALLET, collectionOf(23, 5));
    const done: number[] = [];
    const held = tokens(10, (count) => {
      done.push(count);
      if (done.length === 2) server.errOnce('database query error');
    });
    await expect(held).rejects.toThrow('refused the query: "database query error"');
  });

  it.each([
    ['a list', 'token_holder is no list', null],
    ['keys', 'not in the order of token_pk', [{ token: tokenOf(1) }]],
    ['rows', 'not in the order of token_pk', [null]],
    ['whole keys', 'not in the order of token_pk', [{ token_pk: 1.5 }]],
    ['keys that rise', 'not in the order of token_pk', [{ token_pk: 8 }, { token_pk: 8 }]],
  ])('refuses an answer without %s', async (_, why, page) => {
    await expect(answered(page)).rejects.toThrow(`Page 1 of the wallet makes no sense: `);
    await expect(answered(page)).rejects.toThrow(why);
  });

  it('refuses a page that comes a second time', async () => {
    const page = [{ token_pk: 1 }, { token_pk: 2 }];
    await expect(answered(page, page)).rejects.toThrow('Page 2 of the wallet makes no sense');
  });

  it('reads keys beyond 2^53 that come as text', async () => {
    const [one, two] = ['9007199254740993', '9007199254740994'].map((key) => ({ token_pk: key, token: tokenOf(1) }));
    expect(await answered([one, two], [])).toHaveLength(2);
  });
});
