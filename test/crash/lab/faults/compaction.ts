/** Compaction on a disk that fails: it is done whole, or reported and as if it had never begun. */

import type { CompactionReport } from '../../../../src/storage/log/index.js';
import type { Change } from './account.js';
import { logPath, type Stage } from './stage.js';

/** @param meetings writes that come while it is under way, one at every other call of the disk */
export async function compact(
  stage: Stage,
  log: string,
  { keepBackups = 3, meetings = [] }: { keepBackups?: number; meetings?: readonly Change[] } = {},
): Promise<boolean> {
  const before = filesOf(stage, log);
  const wasPoisoned = stage.poisoned(log) !== undefined;
  const met = meet(stage, log, meetings);
  const outcome = await stage.attempt(`compacting ${log}`, () => stage.engine.compact(log, { keepBackups }));
  await met();
  if (wasPoisoned) {
    if (outcome) stage.complain(`${log} is poisoned and was compacted`);
  } else if (outcome) {
    judgeCompacted(stage, log, before, outcome.value);
  } else if (stage.poisoned(log) === undefined) {
    judgeUntouched(stage, log, before);
  }
  stage.judgeTemporaries(`compacting ${log}`);
  return outcome !== undefined;
}

/** Lets writes begin at every other call from now on; what is given waits for them, and ends it. */
function meet(stage: Stage, log: string, changes: readonly Change[]): () => Promise<void> {
  const left = [...changes];
  const met: Promise<unknown>[] = [];
  let calls = 0;
  stage.meeting = () => {
    calls += 1;
    const change = calls % 2 === 0 ? left.shift() : undefined;
    if (change) met.push(stage.write(log, change));
  };
  return async () => {
    stage.meeting = undefined;
    await Promise.all(met);
  };
}

function filesOf(stage: Stage, log: string): Map<string, Buffer> {
  const { lying } = stage.disk;
  const paths = lying.paths().filter((path) => path.startsWith(logPath(log)));
  return new Map(paths.map((path) => [path, lying.bytesOf(path) as Buffer]));
}

/**
 * Every file is what it was. The log itself may have grown by what was appended meanwhile, and may have lost a torn tail
 * that had been left standing until there was room to keep it.
 */
function judgeUntouched(stage: Stage, log: string, before: ReadonlyMap<string, Buffer>): void {
  // What was performed and said to have failed is there: nobody can tell, and nothing may be lost by it.
  if (stage.disk.answersLate) return;
  const after = filesOf(stage, log);
  for (const [path, bytes] of before) {
    const now = after.get(path);
    const kept = path === logPath(log) ? goesOn(bytes, now) : now?.equals(bytes);
    if (!kept && !path.endsWith('.compacting')) stage.complain(`a failed compaction changed ${path}`);
  }
  for (const path of after.keys()) {
    const stuck = stage.disk.failed.some((call) => call.operation === 'remove' && call.path === path);
    if (!before.has(path) && !stuck && !isSpare(path)) stage.complain(`a failed compaction left ${path} behind`);
  }
}

/** Whether every whole line of a log stands at the head of what it is now; space that was written ahead is trimmed. */
function goesOn(before: Buffer, now: Buffer | undefined): boolean {
  let end = before.lastIndexOf(NEWLINE) + 1;
  while (end > 1 && before[end - 2] === NEWLINE) end -= 1;
  const lines = before.subarray(0, end);
  return now?.subarray(0, lines.length).equals(lines) ?? false;
}

/** Temporary files are judged elsewhere; a torn tail is kept when it is cut. */
const isSpare = (path: string): boolean => path.endsWith('.compacting') || path.includes('.log.torn.');

const NEWLINE = 0x0a;

function judgeCompacted(
  stage: Stage,
  log: string,
  before: ReadonlyMap<string, Buffer>,
  { outcome, backup, seq }: CompactionReport,
): void {
  if (backup !== undefined) {
    const kept = stage.disk.lying.bytesOf(`data/logs/${backup}`);
    const former = before.get(logPath(log)) as Buffer;
    if (!goesOn(former, kept)) stage.complain(`the backup ${backup} is not the former log`);
  }
  // What came meanwhile may still be missing in it.
  const { mainFileSeq = 0, mainFileError } = stage.engine.stats(log);
  if (outcome === 'compacted' && mainFileSeq < seq && mainFileError === undefined) {
    stage.complain(`the main file of ${log} shows ${mainFileSeq}, not ${seq}, and nothing says why`);
  }
}
