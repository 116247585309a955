import { afterEach, describe, expect, test } from '@jest/globals';
import { engineContract } from '../../src/contract/index.js';
import { PlayerRepository } from '../../src/storage/index.js';
import { memoryEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { RecordedMessages } from '../support/log-words.js';
import { openStore } from '../support/store.js';

engineContract(
  { describe, test, afterEach },
  {
    name: 'memory',
    isDurable: false,
    create: async () => ({
      async open(options = {}) {
        const engine = memoryEngine(resolveLogOptions(options), new RecordedMessages());
        await engine.open();
        return engine;
      },
      remove: async () => undefined,
    }),
  },
);

test('repositories run on memory, and no directory is made', async () => {
  const dataDir = 'nowhere/at/all';
  const store = await openStore({ dataDir, engine: memoryEngine });
  await store.app.get(PlayerRepository).updatePlayerStats('ada', 'Ada', 100, true);
  expect(await store.players.getRank('ada')).toBe(1);
  expect(await store.logs.getLogSize('players')).toBeGreaterThan(100);
  await store.app.close();
  const { existsSync } = await import('node:fs');
  expect(existsSync('nowhere')).toBe(false);
});
