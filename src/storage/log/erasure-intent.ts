/** What an erasure that has begun must remember until it is done, since a crash may come in between. */
import type { EntryMeta } from './entry.js';
import { replaceFile } from './file-system.js';
import type { LogContext } from './log-context.js';
import { proven, readProven } from './proven-text.js';

export interface ErasureIntent {
  id: string;
  /** ISO 8601 UTC. */
  requestedAt: string;
  key?: string;
  mentions: string[];
  /** No live value mentioned anybody when the log stood here. */
  mentionsUpToSeq: number;
  meta?: EntryMeta;
  /** Set once the key is deleted: where the log stood then, and whether there was anything to delete. */
  deleted?: { upToSeq: number; existed: boolean };
}

/** Undefined where nothing is being erased. What can no longer be read is told of, and left for people to look at. */
export async function readIntent({ disk, paths, logger }: LogContext): Promise<ErasureIntent | undefined> {
  const content = await disk.readFile(paths.erasing);
  if (content === undefined) return undefined;
  const intent = readProven<ErasureIntent>(content.toString('utf8').trimEnd());
  if (!intent) logger.error(`${paths.erasing} is damaged: something was being erased and may be left. Erase it again.`);
  return intent;
}

export async function writeIntent({ disk, paths }: LogContext, intent: ErasureIntent): Promise<void> {
  const line = Buffer.from(`${proven(intent)}\n`);
  await replaceFile(disk, paths.erasing, (file) => file.write(line, 0, line.length, 0));
}

export async function dropIntent({ disk, paths }: LogContext): Promise<void> {
  await disk.remove(paths.erasing);
  await disk.syncDirectory(paths.directory);
}
