/** The configuration and the certificates that docs/scaling ships, on three real servers: who is let in, and what others hear. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jetStreamEngine, jetStreamOptionsFrom } from '../../src/jetstream/index.js';
import { type LogEngine, LogError, resolveLogOptions } from '../../src/storage/log/index.js';
import { Child, killAllChildren } from '../support/child.js';
import { type NatsServer, natsClusterOf, type Place, removeNatsServers } from '../support/nats.js';
import { silent } from '../support/parent.js';
import { inTime } from '../support/patience.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

const scaling = fileURLToPath(new URL('../../../docs/scaling/', import.meta.url));
const PASSWORD = 'right-password';
const LOG = 'players';
const CONNECT_TIMEOUT_MS = 2500;

let certificates: string;
let strangers: string;
let servers: NatsServer[];

beforeAll(async () => {
  [certificates, strangers] = [makeCertificates(), makeCertificates()];
  servers = await natsClusterOf(3, shipped);
  // The first one to ask waits until the servers have found each other.
  const engine = engineOn(`tls://bot:${PASSWORD}`, certificates, 60_000);
  await engine.open();
  await engine.openLog(LOG);
  await engine.close();
}, 120_000);

afterAll(async () => {
  await killAllChildren();
  await removeNatsServers();
  removeAllScratch();
});

function makeCertificates(): string {
  const directory = scratchDirectory();
  // The script calls it by its name.
  const path = [dirname(process.env.OPENSSL_PATH ?? ''), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path };
  execFileSync('sh', [join(scaling, 'certificates.sh'), directory], { stdio: 'ignore', env });
  return directory;
}

/** The file as it is shipped, but for places: each piece that is replaced must be there. */
function shipped({ name, port, clusterPort, routes, directory }: Place): Pick<Place, 'whole' | 'env'> {
  const store = join(directory, 'data');
  mkdirSync(store);
  let whole = readFileSync(join(scaling, 'nats.conf'), 'utf8');
  for (const [there, here] of [
    ['"0.0.0.0:4222"', `"127.0.0.1:${port}"`],
    ['"127.0.0.1:8222"', '"127.0.0.1:-1"'],
    ['"0.0.0.0:6222"', `"127.0.0.1:${clusterPort}"`],
    ['"/data"', JSON.stringify(store)],
    ['"/certs/', `"${certificates}/`],
    ...routes.map((route, i) => [`nats://nats-${i + 1}:6222`, `nats://127.0.0.1:${route}`]),
  ] as [string, string][]) {
    expect(whole).toContain(there);
    whole = whole.replaceAll(there, here);
  }
  return { whole, env: { NATS_NAME: name, BOT_PASSWORD: PASSWORD, ADMIN_PASSWORD: 'another' } };
}

/** @param before of each address: protocol, and who asks */
function engineOn(before: string, ca: string | undefined, connectTimeoutMs = CONNECT_TIMEOUT_MS): LogEngine {
  const hosts = servers.map(({ url }) => url.replace('nats://', ''));
  const address = hosts.map((host) => (before.endsWith('//') ? before + host : `${before}@${host}`)).join(',');
  const extras = { replicas: 3, ...(ca === undefined ? {} : { caFile: join(ca, 'ca.crt') }) };
  const options = { ...jetStreamOptionsFrom(address, extras), connectTimeoutMs };
  return jetStreamEngine(options)(resolveLogOptions({}), silent);
}

test('the right password and the authority let in, and what is written is there for the next one', async () => {
  const engine = engineOn(`tls://bot:${PASSWORD}`, certificates);
  await engine.open();
  await engine.append(LOG, { op: 'SET', key: 'ada', value: 1 });
  await engine.close();
  const next = engineOn(`tls://bot:${PASSWORD}`, certificates);
  await next.open();
  expect(await next.get(LOG, 'ada')).toBe(1);
  await next.close();
});

describe('nobody is let in, and is told why in time,', () => {
  const right = `bot:${PASSWORD}`;
  test.each([
    [
      'with a wrong password',
      'tls://bot:wrong',
      () => certificates,
      /let this client in .*: its credentials are refused/,
    ],
    ['without a password', 'tls://', () => certificates, /let this client in .*: its credentials are refused/],
    ['without the authority', `tls://${right}`, () => undefined, /certificate is refused/],
    ['with another authority', `tls://${right}`, () => strangers, /certificate is refused/],
    ['with the authority in a file that is not there', `tls://${right}`, () => '/nowhere', /nowhere.ca\.crt/],
    ['by nats://, without the authority', `nats://${right}`, () => undefined, /certificate is refused/],
  ])('%s', async (_, before, ca, why) => {
    const engine = engineOn(before, ca());
    const began = Date.now();
    const error = await inTime(
      'the start',
      20_000,
      engine.open().catch((reason: unknown) => reason),
    );
    expect(Date.now() - began).toBeLessThan(CONNECT_TIMEOUT_MS + 1500);
    expect(error).toBeInstanceOf(LogError);
    const { code, message } = error as LogError;
    expect(code).toBe('LOG_IO');
    expect(message).toMatch(why);
    for (const { url } of servers) expect(message).toContain(url.replace('nats://', ''));
    expect(message).not.toContain(PASSWORD);
  });
});

test('a start that was refused leaves nothing behind that keeps the process', async () => {
  const address = servers.map(({ url }) => url.replace('nats://', 'tls://bot:wrong@')).join(',');
  const task = { address, caFile: join(certificates, 'ca.crt'), connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const child = new Child(new URL('./jetstream-refused-child.js', import.meta.url), task);
  await inTime('being refused', 20_000, child.message('refused'));
  expect(await inTime('ending', 10_000, child.ended)).toMatchObject({ code: 0 });
});
