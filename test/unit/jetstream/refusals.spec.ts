/** What servers refuse arrives as an error of the store, whatever was asked for. */
import { afterEach, expect, test } from '@jest/globals';
import { natsServer, removeNatsServers } from '../../support/nats.js';
import { closeEngines, openEngine } from '../../support/open-engines.js';

afterEach(async () => {
  await closeEngines();
  await removeNatsServers();
});

test('an account with room for one stream only says so when a log needs another one', async () => {
  const account = '{ jetstream: { max_streams: 1 }, users: [{ user: bot, password: secret }] }';
  const server = await natsServer(`accounts { BOT: ${account} }\n`);
  const connection = { user: 'bot', pass: 'secret' };
  const engine = await openEngine({ servers: server.url, connection });
  const refused = engine.openLog('players');
  await expect(refused).rejects.toMatchObject({
    name: 'LogError',
    code: 'LOG_IO',
    message: expect.stringMatching(/was refused: maximum number of streams reached.*limits of the account/),
    cause: expect.objectContaining({ code: 10027 }),
  });
});
