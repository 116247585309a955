/**
 * The judgement of what an engine makes of a damaged log: healed, refused with file, line and offset, or cut as a
 * torn tail; never a wrong value.
 */
import { type LogEngine, LogError, type RecoveryReport } from '../../src/storage/log/index.js';
import { set, stateOf } from './log-words.js';
import type { MemoryDisk } from './memory-disk.js';
import {
  canonical,
  canonicalState,
  LOG,
  LOG_PATH,
  MAIN_PATH,
  openOn,
  SEAL_PATH,
  type Specimen,
  valueText,
} from './specimens.js';

export interface Judgement {
  outcome: 'refused' | 'whole' | 'cut';
  report?: RecoveryReport;
  error?: LogError;
  /** Where the log ended when it was ready. */
  seq?: number;
}

/** A closer look at what was opened, for those who want to know more than that its state was one of the history. */
export type CloserLook = (
  engine: LogEngine,
  opened: { seq: number; state: string; report: RecoveryReport },
) => Promise<void>;

/** What is wrong with an outcome, in a sentence. */
export class WrongOutcome extends Error {}

export const wrong = (sentence: string): never => {
  throw new WrongOutcome(sentence);
};

/**
 * Opens a damaged directory with `heal` and holds what comes against the history. Throws `WrongOutcome`.
 * @param aftermath also appends and opens again, which costs two openings more
 */
export async function judgeHealing(
  specimen: Specimen,
  disk: MemoryDisk,
  aftermath = true,
  lookCloser?: CloserLook,
): Promise<Judgement> {
  const before = disk.picture();
  const engine = await openOn(disk, specimen);
  let report: RecoveryReport;
  try {
    report = await engine.openLog(LOG);
  } catch (error) {
    await engine.close();
    return { outcome: 'refused', error: assertRefusal(error, before, disk) };
  }
  const { seq } = engine.stats(LOG);
  const state = await canonicalState(engine);
  // Only where nothing in the log is whole does `heal` take a state that nothing proves, and say so.
  const lostLog = report.events.some(({ found, action }) => found === 'lost-log' || action === 'skipped');
  // Taken over from a main file, the state is one that was, but nothing may be left to tell its seq.
  const known = lostLog ? specimen.states : [specimen.states[seq]];
  // A main file that is damaged and still JSON is all there is: the table trusts it, the report says it is unproven.
  const trusted = lostLog && before[MAIN_PATH] !== specimen.disk.picture()[MAIN_PATH];
  if (!trusted && !specimen.unprovable && !known.includes(state)) {
    const told = report.events.map(({ message }) => message).join(' ') || 'without a word';
    wrong(`opened at seq ${seq} (${told}) with ${short(state)}, was ${short(specimen.states[seq])}`);
  }
  const rebuilt = canonical(Object.entries(await engine.rebuildState(LOG)));
  if (rebuilt !== state) wrong(`replays to ${rebuilt}, shows ${state}`);
  await lookCloser?.(engine, { seq, state, report });
  if (aftermath) await engine.append(LOG, set('new', seq));
  await engine.close();
  if (aftermath) await assertWholeAfter(specimen, disk, seq + 1, state);
  return { outcome: state === specimen.states[specimen.seq] ? 'whole' : 'cut', report, seq };
}

const short = (text: string | undefined): string | undefined =>
  text !== undefined && text.length > 500 ? `${text.slice(0, 500)}…` : text;

export function assertRefusal(error: unknown, before: Record<string, string>, disk: MemoryDisk): LogError {
  if (!(error instanceof LogError) || error.code !== 'LOG_CORRUPT') throw error;
  const { file, offset, line } = error;
  if (!file?.startsWith('data/')) wrong(`refused without a file: ${error.message}`);
  if (!Number.isInteger(offset) || !Number.isInteger(line)) wrong(`refused without a place: ${error.message}`);
  assertSameBytes(before, disk, 'refusing');
  return error;
}

export function assertSameBytes(before: Record<string, string>, disk: MemoryDisk, doing: string): void {
  const after = disk.picture();
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((p) => before[p] !== after[p]);
  if (changed.length > 0) wrong(`${doing} changed ${changed.join(', ')}`);
}

/** After healing, the next opening finds nothing to mend. */
async function assertWholeAfter(specimen: Specimen, disk: MemoryDisk, seq: number, state: string): Promise<void> {
  const again = await openOn(disk, specimen);
  const report = await again.openLog(LOG);
  if (!report.clean) wrong(`a second opening mended again: ${report.events[0]?.message}`);
  if (again.stats(LOG).seq !== seq) wrong(`a second opening stands at seq ${again.stats(LOG).seq}, not ${seq}`);
  const expected = canonical([...(JSON.parse(state) as [string, unknown][]), ['new', seq - 1]]);
  const found = await canonicalState(again);
  if (found !== expected) wrong(`a second opening shows ${found}, not ${expected}`);
  await again.close();
}

/** Opens with `strict`: refused without a change, or whole. */
export async function judgeStrictness(specimen: Specimen, disk: MemoryDisk): Promise<Judgement> {
  const before = disk.picture();
  const engine = await openOn(disk, { ...specimen, recovery: 'strict' });
  try {
    const report = await engine.openLog(LOG);
    const { seq } = engine.stats(LOG);
    // A main file that nothing speaks against is how a directory of the reference bot without a log looks.
    const adopted = report.events.some(({ found }) => found === 'lost-log') && !(SEAL_PATH in before);
    if (adopted) return { outcome: 'cut', report, seq };
    // Where there is no log, and nothing that speaks of one, a new one begins.
    assertSameBytes(LOG_PATH in before ? before : { ...before, [LOG_PATH]: '' }, disk, 'strict recovery');
    const state = await canonicalState(engine);
    if (!specimen.unprovable && state !== specimen.states[seq]) wrong(`strict: opened at seq ${seq} with ${state}`);
    return { outcome: seq === specimen.seq ? 'whole' : 'cut', report, seq };
  } catch (error) {
    if (error instanceof WrongOutcome) throw error;
    return { outcome: 'refused', error: assertRefusal(error, before, disk) };
  } finally {
    await engine.close();
  }
}

/**
 * Opens with `salvage`: always opens, shows only values that were there, and keeps what it took away.
 * @param provable whether the damage is in bytes that have a checksum
 * @param told whether what is missing can be told from what is left
 */
export async function judgeSalvage(
  specimen: Specimen,
  disk: MemoryDisk,
  { provable = true, told = true } = {},
): Promise<Judgement> {
  const logBefore = disk.has(LOG_PATH) ? disk.bytesOf(LOG_PATH) : undefined;
  const engine = await openOn(disk, { ...specimen, recovery: 'salvage' });
  const report = await engine.openLog(LOG);
  const entries = await stateOf(engine, LOG);
  for (const [key, value] of entries) {
    if (provable && !specimen.values.has(valueText(key, value)))
      wrong(`salvage shows ${valueText(key, value)}, never written`);
  }
  const { seq } = engine.stats(LOG);
  const state = canonical(entries);
  await engine.append(LOG, set('new', seq));
  await engine.close();
  await assertWholeAfter(specimen, disk, seq + 1, state);
  if (told && state !== specimen.states[specimen.seq]) assertToldAndKept(report, disk, logBefore);
  return { outcome: state === specimen.states[specimen.seq] ? 'whole' : 'cut', report, seq };
}

function assertToldAndKept(report: RecoveryReport, disk: MemoryDisk, logBefore: Buffer | undefined): void {
  if (report.events.length === 0) wrong('salvage left something out in silence');
  const skipped = report.events.filter(({ action }) => action === 'skipped');
  if (skipped.length > 0 && !skipped.some(({ lostSeq }) => lostSeq)) {
    wrong('salvage left something out without naming the lost seq');
  }
  for (const { keptAs, offset } of report.events) {
    if (!keptAs || !logBefore) continue;
    const kept = disk.bytesOf(keptAs);
    const expected = keptAs.includes('.torn.') ? logBefore.subarray(offset) : logBefore;
    if (!kept.equals(expected)) wrong(`what was kept as ${keptAs} is not what was taken away`);
  }
  if (logBefore && !report.events.some((event) => event.keptAs)) wrong('salvage kept nothing of what it took away');
}
