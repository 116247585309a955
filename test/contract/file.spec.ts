import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from '@jest/globals';
import { engineContract } from '../../src/contract/index.js';
import { fileEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { RecordedMessages } from '../support/log-words.js';

engineContract(
  { describe, test, afterEach },
  {
    name: 'file',
    async create() {
      const dataDir = await mkdtemp(join(tmpdir(), 'contract-'));
      return {
        async open(options = {}) {
          const engine = fileEngine(resolveLogOptions({ ...options, dataDir }), new RecordedMessages());
          await engine.open();
          return engine;
        },
        remove: () => rm(dataDir, { recursive: true, force: true }),
      };
    },
  },
);
