import { describe, expect, it } from '@jest/globals';
import { gatewayOf, gatewayUrl, imageSourcesOf, ipfsPath, isAtGateway } from '../../../src/objkt/ipfs.js';
import { cidOf } from '../../support/objkt-tokens.js';

const cid = cidOf(5);
const cidV1 = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';

describe('ipfsPath', () => {
  it.each([
    [`ipfs://${cid}`, cid],
    [`ipfs://ipfs/${cid}`, cid],
    [`IPFS://${cidV1}/images/1.png`, `${cidV1}/images/1.png`],
    [`ipfs://${cid}/a b.png?x=1#y`, `${cid}/a%20b.png`],
    [`ipfs://${cid}/a%20b.png/`, `${cid}/a%20b.png`],
    [`https://ipfs.fileship.xyz/${cid}`, cid],
    [`https://ipfs.io/ipfs/${cid}/1.png`, `${cid}/1.png`],
    [`https://gateway.example/proxy/ipfs/${cid}`, cid],
    [`https://${cidV1}.ipfs.dweb.link/1.png`, `${cidV1}/1.png`],
  ])('finds the file of %s', (uri, path) => expect(ipfsPath(uri)).toBe(path));

  it.each([
    '',
    '/art/abc.svg',
    'ipfs://',
    'ipfs://not-a-hash',
    `ipfs://${cid}/../../admin`,
    `ipfs://${cid}/%2e%2e/admin`,
    'data:image/svg+xml;base64,PHN2Zz4=',
    'https://example.org/picture.png',
    'http://169.254.169.254/latest',
    `https://example.org/page/${cid}`,
  ])('finds none in %s', (uri) => expect(ipfsPath(uri)).toBeUndefined());
});

describe('a gateway', () => {
  it.each([
    ['https://ipfs.io', 'https://ipfs.io'],
    ['https://ipfs.io/ipfs/', 'https://ipfs.io'],
    ['https://one.example/proxy/ipfs', 'https://one.example/proxy'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
  ])('is kept without its folder: %s', (text, base) => {
    expect(gatewayOf(text)).toBe(base);
    expect(gatewayUrl(base, cid)).toBe(`${base}/ipfs/${cid}`);
  });

  it.each(['ipfs.io', 'ftp://ipfs.io', 'https://user:secret@ipfs.io', 'https://ipfs.io/?a', ''])('is not: %s', (text) =>
    expect(gatewayOf(text)).toBeUndefined(),
  );

  it('may give files host names of their own, and nothing else', () => {
    expect(isAtGateway(`https://${cidV1}.ipfs.dweb.link/`, 'https://dweb.link')).toBe(true);
    expect(isAtGateway(`https://dweb.link/ipfs/${cid}`, 'https://dweb.link')).toBe(true);
    expect(isAtGateway(`https://evil-dweb.link/ipfs/${cid}`, 'https://dweb.link')).toBe(false);
    expect(isAtGateway(`https://evil.dweb.link/ipfs/${cid}`, 'https://dweb.link')).toBe(false);
    expect(isAtGateway(`http://dweb.link/ipfs/${cid}`, 'https://dweb.link')).toBe(false);
  });

  it('is named in the policy of the page with all its host names', () => {
    expect(imageSourcesOf(['https://dweb.link', 'http://127.0.0.1:81/a', 'http://127.0.0.1:81/b'])).toEqual([
      'https://dweb.link',
      'https://*.ipfs.dweb.link',
      'http://127.0.0.1:81',
    ]);
  });
});
