/** Performs a program on the file door of a real disk, and kills its own process at one call of it. */
import { type DiskCall, guardedDisk } from '../support/guarded-disk.js';
import { type KillProgram, ProgramRun } from '../support/kill-program.js';
import type { DeathPoint } from '../support/mortal-disk.js';
import { argument, endWithParent, tell } from '../support/parent.js';

export interface KillPointArgument {
  dataDir: string;
  program: KillProgram;
  /** The call at which to die, counted from 1; 0 to live. */
  call: number;
  point: DeathPoint;
}

const given = argument<KillPointArgument>();
const calls: Pick<DiskCall, 'name' | 'path' | 'changes'>[] = [];

const disk = guardedDisk(async (call, perform) => {
  calls.push({ name: call.name, path: call.path, changes: call.changes });
  const dies = calls.length === given.call;
  if (dies && given.point === 'half') await call.performHalf?.();
  if (dies && given.point !== 'after') die();
  const result = await perform();
  if (dies) die();
  return result;
});

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way to this very thread.
  for (;;);
}

endWithParent();
try {
  await new ProgramRun(given.program, given.dataDir, disk, tell).run();
  tell('lived', calls);
  process.exit(0);
} catch (error) {
  tell('failed', String((error as Error)?.stack ?? error));
  process.exit(1);
}
