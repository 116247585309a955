/**
 * One holder for each data directory: a lock on the file LOCK that the kernel releases however the process ends,
 * so nothing is left behind to be judged stale. What stands in the file only tells others who holds it.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDiskFull, LogError, systemCode } from './errors.js';
import type { FileSystem, OpenFile } from './file-system.js';

/** Who holds a data directory, as far as that can be told. @publicApi */
export interface Holder {
  pid: number;
  host: string;
  since: string;
}

/** A holder writes who it is right after it has the lock; another may look in between. */
const LOOKS = 5;
const LOOK_AGAIN_MS = 10;

/**
 * Who holds a directory, without disturbing anybody: the lock is not asked for, since whoever starts in that moment
 * would be refused.
 * @returns undefined where nobody does; a holder without a pid where it could not say who it is
 */
export async function holderOf(disk: FileSystem, dataDir: string): Promise<Partial<Holder> | undefined> {
  const path = join(dataDir, 'LOCK');
  const content = await disk.readFile(path);
  if (content === undefined) return undefined;
  const holder = parseHolder(content);
  const isLocked = await disk.isLocked?.(path);
  if (isLocked !== undefined) return isLocked ? holder : undefined;
  if (holder.pid === undefined) return undefined;
  // What a killed process wrote stays there; of another machine nobody here can tell.
  return holder.host !== hostname() || isAlive(holder.pid) ? holder : undefined;
}

export class DirectoryLock {
  private constructor(private readonly file: OpenFile) {}

  /** @throws LogError `LOG_LOCKED` naming the holder's pid */
  static async take(disk: FileSystem, dataDir: string): Promise<DirectoryLock> {
    const path = join(dataDir, 'LOCK');
    const file = await disk.open(path, 'write');
    try {
      if (!file.tryLock()) throw await lockedBy(disk, path, dataDir);
      await writeHolder(file);
      return new DirectoryLock(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async release(): Promise<void> {
    // Emptied before the lock goes, never removed: another process may hold this very file open already.
    await this.file.truncate(0).catch(() => undefined);
    await this.file.close();
  }
}

/** The lock holds without it: on a full disk, where the application shall still come up and read, nobody is named. */
async function writeHolder(file: OpenFile): Promise<void> {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const text = Buffer.from(`${JSON.stringify(holder)}\n`);
  try {
    await file.truncate(0);
    await file.write(text, 0, text.length, 0);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

async function lockedBy(disk: FileSystem, path: string, dataDir: string): Promise<LogError> {
  let holder: Partial<Holder> = {};
  for (let look = 0; look < LOOKS && holder.pid === undefined; look += 1) {
    if (look > 0) await delay(LOOK_AGAIN_MS);
    holder = parseHolder(await disk.readFile(path));
  }
  const who =
    holder.pid === undefined
      ? 'another process'
      : holder.pid === process.pid
        ? `this very process (pid ${holder.pid}), since ${holder.since}`
        : `another process (pid ${holder.pid} on ${holder.host}, since ${holder.since})`;
  return new LogError('LOG_LOCKED', `The data directory ${dataDir} is held by ${who}.`, {
    file: path,
    hint:
      holder.pid === process.pid
        ? 'One StorageModule.forRoot() for each directory: import it once, it is global.'
        : 'Stop that process, or choose another dataDir.',
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function parseHolder(content: Buffer | undefined): Partial<Holder> {
  try {
    return JSON.parse(content?.toString('utf8') ?? '{}') as Partial<Holder>;
  } catch {
    return {};
  }
}
