/** Opens a directory, tells how that went, and closes it or stays. */
import { spawn } from 'node:child_process';
import { fileEngine, fileEngineOn, LogError, resolveLogOptions } from '../../src/storage/log/index.js';
import { guardedDisk, slowly } from '../support/guarded-disk.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';
import { Random } from '../support/random.js';

export interface OpenerArgument {
  dataDir: string;
  logs: string[];
  /** Keeps the directory open until it is killed. */
  stays?: boolean;
  /** Starts a process of its own, which outlives a kill of this one by so many seconds. */
  leavesBehindSeconds?: number;
  /** Seed of a slow disk; the disk as it is without one. */
  slowSeed?: number;
}

const given = argument<OpenerArgument>();
endWithParent();
const make = given.slowSeed === undefined ? fileEngine : fileEngineOn(guardedDisk(slowly(new Random(given.slowSeed))));
const engine = make(resolveLogOptions({ dataDir: given.dataDir }), silent);
tell('opening');
const began = performance.now();
try {
  await engine.open();
  for (const log of given.logs) await engine.openLog(log);
  if (given.leavesBehindSeconds) {
    const { pid } = spawn('sleep', [String(given.leavesBehindSeconds)], { stdio: 'ignore', detached: true });
    tell('left behind', pid);
  }
  tell('opened', performance.now() - began);
  if (!given.stays) {
    await engine.close();
    process.exit(0);
  }
} catch (error) {
  const { code, message } = error as LogError;
  tell('refused', performance.now() - began, code, message);
  process.exit(0);
}
