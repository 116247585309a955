/** Opens, uses and closes a directory again and again, and tells what the process holds on to. Needs --expose-gc. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FsyncMode, fileEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';

export interface CyclesArgument {
  dataDir: string;
  kind: 'lives' | 'refused: held' | 'refused: corrupt';
  cycles: number;
  tellEach: number;
}

export interface Holdings {
  cycle: number;
  files: number;
  /** Kinds of what keeps the event loop alive. */
  resources: string[];
  heapBytes: number;
}

const FSYNC: FsyncMode[] = ['always', 'everysec', 'never'];
const LOG = 'players';

async function holdings(cycle: number): Promise<Holdings> {
  // What was closed may still be on its way back from the thread that closes it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  globalThis.gc?.();
  globalThis.gc?.();
  const files = readdirSync('/proc/self/fd').length;
  return {
    cycle,
    files,
    resources: process.getActiveResourcesInfo().sort(),
    heapBytes: process.memoryUsage().heapUsed,
  };
}

async function live(dataDir: string, cycle: number): Promise<void> {
  const fsync = FSYNC[cycle % FSYNC.length] as FsyncMode;
  const engine = fileEngine(resolveLogOptions({ dataDir, fsync, mainFiles: { maxStaleMs: cycle % 10 } }), silent);
  await engine.open();
  const stop = engine.onChange(() => undefined);
  const appends = Array.from({ length: 10 }, (_, i) =>
    engine.append(LOG, { op: 'SET', key: `k${(cycle * 10 + i) % 50}`, value: { cycle, i } }),
  );
  await Promise.all(appends);
  await engine.update<number>(LOG, 'count', (count = 0) => count + 1);
  await engine.append('tokens', { op: 'SET', data: { cycle } });
  await Promise.all([engine.compact(LOG), engine.append(LOG, { op: 'DELETE', key: 'k1' })]);
  await engine.get(LOG, 'k2');
  for await (const _ of engine.stream(LOG, { backups: true })) break;
  const follower = (async () => {
    for await (const _ of engine.stream(LOG, { follow: true })) if (cycle % 2 === 0) break;
  })();
  if (cycle % 3 > 0) stop();
  await engine.close();
  await follower;
}

async function beRefused(dataDir: string, code: string): Promise<void> {
  const engine = fileEngine(resolveLogOptions({ dataDir }), silent);
  try {
    await engine.open();
    await engine.openLog(LOG);
  } catch (error) {
    if ((error as { code?: string }).code !== code) throw error;
    await engine.close();
    return;
  }
  throw new Error(`Expected ${code}`);
}

/** A log whose first line is damaged, with others behind it, and nothing to mend it by. */
async function damage(dataDir: string): Promise<void> {
  const engine = fileEngine(resolveLogOptions({ dataDir, mainFiles: false }), silent);
  await engine.open();
  for (let i = 0; i < 5; i += 1) await engine.append(LOG, { op: 'SET', key: `k${i}`, value: i });
  await engine.close();
  const path = join(dataDir, 'logs', `${LOG}.log`);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"k0","value":0', '"k0","value":7').replace('"k2"', '"k9"'));
}

endWithParent();
const { dataDir, kind, cycles, tellEach } = argument<CyclesArgument>();
const holder = fileEngine(resolveLogOptions({ dataDir }), silent);
if (kind === 'refused: held') await holder.open();
if (kind === 'refused: corrupt') await damage(dataDir);
for (let cycle = 1; cycle <= cycles; cycle += 1) {
  if (kind === 'lives') await live(dataDir, cycle);
  else await beRefused(dataDir, kind === 'refused: held' ? 'LOG_LOCKED' : 'LOG_CORRUPT');
  if (cycle % tellEach === 0) tell('holds', await holdings(cycle));
}
tell('done');
process.exit(0);
