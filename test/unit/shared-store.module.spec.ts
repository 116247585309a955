import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { LEASE_OPTIONS, type LeaseOptions } from '../../src/game/sharing/process-lease.service.js';
import { sharedGames, storageOptions } from '../../src/shared-store.module.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

const NATS_URL = 'nats://127.0.0.1:4222';

afterEach(removeAllScratch);

describe('storageOptions', () => {
  it('name a directory, the one of the environment or ./data, and no engine', async () => {
    expect(await storageOptions({})).toEqual({ dataDir: './data' });
    expect(await storageOptions({ DATA_DIR: '', NATS_URL: '' })).toEqual({ dataDir: './data' });
    expect(await storageOptions({ DATA_DIR: './elsewhere' })).toEqual({ dataDir: './elsewhere' });
  });

  it('leave the other variables unread where there is no cluster', async () => {
    expect(await storageOptions({ NATS_REPLICAS: 'many', NATS_CREDS: './nowhere' })).toEqual({ dataDir: './data' });
  });

  it.each([
    [{}],
    [{ NATS_REPLICAS: '' }],
    [{ NATS_REPLICAS: '5' }],
    [{ NATS_PREFIX: 'quiz-2' }],
    [{ NATS_PREFIX: '' }],
  ])('have an engine with NATS_URL and %p, which connects to nothing yet', async (more) => {
    const { dataDir, engine } = await storageOptions({ NATS_URL, ...more });
    expect(dataDir).toBe('./data');
    expect(engine).toEqual(expect.any(Function));
  });

  it.each(['0', '2', '4', '-1', '1.5', 'three', 'Infinity'])('refuse NATS_REPLICAS=%s', async (replicas) => {
    await expect(storageOptions({ NATS_URL, NATS_REPLICAS: replicas })).rejects.toThrow(
      new TypeError(`Expected NATS_REPLICAS to be 1, 3 or 5, got "${replicas}"`),
    );
  });

  it.each(['http://127.0.0.1', 'nats://', ':'])('refuse NATS_URL=%s', async (address) => {
    const refused = storageOptions({ NATS_URL: address });
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow('NATS_URL');
  });

  it('refuse a prefix that no subject can have', async () => {
    const refused = storageOptions({ NATS_URL, NATS_PREFIX: 'a.b' });
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(/NATS_PREFIX.*`prefix`.*"a\.b"/);
  });

  it('refuse credentials that cannot be read, and take those that can', async () => {
    const creds = join(scratchDirectory(), 'bot.creds');
    await expect(storageOptions({ NATS_URL, NATS_CREDS: creds })).rejects.toThrow(
      /^NATS_CREDS names a file that cannot be read: ENOENT/,
    );
    writeFileSync(creds, '');
    expect(await storageOptions({ NATS_URL, NATS_CREDS: creds })).toHaveProperty('engine');
  });
});

describe('sharedGames', () => {
  it('are none on a directory, whatever the lease', () => {
    expect(sharedGames({})).toEqual([]);
    expect(sharedGames({ NATS_URL: '', LEASE_SECONDS: 'long' })).toEqual([]);
  });

  it.each([
    [undefined, 10_000],
    ['', 10_000],
    ['1', 1_000],
    ['2.5', 2_500],
    ['600', 600_000],
  ])('last LEASE_SECONDS=%s on a cluster', (seconds, ttlMs) => {
    expect(ttlOf({ NATS_URL, LEASE_SECONDS: seconds })).toBe(ttlMs);
  });

  it.each(['0', '0.9', '601', '-5', 'ten', 'NaN', 'Infinity'])('refuse LEASE_SECONDS=%s', (seconds) => {
    expect(() => sharedGames({ NATS_URL, LEASE_SECONDS: seconds })).toThrow(
      new TypeError(`Expected LEASE_SECONDS to be a number from 1 to 600, got "${seconds}"`),
    );
  });
});

function ttlOf(env: NodeJS.ProcessEnv): number {
  const [module] = sharedGames(env);
  const given = module?.providers?.find((provider) => 'provide' in provider && provider.provide === LEASE_OPTIONS);
  return (given as { useValue: LeaseOptions }).useValue.ttlMs;
}
