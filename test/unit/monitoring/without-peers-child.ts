/** An application in a process that has neither terminus nor prom-client: what it serves, and what it says at the start. */
import { NestFactory } from '@nestjs/core';
import { MonitoringModule, type MonitoringOptions, StorageModule } from '../../../src/index.js';
import { argument, endWithParent, tell } from '../../support/parent.js';

endWithParent();
const { dataDir } = argument<{ dataDir: string }>();

async function start(monitoring: MonitoringOptions) {
  class Root {}
  const imports = [StorageModule.forRoot({ dataDir }), MonitoringModule.forRoot(monitoring)];
  return NestFactory.create({ module: Root, imports }, { logger: false, abortOnError: false });
}

for (const name of ['@nestjs/terminus', 'prom-client']) {
  await import(name).catch((error: { code?: string }) => tell('missing', name, error.code));
}
const app = await start({ http: true, metrics: 'if-installed' });
await app.listen(0, '127.0.0.1');
for (const path of ['health', 'metrics']) {
  const response = await fetch(`${await app.getUrl()}/${path}`);
  tell(path, response.status, await response.json());
}
await app.close();
await start({ metrics: true }).then(
  () => tell('started'),
  (error: Error) => tell('refused', error.message),
);
process.exit(0);
