/** Writes with many in flight, announcing each write before and acknowledging it after, until it is killed. */
import { type FsyncMode, fileEngine, fileEngineOn, resolveLogOptions } from '../../src/storage/log/index.js';
import { ANNOUNCED_LOGS, AnnouncedWrites } from '../support/announced-writes.js';
import { guardedDisk, slowly } from '../support/guarded-disk.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';
import { Random } from '../support/random.js';

export interface WriterArgument {
  dataDir: string;
  fsync: FsyncMode;
  seed: number;
  /** Numbers of this child's writes begin here, so that no two children send the same value. */
  firstId: number;
  writers: number;
  compacts: boolean;
  /** Whether the logs are opened before the first write, or by it. */
  opensFirst: boolean;
  slowDisk: boolean;
}

const given = argument<WriterArgument>();
const random = new Random(given.seed);
endWithParent();
const options = resolveLogOptions({ dataDir: given.dataDir, fsync: given.fsync, mainFiles: { maxStaleMs: 10 } });
const engine = (given.slowDisk ? fileEngineOn(guardedDisk(slowly(random))) : fileEngine)(options, silent);
const writes = new AnnouncedWrites(engine, random, given.firstId);
await engine.open();
if (given.opensFirst) for (const log of ANNOUNCED_LOGS) await engine.openLog(log);
tell('writing');
const writers = Array.from({ length: given.writers }, async () => {
  for (;;) await writes.write();
});
const compactors = given.compacts ? ANNOUNCED_LOGS.map((log) => writes.compactWhile(log, () => true)) : [];
await Promise.all([...writers, ...compactors]).catch((error) => {
  tell('failed', String((error as Error)?.stack ?? error));
  process.exit(1);
});
