/** What servers refuse arrives as an error of the store, whatever was asked for. */
import { afterEach, expect, test } from '@jest/globals';
import { jetStreamEngine } from '../../../src/jetstream/index.js';
import { type LogEngine, resolveLogOptions } from '../../../src/storage/log/index.js';
import { RecordedMessages } from '../../support/log-words.js';
import { natsServer, removeNatsServers } from '../../support/nats.js';

let engine: LogEngine | undefined;

afterEach(async () => {
  await engine?.close();
  engine = undefined;
  await removeNatsServers();
});

test('an account with room for one stream only says so when a log needs another one', async () => {
  const account = '{ jetstream: { max_streams: 1 }, users: [{ user: bot, password: secret }] }';
  const server = await natsServer(`accounts { BOT: ${account} }\n`);
  const connection = { user: 'bot', pass: 'secret' };
  engine = jetStreamEngine({ servers: server.url, connection })(resolveLogOptions(), new RecordedMessages());
  await engine.open();
  const refused = engine.openLog('players');
  await expect(refused).rejects.toMatchObject({
    name: 'LogError',
    code: 'LOG_IO',
    message: expect.stringMatching(/was refused: maximum number of streams reached.*limits of the account/),
    cause: expect.objectContaining({ code: 10027 }),
  });
});
