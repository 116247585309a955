/**
 * Rebuilds a damaged log from what proves its content: the good lines themselves, the main file that the seal vouches
 * for, a whole backup. A base counts only if no missing seq lies behind it. In salvage mode the best base is taken
 * and every missing range is reported. The damaged file is always kept.
 */
import { withBackup } from './backups.js';
import { LogError } from './errors.js';
import { type Evidence, nothingIsWhole } from './evidence.js';
import type { OpenFile } from './file-system.js';
import type { LogContext } from './log-context.js';
import type { RecoveryEvent } from './log-engine.js';
import type { Backup } from './log-name.js';
import type { FoundMainFile } from './main-file.js';
import { replay, type State, stateOf } from './replay.js';
import { rewriteLog } from './rewriting.js';
import type { Damage, ScanResult } from './scan-result.js';
import { anchorOf } from './seal.js';

/** A whole state at a known seq, from elsewhere than the damaged log. */
interface Base {
  name: string;
  seq: number;
  timestamp: string | undefined;
  state: State;
}

/** @returns false where nothing proves what is missing; nothing has been changed then */
export async function heal(
  context: LogContext,
  evidence: Evidence,
  file: OpenFile | undefined,
  main: FoundMainFile,
  events: RecoveryEvent[],
): Promise<boolean> {
  const lost = lostRanges(evidence);
  const target = Math.max(evidence.scan.lastSeq, evidence.seal?.seq ?? 0);
  const bases = await findBases(context, evidence, main);
  const proven = bases.find((base) => lost.every(([, last]) => last <= base.seq));
  const base = proven ?? lastResort(context, evidence, bases, main, lost);
  if (!base) return false;
  const state = await overlay(base, file, evidence);
  const seq = Math.max(target, base.seq, 1);
  const keptAs = await rewriteLog(context, state, {
    seq,
    timestamp: laterOf(base.timestamp, evidence.scan.lastTimestamp) ?? new Date().toISOString(),
    exists: evidence.exists,
  });
  report(context, evidence, { base, proven: proven !== undefined, lost, keptAs, main }, events);
  return true;
}

/** Seq ranges that no whole line of the log accounts for. */
function lostRanges({ scan, seal, sealIsDamaged }: Evidence): [number, number][] {
  const lost = scan.damage.flatMap((damage): [number, number][] => (damage.lost ? [damage.lost] : []));
  const tail = scan.damage.find((damage) => damage.isTail);
  if (tail?.foreign === 'all') lost.push([1, Number.POSITIVE_INFINITY]);
  const end = Math.max(seal?.seq ?? 0, tail ? claimOf(tail, scan.lastSeq) : 0, movedSeq(scan));
  if (end > scan.lastSeq) {
    const range: [number, number] = [scan.lastSeq + 1, end];
    lost.push(range);
    if (tail && Number.isFinite(end)) tail.lost = range;
  }
  // Nothing is whole, or nothing that this engine wrote, and nothing says how far the log went.
  const isUnknown = scan.lastSeq === 0 || (scan.engineLines === 0 && sealIsDamaged);
  if (isUnknown && end === 0) lost.push([scan.lastSeq + 1, Number.POSITIVE_INFINITY]);
  return lost;
}

/**
 * The newest seq that lines claim which stand where they do not belong: more lines than are missing there. If they stand
 * nowhere else, they were moved.
 */
function movedSeq({ damage }: ScanResult): number {
  const strays = damage.filter((each) => !each.isTail && each.engineMade && each.lines > missingLines(each));
  return Math.max(0, ...strays.map(({ newestClaim }) => newestClaim));
}

function missingLines({ checkpoint, beforeCheckpoint, lost }: Damage): number {
  if (!lost || beforeCheckpoint) return 0;
  return checkpoint ? 1 : lost[1] - lost[0] + 1;
}

/**
 * How far a damaged tail says that the log went. An unfinished write says nothing; a CHECKPOINT was whole before it
 * became visible, and of several batches all but the last were.
 */
function claimOf({ checkpoint, spansBatches, newestClaim, foreign, unknownLines }: Damage, lastSeq: number): number {
  if (!(foreign || unknownLines || checkpoint || spansBatches)) return 0;
  // Where it claims nothing new, other bytes stand in the place of what was there.
  const isKnown = newestClaim > lastSeq && !foreign && !unknownLines;
  return isKnown ? newestClaim : Number.POSITIVE_INFINITY;
}

/** What could stand in for the damaged part, the newest first; nothing at all stands for seq 0. */
async function findBases(context: LogContext, evidence: Evidence, main: FoundMainFile): Promise<Base[]> {
  const bases: Base[] = [{ name: 'the log itself', seq: 0, timestamp: undefined, state: new Map() }];
  const { seal } = evidence;
  if (seal?.main && main.state === 'whole') {
    const { bytes, crc } = main.proof;
    if (bytes === seal.main.bytes && crc === seal.main.crc) {
      bases.push({ name: context.paths.mainFile, seq: seal.seq, timestamp: undefined, state: stateOf(main.content) });
    }
  }
  for (const backup of evidence.backups.toReversed()) {
    const base = await readBackup(context, backup);
    if (base) bases.push(base);
  }
  return bases;
}

/** Undefined where it is not whole, a compressed one that cannot be unpacked included. */
async function readBackup(context: LogContext, backup: Backup): Promise<Base | undefined> {
  const read = withBackup(context, backup, async (file, size) => {
    const state: State = new Map();
    const { scan } = await replay(file, size, state, 0);
    const whole = scan.damage.length === 0 && scan.engineLines > 0;
    const name = context.paths.beside(backup.fileName);
    return whole ? { name, seq: scan.lastSeq, timestamp: scan.lastTimestamp, state } : undefined;
  });
  return read.catch((error) => {
    if (error instanceof LogError && error.code === 'LOG_CORRUPT') return undefined;
    throw error;
  });
}

/** Where nothing proves the missing part: an unreadable log yields to a whole main file, and salvage takes the best. */
function lastResort(
  context: LogContext,
  evidence: Evidence,
  bases: Base[],
  main: FoundMainFile,
  lost: [number, number][],
): Base | undefined {
  const { scan, seal } = evidence;
  const newestBackup = bases.find((base) => base.seq > 0);
  const known = Math.max(
    seal?.seq ?? 0,
    newestBackup?.seq ?? 0,
    ...lost.map(([, last]) => last).filter(Number.isFinite),
  );
  const mainBase: Base | undefined =
    main.state === 'whole'
      ? (bases.find(({ name }) => name === context.paths.mainFile) ?? {
          name: context.paths.mainFile,
          seq: known + 1,
          timestamp: undefined,
          state: stateOf(main.content),
        })
      : undefined;
  if (nothingIsWhole(evidence) && mainBase) return mainBase;
  if (context.options.recovery !== 'salvage') return undefined;
  const headLost = lost.some(([first]) => first <= Math.max(1, scan.firstSeq - 1));
  const believed = contradictsSeal(main, evidence) ? undefined : mainBase;
  return headLost ? (newestBackup ?? believed ?? bases[0]) : bases[0];
}

/**
 * A main file that is not the one that the seal names, beside a log in which nothing stands behind the seal: nobody has
 * written it since, so it is damaged.
 */
function contradictsSeal(main: FoundMainFile, { scan, seal }: Evidence): boolean {
  if (!seal?.main || main.state !== 'whole' || scan.lastSeq !== seal.seq) return false;
  const { bytes, crc } = main.proof;
  return !scan.damage.some(({ isTail }) => isTail) && (bytes !== seal.main.bytes || crc !== seal.main.crc);
}

async function overlay(base: Base, file: OpenFile | undefined, { scan, seal }: Evidence): Promise<State> {
  const state = new Map(base.state);
  if (file && scan.lastSeq > base.seq) await replay(file, scan.size, state, base.seq, anchorOf(seal));
  return state;
}

function laterOf(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

interface Healing {
  base: Base;
  proven: boolean;
  lost: [number, number][];
  keptAs: string | undefined;
  main: FoundMainFile;
}

function report(context: LogContext, evidence: Evidence, healing: Healing, events: RecoveryEvent[]): void {
  const { log } = context.paths;
  const { base, proven, keptAs } = healing;
  const kept = keptAs ? ` The damaged file is kept as ${keptAs}.` : '';
  const how = proven
    ? `healed from ${base.name}, proven by seq and checksum`
    : `rebuilt from ${base.name} and what is whole in the log; this is not proven to be all`;
  if (evidence.scan.damage.length === 0) {
    const from = evidence.scan.lastSeq + 1;
    events.push({
      found: nothingIsWhole(evidence) ? 'lost-log' : 'truncation',
      action: proven ? 'healed' : 'rewritten',
      file: log,
      offset: evidence.scan.end,
      ...(evidence.seal && { lostSeq: [from, evidence.seal.seq] as [number, number] }),
      ...(keptAs && { keptAs }),
      message: `${log} ${shortcoming(evidence)}; it was ${how}.${kept}`,
    });
  }
  for (const damage of evidence.scan.damage) {
    if (damage.isTail && !damage.lost && claimOf(damage, evidence.scan.lastSeq) === 0 && !nothingIsWhole(evidence)) {
      events.push(cutEvent(log, damage, keptAs));
      continue;
    }
    if (damage.isTail && damage.checkpoint && damage.lines > 1) {
      // Nothing between the CHECKPOINT and the end tells where the one ends and an unfinished write begins, but newlines.
      events.push(cutEvent(log, { ...damage, offset: damage.firstLineEnd, line: damage.line + 1 }, keptAs));
    }
    events.push({
      found: foundBy(damage, evidence),
      action: proven ? 'healed' : 'skipped',
      file: log,
      offset: damage.offset,
      line: damage.line,
      ...(damage.key !== undefined && { key: damage.key }),
      ...(damage.lost && { lostSeq: damage.lost }),
      ...(keptAs && { keptAs }),
      message: `${log}:${damage.line} (line ${damage.line}, byte ${damage.offset}) was damaged; it was ${how}.${kept}`,
    });
  }
}

function cutEvent(log: string, { offset, line, end }: Damage, keptAs: string | undefined): RecoveryEvent {
  return {
    found: 'torn-tail',
    action: 'cut',
    file: log,
    offset,
    line,
    ...(keptAs && { keptAs }),
    message:
      `${log}:${line} (line ${line}, byte ${offset}) ended in ${end - offset} bytes of an unfinished last write, which ` +
      `were left out (nothing acknowledged was in them); kept in ${keptAs}.`,
  };
}

function shortcoming(evidence: Evidence): string {
  if (!evidence.exists) return 'is gone';
  return nothingIsWhole(evidence) ? 'holds nothing that is whole' : 'ends before its seal';
}

function foundBy(damage: Damage, evidence: Evidence): RecoveryEvent['found'] {
  if (damage.checkpoint) return 'damaged-checkpoint';
  if (nothingIsWhole(evidence)) return 'lost-log';
  return damage.end === damage.offset && damage.lost ? 'lost-entries' : 'corruption';
}
