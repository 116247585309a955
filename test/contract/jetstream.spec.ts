import { afterAll, afterEach, beforeAll, describe, test } from '@jest/globals';
import { engineContract } from '../../src/contract/index.js';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { resolveLogOptions } from '../../src/storage/log/index.js';
import { RecordedMessages } from '../support/log-words.js';
import { type NatsServer, natsServer, removeNatsServers } from '../support/nats.js';

let server: NatsServer;
let storages = 0;

beforeAll(async () => {
  server = await natsServer();
});
afterAll(removeNatsServers);

engineContract(
  { describe, test, afterEach },
  {
    name: 'JetStream',
    async create() {
      // Another prefix is another storage; the server is removed as a whole.
      storages += 1;
      const factory = jetStreamEngine({ servers: server.url, prefix: `contract-${storages}` });
      return {
        async open(options = {}) {
          const engine = factory(resolveLogOptions(options), new RecordedMessages());
          await engine.open();
          return engine;
        },
        remove: async () => undefined,
      };
    },
  },
);
