/** Puts a log that is one CHECKPOINT in the place of a damaged one, which is kept. */
import { CheckpointWriter } from './checkpoint.js';
import { linkUnderFreeName } from './kept-names.js';
import type { LogContext } from './log-context.js';
import type { State } from './replay.js';

export interface Rewriting {
  /** Seq that the state covers, and the time of its newest entry. */
  seq: number;
  timestamp: string;
  /** Whether there is a file to keep. */
  exists: boolean;
}

/** Swaps in a log that is one CHECKPOINT. @returns where the damaged log is kept */
export async function rewriteLog(context: LogContext, state: State, line: Rewriting): Promise<string | undefined> {
  const { disk, paths } = context;
  const file = await disk.open(paths.compacting, 'replace');
  const { seq, timestamp } = line;
  const writer = new CheckpointWriter(file, { timestamp, compactedAt: new Date().toISOString(), seq });
  try {
    for (const [key, value] of state) {
      writer.add(Buffer.from(key), Buffer.from(value));
      await writer.flush();
    }
    await writer.finish();
  } finally {
    await writer.settle();
    await file.close();
  }
  const keptAs = line.exists ? await linkUnderFreeName(disk, paths.log, (unixMs) => paths.damaged(unixMs)) : undefined;
  await disk.rename(paths.compacting, paths.log);
  await disk.syncDirectory(paths.directory);
  return keptAs;
}
