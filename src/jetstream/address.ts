/** Options of a connection from one line, as a command or an environment variable has them. */
import { credsAuthenticator } from '@nats-io/transport-node';
import type { JetStreamOptions } from './options.js';

/** What an address has no place for. @publicApi */
export interface AddressExtras extends Pick<JetStreamOptions, 'prefix' | 'replicas'> {
  /** Content of a credentials file. */
  creds?: Uint8Array;
  /** Path of a file with the certificates that vouch for the servers'. */
  caFile?: string;
}

/**
 * @param address `nats://user:password@host:4222`, or a token before the `@`; several servers with commas between
 * @throws TypeError naming what is wrong
 * @publicApi
 */
export function jetStreamOptionsFrom(address: string, extras: AddressExtras = {}): JetStreamOptions {
  const urls = address.split(',').map((each) => urlOf(each.trim()));
  const { username, password } = urls.find((url) => url.username !== '') ?? { username: '', password: '' };
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  const { creds, caFile, prefix, replicas } = extras;
  const isSecure = caFile !== undefined || urls.some(({ protocol }) => protocol === 'tls:');
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    ...(prefix !== undefined && { prefix }),
    ...(replicas !== undefined && { replicas }),
    connection: {
      ...(user !== '' && (pass === '' ? { token: user } : { user, pass })),
      ...(creds && { authenticator: credsAuthenticator(creds) }),
      ...(isSecure && { tls: caFile === undefined ? {} : { caFile } }),
    },
  };
}

/** The address as it may be shown: without passwords. @publicApi */
export function shownAddress(address: string): string {
  return address.replace(/\/\/[^@/,]*@/g, '//');
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) && text.includes('://') ? new URL(text) : undefined;
  const plain = url ?? (URL.canParse(`nats://${text}`) ? new URL(`nats://${text}`) : undefined);
  if (plain && plain.hostname !== '' && ['nats:', 'tls:'].includes(plain.protocol)) return plain;
  throw new TypeError(`Expected an address such as 'nats://127.0.0.1:4222', got '${shownAddress(text)}'`);
}
