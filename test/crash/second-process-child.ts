/** Asks for a directory again and again until it has it, then writes and compacts until it is killed or told to leave. */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type FileSystem,
  fileEngineOn,
  type LogEngine,
  type LogError,
  NodeFileSystem,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { ANNOUNCED_LOGS, AnnouncedWrites } from '../support/announced-writes.js';
import { guardedDisk, slowly } from '../support/guarded-disk.js';
import { argument, silent, tell } from '../support/parent.js';
import { Random } from '../support/random.js';
import { stateDigest } from '../support/state-digest.js';

export interface ContenderArgument {
  dataDir: string;
  seed: number;
  firstId: number;
  writers: number;
  slowDisk: boolean;
  /** Believes that it has the lock, whoever has it. */
  lockless: boolean;
}

const given = argument<ContenderArgument>();
const random = new Random(given.seed);
let leaving = false;
// The parent holds the other end: when it closes, nobody waits for this child any more.
createInterface({ input: process.stdin })
  .on('line', () => {
    leaving = true;
  })
  .on('close', () => process.exit(1));

/** One clock for all processes of this machine. */
const now = () => Number(process.hrtime.bigint() / 1000n);

/** Tells how often it was refused, and which holders it was told of. */
async function takeHold(engine: LogEngine): Promise<void> {
  const holders = new Set<string>();
  for (let refusals = 0; ; refusals += 1) {
    try {
      await engine.open();
      return tell('holding', now(), refusals, [...holders]);
    } catch (error) {
      const { code, message } = error as LogError;
      if (code !== 'LOG_LOCKED') throw error;
      holders.add(/\(pid (\d+)/.exec(message)?.[1] ?? 'another');
      // Refused, it may not do anything else either.
      await engine.append('players', { op: 'SET', key: 'intruder', value: 0 }).then(
        () => Promise.reject(new Error('A process that was refused has written')),
        () => undefined,
      );
      if (refusals === 0) tell('refused');
    }
    await delay(random.below(6));
  }
}

/** What the holder before left. */
async function tellFound(engine: LogEngine, log: string): Promise<void> {
  await engine.openLog(log);
  const found = new Map<string, string>();
  for await (const [key, value] of engine.entries(log)) found.set(key, JSON.stringify(value));
  tell('found', log, engine.stats(log).seq, stateDigest(found));
}

function withoutLocks(disk: FileSystem): FileSystem {
  return Object.assign(Object.create(disk) as FileSystem, {
    async open(...words: Parameters<FileSystem['open']>) {
      const file = await disk.open(...words);
      file.tryLock = () => true;
      return file;
    },
  });
}

async function run(): Promise<void> {
  const options = resolveLogOptions({ dataDir: given.dataDir, mainFiles: { maxStaleMs: 5 } });
  const disk = given.slowDisk ? guardedDisk(slowly(random)) : new NodeFileSystem();
  const engine = fileEngineOn(given.lockless ? withoutLocks(disk) : disk)(options, silent);
  await takeHold(engine);
  for (const log of ANNOUNCED_LOGS) await tellFound(engine, log);
  const writes = new AnnouncedWrites(engine, random, given.firstId);
  tell('writing');
  const writers = Array.from({ length: given.writers }, async () => {
    while (!leaving) await writes.write();
  });
  const compactors = ANNOUNCED_LOGS.map((log) => writes.compactWhile(log, () => !leaving));
  await Promise.all([...writers, ...compactors]);
  tell('leaving', now());
  await engine.close();
  process.exit(0);
}

run().catch((error) => {
  tell('failed', String((error as Error)?.stack ?? error));
  process.exit(1);
});
