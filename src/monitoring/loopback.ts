/** What counts as this machine talking to itself. Pure. */
import { isIPv4, isIPv6 } from 'node:net';

/** Headers by which a proxy says for whom it asks: whoever that is, it is not this machine's own browser. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Whether an address is 127.0.0.0/8 or ::1, also where IPv6 wraps the former. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (isIPv4(plain)) return plain.startsWith('127.');
  return isIPv6(plain) && (plain === '::1' || plain === '0:0:0:0:0:0:0:1');
}

/**
 * Whether the name that a browser asked for can only mean this machine. A page of another site can make its own name
 * resolve to 127.0.0.1 (DNS rebinding) and would then be of our origin; it cannot make a browser ask for `localhost`.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host)?.[1]?.toLowerCase();
  if (name === undefined || name === '') return false;
  if (name.startsWith('[')) return isIPv6(name.slice(1, -1)) && isLoopbackAddress(name.slice(1, -1));
  return name === 'localhost' || name.endsWith('.localhost') || (isIPv4(name) && isLoopbackAddress(name));
}

/** Why a request is not one of this machine's own; undefined where it is. */
export function strangeness(remoteAddress: string | undefined, headers: Headers): string | undefined {
  if (!isLoopbackAddress(remoteAddress)) return 'it does not come from this machine';
  const host = headers.host;
  if (typeof host !== 'string' || !isLoopbackHost(host)) return 'it asks for another name than localhost';
  const proxied = PROXY_HEADERS.find((name) => headers[name] !== undefined);
  return proxied === undefined ? undefined : `it was handed on by a proxy (${proxied})`;
}

/**
 * Where a server would listen with these arguments of `server.listen`, if others than this machine could reach it;
 * undefined where they could not.
 */
export function openAddress(args: readonly unknown[]): string | undefined {
  const [first, second] = args;
  if (typeof first === 'object' && first !== null) return openAddressOf(first as Record<string, unknown>);
  // A path of a local socket: no network, and requests by it have no address that would let them in.
  if (typeof first === 'string' && Number.isNaN(Number(first))) return undefined;
  return openHost(typeof second === 'string' ? second : undefined);
}

function openAddressOf(options: Record<string, unknown>): string | undefined {
  if (typeof options.path === 'string' && options.port === undefined) return undefined;
  const handle = 'port' in options ? undefined : (options._handle ?? options.fd);
  if (handle !== undefined) return 'a socket that was opened elsewhere';
  return openHost(typeof options.host === 'string' ? options.host : undefined);
}

function openHost(host: string | undefined): string | undefined {
  if (host === undefined || host === '') return 'every address';
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host) ? undefined : host;
}
