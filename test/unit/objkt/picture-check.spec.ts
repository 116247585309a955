import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayPictureCheck } from '../../../src/objkt/picture-check.js';
import { FakeGateway } from '../../support/fake-gateway.js';
import { cidOf } from '../../support/objkt-tokens.js';

const cid = cidOf(1);

describe('GatewayPictureCheck', () => {
  let first: FakeGateway;
  let second: FakeGateway;
  let time: number;
  let check: GatewayPictureCheck;

  beforeEach(async () => {
    first = await FakeGateway.open();
    second = await FakeGateway.open();
    time = 0;
    check = checkOf({ gatewayMs: 5_000 });
  });

  afterEach(() => Promise.all([first.close(), second.close()]));

  function checkOf(options: { gatewayMs?: number; limitMs?: number; remembered?: number }): GatewayPictureCheck {
    return new GatewayPictureCheck({ gateways: [first.url, second.url], ...options }, () => time);
  }

  it('asks the first gateway for the beginning of the picture', async () => {
    expect(await check.usable(`ipfs://${cid}`)).toBe(`${first.url}/ipfs/${cid}`);
    expect(first.asked).toEqual([{ path: `/ipfs/${cid}`, range: 'bytes=0-1023' }]);
    expect(second.asked).toEqual([]);
  });

  it.each(['missing', 'page', 'film', 'empty'] as const)('goes to the next one where it is %s', async (manner) => {
    first.set(cid, manner);
    expect(await check.usable(`ipfs://${cid}`)).toBe(`${second.url}/ipfs/${cid}`);
    expect(first.asked).toHaveLength(1);
  });

  it.each(['slow', 'cut'] as const)('does not wait for ever for one that is %s', async (manner) => {
    first.manner = manner;
    expect(await checkOf({ gatewayMs: 50 }).usable(`ipfs://${cid}`)).toBe(`${second.url}/ipfs/${cid}`);
  });

  it('does not follow a gateway to another host', async () => {
    first.set(cid, { elsewhere: second.url });
    second.set(cid, 'picture');
    expect(await check.usable(`ipfs://${cid}`)).toBe(`${second.url}/ipfs/${cid}`);
    expect(second.asked).toHaveLength(2);
  });

  it('finds the picture of a stored address whose gateway is gone', async () => {
    expect(await check.usable(`https://gone.example/ipfs/${cid}`)).toBe(`${first.url}/ipfs/${cid}`);
  });

  it('says so when no gateway has it, within the time for all of them', async () => {
    first.manner = 'missing';
    second.manner = 'missing';
    expect(await check.usable(`ipfs://${cid}`)).toBeUndefined();
    first.manner = 'slow';
    second.manner = 'slow';
    const startedAt = performance.now();
    expect(await checkOf({ limitMs: 100 }).usable(`ipfs://${cidOf(2)}`)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('survives gateways that are down', async () => {
    await first.close();
    expect(await check.usable(`ipfs://${cid}`)).toBe(`${second.url}/ipfs/${cid}`);
    first = await FakeGateway.open();
  });

  it('asks once for those who ask together, and remembers for half an hour', async () => {
    await Promise.all([check.usable(`ipfs://${cid}`), check.usable(`ipfs://${cid}`)]);
    time = 30 * 60_000 - 1;
    await check.usable(`ipfs://${cid}`);
    expect(first.asked).toHaveLength(1);
    time += 1;
    await check.usable(`ipfs://${cid}`);
    expect(first.asked).toHaveLength(2);
  });

  it('gives a picture that did not load another chance after a minute', async () => {
    first.manner = 'missing';
    second.manner = 'missing';
    expect(await check.usable(`ipfs://${cid}`)).toBeUndefined();
    first.manner = 'picture';
    time = 59_999;
    expect(await check.usable(`ipfs://${cid}`)).toBeUndefined();
    time = 60_000;
    expect(await check.usable(`ipfs://${cid}`)).toBe(`${first.url}/ipfs/${cid}`);
  });

  it('remembers no more than it may', async () => {
    check = checkOf({ remembered: 2 });
    for (const number of [1, 2, 3, 3, 2, 1]) await check.usable(`ipfs://${cidOf(number)}`);
    expect(first.asked.map(({ path }) => path)).toEqual([1, 2, 3, 1].map((number) => `/ipfs/${cidOf(number)}`));
  });

  it('lets a piece of this very server pass', async () => {
    expect(await check.usable('/art/0123.svg')).toBe('/art/0123.svg');
    expect([first.asked, second.asked]).toEqual([[], []]);
  });

  it('looks at a picture that is not on IPFS where it is', async () => {
    expect(await check.usable(`${first.url}/picture.png`)).toBeUndefined();
    expect(first.asked).toHaveLength(1);
    expect(await check.usable('mailto:ada@example.org')).toBeUndefined();
  });
});
