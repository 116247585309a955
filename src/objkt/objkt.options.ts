import { gatewayOf } from './ipfs.js';

/** Which catalogue is fetched, and from where. */
export interface ObjktOptions {
  /** The Tezos address whose tokens are played. */
  wallet: string;
  /** The GraphQL endpoint. */
  url: string;
  /** Bases of IPFS gateways, the one to be asked first at the head; `/ipfs/<cid>` is appended to them. */
  gateways: readonly string[];
  /** Whether artists who have neither an alias nor a Tezos domain are left out, with what only they made. */
  excludeUnresolved: boolean;
  /** Hours after which the catalogue is fetched again. */
  refreshHours: number;
  /** Whether a wallet may lose more than half of its pieces from one time to the next. */
  acceptsShrinking: boolean;
}

export const OBJKT_DEFAULTS = Object.freeze({
  /** The collection that the first "Name That Artist" was played with. */
  wallet: 'tz1RZN17j7FuPtDpGpXKgMXbx57WEhpZGF6B',
  url: 'https://data.objkt.com/v3/graphql',
  gateways: Object.freeze(['https://ipfs.fileship.xyz', 'https://ipfs.io', 'https://dweb.link']),
  excludeUnresolved: true,
  refreshHours: 24,
  acceptsShrinking: false,
}) satisfies ObjktOptions;

type Environment = Readonly<Record<string, string | undefined>>;

const ADDRESS = /^(tz[1-4]|KT1)[1-9A-HJ-NP-Za-km-z]{33}$/;
const YES = new Set(['1', 'true', 'yes', 'on']);
const NO = new Set(['0', 'false', 'no', 'off']);
const REFRESH_HOURS_MAX = 500;

/**
 * What the environment says: any `OBJKT` or `OBJKT_…` variable that is not empty asks for the catalogue of objkt.com,
 * `OBJKT=0` declines it whatever else is set. Undefined where it is not asked for.
 * @throws TypeError naming a variable that is wrong, what was expected and what was got
 */
export function objktOptionsFrom(environment: Environment): ObjktOptions | undefined {
  const isNamed = Object.entries(environment).some(([name, value]) => /^OBJKT(_|$)/.test(name) && value?.trim());
  if (!isNamed || !flag(environment, 'OBJKT', true)) return undefined;
  return {
    wallet: wallet(environment),
    url: url(environment),
    gateways: gateways(environment),
    excludeUnresolved: flag(environment, 'OBJKT_EXCLUDE_UNRESOLVED', OBJKT_DEFAULTS.excludeUnresolved),
    refreshHours: refreshHours(environment),
    acceptsShrinking: flag(environment, 'OBJKT_ACCEPT_SHRINKING', OBJKT_DEFAULTS.acceptsShrinking),
  };
}

function wallet(environment: Environment): string {
  const text = read(environment, 'OBJKT_WALLET') ?? OBJKT_DEFAULTS.wallet;
  if (ADDRESS.test(text)) return text;
  throw mistake('OBJKT_WALLET', 'a Tezos address such as tz1RZN17j7FuPtDpGpXKgMXbx57WEhpZGF6B', text);
}

function url(environment: Environment): string {
  const text = read(environment, 'OBJKT_URL') ?? OBJKT_DEFAULTS.url;
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === 'https:' || parsed?.protocol === 'http:') return parsed.href;
  throw mistake('OBJKT_URL', 'the http(s) address of a GraphQL endpoint', text);
}

function gateways(environment: Environment): readonly string[] {
  const text = read(environment, 'IPFS_GATEWAYS');
  if (text === undefined) return OBJKT_DEFAULTS.gateways;
  const expected = 'http(s) addresses of IPFS gateways, separated by commas';
  const named = text.split(',').flatMap((part) => part.trim() || []);
  if (named.length === 0) throw mistake('IPFS_GATEWAYS', expected, text);
  const bases = named.map((part) => {
    const gateway = gatewayOf(part);
    if (gateway === undefined) throw mistake('IPFS_GATEWAYS', expected, part);
    return gateway;
  });
  return [...new Set(bases)];
}

function refreshHours(environment: Environment): number {
  const text = read(environment, 'OBJKT_REFRESH_HOURS');
  if (text === undefined) return OBJKT_DEFAULTS.refreshHours;
  const hours = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (hours > 0 && hours <= REFRESH_HOURS_MAX) return hours;
  throw mistake('OBJKT_REFRESH_HOURS', `a number of hours above 0, at most ${REFRESH_HOURS_MAX}`, text);
}

function flag(environment: Environment, name: string, byDefault: boolean): boolean {
  const text = read(environment, name);
  if (text === undefined) return byDefault;
  const word = text.toLowerCase();
  if (!YES.has(word) && !NO.has(word)) throw mistake(name, 'true or false', text);
  return YES.has(word);
}

/** A variable that is empty, as in a copied example file, is not set. */
function read(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined;
}

function mistake(name: string, expected: string, got: string): TypeError {
  return new TypeError(`${name} must be ${expected}; it is ${JSON.stringify(got.slice(0, 100))}.`);
}
