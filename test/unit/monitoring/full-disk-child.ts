/** An application on a disk that is filled to the brim and freed again: what its health says of that. */
import { LogHealthIndicator, MonitoringModule } from '../../../src/monitoring/index.js';
import { AppendLogService, StorageModule } from '../../../src/storage/index.js';
import { Volume } from '../../crash/lab/full-disk/full-disk.js';
import { argument, endWithParent, tell } from '../../support/parent.js';
import { startApplication } from '../../support/store.js';

endWithParent();
const volume = new Volume(argument<{ mount: string }>().mount);
const app = await startApplication([
  StorageModule.forRoot({ dataDir: volume.dataDir, mainFiles: false }),
  MonitoringModule.forRoot({ health: { minFreeBytes: 1024 * 1024 } }),
]);
const logs = app.get(AppendLogService);
const tellHealth = async () => {
  const { 'append-log': health } = await app.get(LogHealthIndicator).isHealthy();
  tell('health', health.status, health.reasons, health.warnings, health.freeBytes);
};
const value = 'x'.repeat(5_000);

await logs.append('players', { op: 'SET', key: 'first', value });
await tellHealth();
volume.fill('ballast', 1024 * 1024);
await tellHealth();
volume.fill('brim');
let refusal: unknown;
for (let n = 0; refusal === undefined && n < 10; n += 1) {
  await logs.append('players', { op: 'SET', key: 'k', value }).catch((error: { code: string }) => {
    refusal = error.code;
  });
}
tell('refused', refusal);
await tellHealth();
volume.free('brim');
volume.free('ballast');
await logs.append('players', { op: 'SET', key: 'last', value });
await tellHealth();
await app.close();
process.exit(0);
