/** Follows a log, and tells its keys when it is asked, for late-messages.spec.ts. */
import { createInterface } from 'node:readline';
import { jetStreamEngine } from '../../../src/jetstream/index.js';
import { resolveLogOptions } from '../../../src/storage/log/index.js';
import { argument, endWithParent, silent, tell } from '../../support/parent.js';

const { servers, log } = argument<{ servers: string; log: string }>();
endWithParent();
const engine = jetStreamEngine({ servers })(resolveLogOptions({}), silent);
await engine.open();
await engine.openLog(log);
tell('follows');
createInterface({ input: process.stdin }).on('line', async (key) => {
  // Its own write is seen behind everything that others wrote before.
  await engine.append(log, { op: 'SET', key, value: true });
  const keys: string[] = [];
  for await (const each of engine.keys(log)) keys.push(each);
  tell(key, keys.sort());
});
