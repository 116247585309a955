/** A small program on the file door, which kills its own process at one call of it. */
import { fileEngineOn, type LogEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { type DiskCall, guardedDisk } from '../support/guarded-disk.js';
import type { DeathPoint } from '../support/mortal-disk.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';
import { sentValue } from '../support/write-model.js';

export interface KillPointArgument {
  dataDir: string;
  /** What is done on the disk, and from which number on its writes count. */
  program: 'life' | 'open';
  logs: string[];
  firstId: number;
  /** The call at which to die, counted from 1; 0 to live. */
  call: number;
  point: DeathPoint;
}

const given = argument<KillPointArgument>();
const LOG = 'players';
const calls: Pick<DiskCall, 'name' | 'path' | 'changes'>[] = [];
/** Appends that a compaction is met with, at each other call that it makes. */
let meetings = 0;
let nextId = given.firstId;
const met: Promise<void>[] = [];

const disk = guardedDisk(async (call, perform) => {
  calls.push({ name: call.name, path: call.path, changes: call.changes });
  const dies = calls.length === given.call;
  if (dies && given.point === 'half') await call.performHalf?.();
  if (dies && given.point !== 'after') die();
  const result = await perform();
  if (dies) die();
  if (meetings > 0 && calls.length % 2 === 0) {
    meetings -= 1;
    met.push(append());
  }
  return result;
});

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way to this very thread.
  for (;;);
}

async function append(): Promise<void> {
  const id = nextId;
  nextId += 1;
  const key = `k${id % 7}`;
  const deletes = id % 5 === 4;
  tell('sent', LOG, id, deletes ? 'delete' : 'set', key, id);
  const { seq } = await engine.append(
    LOG,
    deletes ? { op: 'DELETE', key } : { op: 'SET', key, value: sentValue(key, id) },
  );
  tell('acknowledged', LOG, id, seq);
}

/** Everything that a log goes through: writes, the swap with writes on the way, a second swap, main file, close. */
async function live(running: LogEngine): Promise<void> {
  await running.openLog(LOG);
  for (let batch = 0; batch < 4; batch += 1) await Promise.all(Array.from({ length: 5 }, append));
  meetings = 8;
  await running.compact(LOG);
  meetings = 0;
  await Promise.all(met);
  await Promise.all(Array.from({ length: 3 }, append));
  await running.compact(LOG);
  await append();
}

endWithParent();
const engine = fileEngineOn(disk)(
  resolveLogOptions({ dataDir: given.dataDir, mainFiles: { maxStaleMs: 60_000 } }),
  silent,
);
await engine.open();
if (given.program === 'life') await live(engine);
else for (const log of given.logs) await engine.openLog(log);
await engine.close();
tell('lived', calls);
process.exit(0);
