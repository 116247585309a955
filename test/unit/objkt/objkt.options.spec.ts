import { describe, expect, it } from '@jest/globals';
import { OBJKT_DEFAULTS, objktOptionsFrom } from '../../../src/objkt/objkt.options.js';
import { addressOf } from '../../support/objkt-tokens.js';

describe('objktOptionsFrom', () => {
  it.each([{}, { IPFS_GATEWAYS: 'https://ipfs.io' }, { OBJKT: '', OBJKT_WALLET: ' ' }, { OBJKT: '0', OBJKT_URL: 'x' }])(
    'asks for nothing where nobody does: %j',
    (environment) => expect(objktOptionsFrom(environment)).toBeUndefined(),
  );

  it.each([{ OBJKT: '1' }, { OBJKT: 'true' }, { OBJKT_REFRESH_HOURS: '24' }])(
    'takes the reference wallet where none is named: %j',
    (environment) => expect(objktOptionsFrom(environment)).toEqual(OBJKT_DEFAULTS),
  );

  it('reads every variable', () => {
    const environment = {
      OBJKT_WALLET: ` ${addressOf(7)} `,
      OBJKT_URL: 'http://127.0.0.1:8080/v3/graphql',
      IPFS_GATEWAYS: 'https://one.example/ipfs/, http://127.0.0.1:8081/, https://one.example,',
      OBJKT_EXCLUDE_UNRESOLVED: 'False',
      OBJKT_REFRESH_HOURS: '0.5',
      OBJKT_ACCEPT_SHRINKING: 'yes',
    };
    expect(objktOptionsFrom(environment)).toEqual({
      wallet: addressOf(7),
      url: 'http://127.0.0.1:8080/v3/graphql',
      gateways: ['https://one.example', 'http://127.0.0.1:8081'],
      excludeUnresolved: false,
      refreshHours: 0.5,
      acceptsShrinking: true,
    });
  });

  it.each([
    ['OBJKT', 'perhaps'],
    ['OBJKT_WALLET', 'tz1short'],
    ['OBJKT_WALLET', 'tz9RZN17j7FuPtDpGpXKgMXbx57WEhpZGF6B'],
    ['OBJKT_URL', 'data.objkt.com'],
    ['OBJKT_URL', 'file:///etc/passwd'],
    ['IPFS_GATEWAYS', 'ipfs.io'],
    ['IPFS_GATEWAYS', 'https://ipfs.io/?cid='],
    ['IPFS_GATEWAYS', ' , '],
    ['OBJKT_EXCLUDE_UNRESOLVED', '2'],
    ['OBJKT_REFRESH_HOURS', '0'],
    ['OBJKT_REFRESH_HOURS', '-1'],
    ['OBJKT_REFRESH_HOURS', '501'],
    ['OBJKT_REFRESH_HOURS', '1e2'],
    ['OBJKT_ACCEPT_SHRINKING', 'maybe'],
  ])('refuses %s=%s by name', (name, value) => {
    const refusal = () => objktOptionsFrom({ OBJKT_REFRESH_HOURS: '24', [name]: value });
    expect(refusal).toThrow(TypeError);
    expect(refusal).toThrow(new RegExp(`^${name} must be .*; it is "`));
  });
});
