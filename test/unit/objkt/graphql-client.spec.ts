import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphqlClient } from '../../../src/objkt/graphql-client.js';
import { FakeObjkt } from '../../support/fake-objkt.js';
import { collectionOf, WALLET } from '../../support/objkt-tokens.js';

const QUERY = 'query Q($where: token_holder_bool_exp!) { token_holder(where: $where, limit: $limit) { token_pk } }';
const VARIABLES = { where: { holder_address: { _eq: WALLET } }, order_by: [], limit: 5 };
const DOCUMENT = QUERY.replace('limit: $limit', 'order_by: $order_by, limit: $limit');
const NOW = Date.UTC(2026, 10, 27, 12);

describe('GraphqlClient', () => {
  let server: FakeObjkt;
  let waits: number[];
  let time: number;
  let client: GraphqlClient;
  const never = new AbortController().signal;

  const world = {
    now: () => time,
    sleep: async (ms: number) => {
      waits.push(ms);
      time += ms;
    },
    random: () => 0.5,
  };
  const ask = (signal = never) => client.query(DOCUMENT, VARIABLES, signal);
  const refusal = async () => ((await ask().catch((error: unknown) => error)) as Error).message;

  beforeEach(async () => {
    server = await FakeObjkt.open();
    server.hold(WALLET, collectionOf(2, 2));
    waits = [];
    time = NOW;
    client = new GraphqlClient({ url: server.url, timeoutMs: 200 }, world);
  });

  afterEach(() => server.close());

  it('answers with the data', async () => {
    expect(await ask()).toEqual({ token_holder: expect.arrayContaining([{ token_pk: 1_000 }, { token_pk: 1_007 }]) });
  });

  it('leaves 600 ms between the beginnings of two requests', async () => {
    await ask();
    await ask();
    time += 250;
    await ask();
    time += 10_000;
    await ask();
    expect(waits).toEqual([600, 350]);
  });

  it.each([
    ['a number of seconds', '7', 7_000],
    ['a date', new Date(NOW + 90_000).toUTCString(), 90_000],
    ['a date that is past', new Date(NOW - 90_000).toUTCString(), 0],
    ['more than an hour', '86400', 3_600_000],
  ])('waits as long as a 429 asks in %s', async (_, header, waitMs) => {
    server.failOnce(429, { 'Retry-After': header });
    await ask();
    expect(waits[0]).toBe(waitMs);
    expect(server.requests).toBe(2);
  });

  it('waits ever longer after failures, half of it by chance, and names the last one when it gives up', async () => {
    for (let time = 0; time < 6; time++) server.failOnce(503);
    expect(await refusal()).toBe(`${server.url} answered 503 Service Unavailable. It was asked 6 times.`);
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 12_000]);
    expect(server.requests).toBe(6);
  });

  it('does not hurry where a 429 says nothing', async () => {
    server.failOnce(429, { 'Retry-After': 'soon' });
    await ask();
    expect(waits).toEqual([750]);
  });

  it('tries again when no answer comes, the connection is cut, or the answer is half', async () => {
    server.hangOnce();
    server.halfOnce('cut');
    server.halfOnce('complete');
    expect(await ask()).toHaveProperty('token_holder');
    expect(server.requests).toBe(4);
  });

  it('says that nobody is there', async () => {
    server.goDown();
    expect(await refusal()).toMatch(/ could not be reached \(\w+\)\. It was asked 6 times\.$/);
  });

  it('says how long no answer came', async () => {
    for (let time = 0; time < 6; time++) server.hangOnce();
    expect(await refusal()).toContain('did not answer within 0.2 s');
  });

  it('shows the beginning of what is no JSON', async () => {
    for (let time = 0; time < 6; time++) server.failOnce(200, {}, '<!DOCTYPE html>\n<title>Just a moment…</title>');
    expect(await refusal()).toContain('answered with what is no JSON: "<!DOCTYPE html> <title>Just a moment');
  });

  it('takes errors in a 200 for what they are, and does not repeat a question that is wrong', async () => {
    server.errOnce("field 'colour' not found in type: 'token'");
    expect(await refusal()).toBe(`${server.url} refused the query: "field 'colour' not found in type: 'token'"`);
    expect(server.requests).toBe(1);
  });

  it.each([
    [400, 'bad'],
    [403, 'forbidden'],
  ])('does not repeat what was answered with %s', async (status, body) => {
    server.failOnce(status, {}, body);
    expect(await refusal()).toMatch(new RegExp(`answered ${status} .*: "${body}"$`));
    expect(server.requests).toBe(1);
  });

  it.each(['null', '[]', '{}', '{"data":null}', '"text"'])('refuses %s, which holds no data', async (body) => {
    server.failOnce(200, {}, body);
    expect(await refusal()).toContain('answered without data');
  });

  it('ends at once when it is told to: between two attempts, and during one', async () => {
    const between = new AbortController();
    const reason = new Error('closing');
    client = new GraphqlClient({ url: server.url }, { ...world, sleep: async () => between.abort(reason) });
    server.failOnce(500);
    await expect(ask(between.signal)).rejects.toBe(reason);
    expect(server.requests).toBe(1);

    const during = new AbortController();
    client = new GraphqlClient({ url: server.url });
    server.hangOnce();
    const asking = ask(during.signal);
    while (server.requests < 2) await new Promise((resolve) => setImmediate(resolve));
    during.abort(reason);
    await expect(asking).rejects.toBe(reason);
    await expect(ask(during.signal)).rejects.toBe(reason);
    expect(server.requests).toBe(2);
  });
});
