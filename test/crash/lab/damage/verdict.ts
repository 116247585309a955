/**
 * What may come of a damaged directory: the truth of the newest entry, or a refusal that names the place and helps.
 * Less than the newest is right only where a torn tail was cut and told, or where nothing on the disk can tell.
 */
import type { LogEntry, RecoveryReport } from '../../../../src/storage/log/index.js';
import {
  type CloserLook,
  type Judgement,
  judgeHealing,
  judgeSalvage,
  judgeStrictness,
  wrong,
} from '../../../support/damage-judge.js';
import { collect } from '../../../support/log-words.js';
import type { MemoryDisk } from '../../../support/memory-disk.js';
import {
  canonical,
  LOG,
  LOG_PATH,
  lineStarts,
  MAIN_PATH,
  SEAL_PATH,
  type Specimen,
} from '../../../support/specimens.js';

/** A directory before and after something happened to it. */
export interface Damaged {
  specimen: Specimen;
  disk: MemoryDisk;
  /** Whole former states of the directory, which could be mistaken for it. */
  earlier?: readonly MemoryDisk[];
  /** Of several damages one took newest lines away without a trace in the log. */
  shortened?: boolean;
}

/** @param thorough also reads in every way, appends and opens again */
export async function judgeHeal(damaged: Damaged, thorough: boolean): Promise<Judgement> {
  const { specimen } = damaged;
  const disk = damaged.disk.copy();
  const judged = await judgeHealing(specimen, disk, thorough, thorough ? readInEveryWay(specimen) : undefined);
  if (judged.outcome === 'refused') {
    if (!judged.error?.hint) wrong(`refused without a hint: ${judged.error?.message}`);
    return judged;
  }
  assertNewestOrTold(damaged, disk, judged);
  return judged;
}

export async function judgeStrict(damaged: Damaged): Promise<Judgement> {
  const judged = await judgeStrictness(damaged.specimen, damaged.disk.copy());
  if (judged.outcome === 'refused') {
    if (!judged.error?.hint) wrong(`strict: refused without a hint: ${judged.error?.message}`);
  } else if (judged.outcome === 'cut' && !damaged.specimen.unprovable && !cannotBeTold(damaged, judged.seq as number)) {
    wrong(`strict: opened at seq ${judged.seq} of ${damaged.specimen.seq}`);
  }
  return judged;
}

export async function judgeSalvaging(damaged: Damaged, provable: boolean): Promise<Judgement> {
  const { specimen } = damaged;
  const disk = damaged.disk.copy();
  const judged = await judgeSalvage(specimen, disk, { provable, told: false });
  const { outcome, seq = 0 } = judged;
  if (outcome === 'whole' || specimen.unprovable || cannotBeTold(damaged, seq)) return judged;
  const { events } = judged.report as RecoveryReport;
  if (events.length === 0) wrong('salvage left something out in silence');
  assertKept(damaged, disk, events);
  return judged;
}

/** The bytes that salvage took away lie beside the log, all of them. */
function assertKept(damaged: Damaged, disk: MemoryDisk, events: RecoveryReport['events']): void {
  if (!damaged.disk.has(LOG_PATH)) return;
  const before = damaged.disk.bytesOf(LOG_PATH);
  for (const { action, keptAs, offset } of events) {
    const kept = keptAs && disk.bytesOf(keptAs);
    if (!kept) continue;
    // A log that was rebuilt for another damage is kept whole.
    const expected = action === 'cut' && kept.length < before.length ? before.subarray(offset) : before;
    if (!kept.equals(expected)) wrong(`salvage: ${keptAs} is not what was taken away`);
  }
  const changed = !disk.bytesOf(LOG_PATH).subarray(0, before.length).equals(before);
  if (changed && before.length > 0 && !events.some(({ keptAs }) => keptAs)) wrong('salvage kept nothing');
}

function assertNewestOrTold(damaged: Damaged, after: MemoryDisk, { outcome, report, seq = 0 }: Judgement): void {
  const { specimen } = damaged;
  if (specimen.unprovable || (outcome === 'whole' && seq >= specimen.seq)) return;
  const { events } = report as RecoveryReport;
  if (events.some(({ found, action }) => found === 'lost-log' || action === 'skipped')) return;
  if (cannotBeTold(damaged, seq)) return;
  const cut = events.find(({ found, action }) => found === 'torn-tail' && action === 'cut');
  if (!cut) {
    const told = events.map(({ message }) => message).join(' ') || 'not a word';
    wrong(`opened at seq ${seq} of ${specimen.seq} without a cut that was told: ${told}`);
    return;
  }
  const before = damaged.disk.bytesOf(LOG_PATH);
  const kept = cut.keptAs ? after.bytesOf(cut.keptAs) : undefined;
  // A log that was rebuilt for another damage is kept whole.
  const expected = kept?.length === before.length ? before : before.subarray(cut.offset);
  if (!kept?.equals(expected)) wrong(`${cut.keptAs} is not what was cut`);
  assertUnfinished(specimen, before.subarray(cut.offset), seq);
}

/** Two whole lines in a row, of entries that are missing now, were no unfinished write: the second proves the first. */
function assertUnfinished({ disk }: Specimen, cut: Buffer, seq: number): void {
  if (!disk.has(LOG_PATH)) return;
  const whole = disk.bytesOf(LOG_PATH);
  const starts = lineStarts(whole);
  for (let i = 0; i + 2 < starts.length; i += 1) {
    const line = whole.subarray(starts[i], starts[i + 2]);
    const claimed = /"seq":(\d+),"crc":"[0-9a-f]{8}"\}\n$/.exec(whole.toString('latin1', starts[i], starts[i + 1]));
    if (!claimed || Number(claimed[1]) <= seq || !cut.includes(line)) continue;
    wrong(`whole lines of seq ${claimed[1]} and the next were cut as a torn tail, at seq ${seq}`);
  }
}

/** Whether the log is, to the byte, one that this directory had at some time, and no seal on the disk says otherwise. */
function cannotBeTold({ specimen, disk, earlier = [], shortened }: Damaged, seq: number): boolean {
  const seal = disk.has(SEAL_PATH) ? intactSealSeq(disk, [specimen.disk, ...earlier]) : 0;
  if (seal > seq) return false;
  if (shortened) return true;
  const log = disk.has(LOG_PATH) ? trimmed(disk.bytesOf(LOG_PATH)) : Buffer.alloc(0);
  if (leavesNoTrace(log, seq + 1, specimen.seq)) return true;
  return [specimen.disk, ...earlier].some((former) => {
    const whole = former.has(LOG_PATH) ? former.bytesOf(LOG_PATH) : Buffer.alloc(0);
    if (!log.equals(whole.subarray(0, log.length))) return false;
    // At the end of a line; or inside a CHECKPOINT, which is found out, but not what stood behind it.
    return log.length === 0 || (whole[log.length] ?? 0x0a) === 0x0a || isInCheckpoint(whole, log.length);
  });
}

/** Overwritten to the last byte of their seqs: nothing in the log speaks of these entries. */
function leavesNoTrace(log: Buffer, first: number, last: number): boolean {
  for (let seq = first; seq <= last; seq += 1) if (log.includes(`"seq":${seq},`)) return false;
  return true;
}

function isInCheckpoint(log: Buffer, at: number): boolean {
  return at < log.indexOf(0x0a) && log.subarray(0, 96).includes('"op":"CHECKPOINT"');
}

/** Blank lines say nothing. */
function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0x0a) end -= 1;
  return bytes.subarray(0, end);
}

function intactSealSeq(disk: MemoryDisk, formers: readonly MemoryDisk[]): number {
  const seal = disk.bytesOf(SEAL_PATH);
  if (!formers.some((former) => former.has(SEAL_PATH) && former.bytesOf(SEAL_PATH).equals(seal))) return 0;
  return (JSON.parse(seal.toString()) as { seq: number }).seq;
}

/** Everything that reads gives the same, also for keys that are gone. */
function readInEveryWay(specimen: Specimen): CloserLook {
  return async (engine, { state }) => {
    const entries = new Map(JSON.parse(state) as [string, unknown][]);
    const keys = new Set([...specimen.values].map((text) => (JSON.parse(text) as [string])[0]));
    for (const key of keys) {
      const value = await engine.get(LOG, key);
      if (JSON.stringify(value) !== JSON.stringify(entries.get(key))) wrong(`get ${key} differs from entries`);
      if ((await engine.has(LOG, key)) !== entries.has(key)) wrong(`has ${key} differs from entries`);
    }
    if (engine.size(LOG) !== entries.size) wrong(`size ${engine.size(LOG)}, but ${entries.size} entries`);
    const streamed = canonical(replayed(await collect(engine.stream(LOG))));
    if (streamed !== state) wrong(`streams to ${streamed.slice(0, 300)}, shows ${state.slice(0, 300)}`);
  };
}

export function replayed(entries: readonly LogEntry[]): Map<string, unknown> {
  const state = new Map<string, unknown>();
  for (const entry of entries) {
    const { op, key, value } = entry;
    const whole = op === 'CHECKPOINT' ? entry.state : key === undefined ? entry.data : undefined;
    if (whole) {
      state.clear();
      for (const member of Object.keys(whole)) state.set(member, whole[member]);
    } else if (op === 'SET') state.set(key as string, value);
    else state.delete(key as string);
  }
  return state;
}

/** Whether the seal is the one that belongs to the newest state: then it tells this log from any other. */
export function isSealed({ specimen, disk }: Pick<Damaged, 'specimen' | 'disk'>): boolean {
  if (!specimen.disk.has(SEAL_PATH) || !disk.has(SEAL_PATH)) return false;
  return disk.bytesOf(SEAL_PATH).equals(specimen.disk.bytesOf(SEAL_PATH));
}

/** Whether the main file, which has no checksum but the seal's, is what it was. */
export function mainFileIsWhole({ specimen, disk }: Damaged): boolean {
  if (!specimen.disk.has(MAIN_PATH)) return !disk.has(MAIN_PATH);
  return disk.has(MAIN_PATH) && disk.bytesOf(MAIN_PATH).equals(specimen.disk.bytesOf(MAIN_PATH));
}
