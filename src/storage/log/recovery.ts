/**
 * Opening a log: decides what the bytes on the disk mean (the damage table of docs/format.md). Mends what is proven,
 * keeps the bytes it takes away, refuses the rest. What an undamaged log needs is one pass over its bytes.
 */
import { adoptOlderState, showsTheLog } from './adoption.js';
import { crcDigits, extendCrc } from './crc.js';
import { isDiskFull, toLogError } from './errors.js';
import { corruption, type Evidence, nothingIsWhole, type Verdict } from './evidence.js';
import type { OpenFile } from './file-system.js';
import { hasValue } from './format.js';
import { heal } from './healing.js';
import { readIndexFile } from './index-file.js';
import { KeyIndex } from './key-index.js';
import type { LogContext } from './log-context.js';
import type { RecoveryEvent } from './log-engine.js';
import { backupsIn } from './log-name.js';
import { scanLog } from './log-scanner.js';
import { type FoundMainFile, type MainFileProof, proveMainFile, readMainFile } from './main-file.js';
import type { Damage, LogVisitor, ScanResult } from './scan-result.js';
import { anchorOf, readSeal, type Seal } from './seal.js';
import { settle, wasClosedCleanly } from './settling.js';
import { cutTornTail } from './torn-tail.js';

/** A log that is whole, ready to be appended to. */
export interface RecoveredLog {
  file: OpenFile;
  index: KeyIndex;
  scan: ScanResult;
  events: RecoveryEvent[];
  /** Set where the main file shows exactly this state. */
  main: MainFileProof | undefined;
  /** What the disk had no room for; to be done before anything is written. */
  mend: (() => Promise<void>) | undefined;
  /** Not all of the log was verified, nor was the main file: the index came from its file. */
  isIndexed: boolean;
}

/** Writes an index from what the scanner finds. */
export function indexVisitor(index: KeyIndex): LogVisitor {
  return {
    set(buffer, keyAt, offset, length) {
      index.hashForeignKey(buffer, keyAt);
      // Only a stranger writes a line of the engine's shape that sets a key to nothing.
      if (keyAt > 0 && !hasValue(buffer, keyAt, index.keyEnd, length)) return false;
      index.set(offset, length);
      return undefined;
    },
    delete(buffer, keyAt) {
      index.hashForeignKey(buffer, keyAt);
      index.delete();
    },
    replace: () => index.clear(),
    member(buffer, keyAt, offset, length) {
      index.hashForeignKey(buffer as Buffer, keyAt);
      index.set(offset, length);
    },
  };
}

/**
 * @throws LogError `LOG_CORRUPT` where damage cannot be healed provably; nothing is changed then
 */
export async function recoverLog(context: LogContext): Promise<RecoveredLog> {
  const events: RecoveryEvent[] = [];
  let opened: Opened | undefined;
  try {
    const found = await readSeal(context.disk, context.paths.seal);
    const sealIsDamaged = found === 'damaged';
    const seal = sealIsDamaged ? undefined : found;
    if (sealIsDamaged) events.push(damagedSeal(context));
    opened = await openAndScan(context, seal);
    const evidence = await gatherEvidence(context, opened, { seal, sealIsDamaged });
    const verdict = await judge(context, evidence, opened.file, events);
    await sweepInterruptedCompaction(context, evidence);
    if (verdict === 'rewritten') {
      const former = opened.file;
      opened = undefined;
      await former?.close();
      opened = await openAndScan(context, seal);
    }
    const file = opened.file ?? (await context.disk.open(context.paths.log, 'write'));
    opened.file = file;
    const { index, scan, isIndexed } = opened;
    await completeLastLine(file, scan);
    const mend = await mendNowOrLater(context, file, scan, {
      verdict,
      settled: wasClosedCleanly(scan, seal),
      events,
    });
    const main = isIndexed
      ? await trustMainFile(context, seal, scan)
      : await checkMainFile(context, seal, scan, events);
    return { file, index, scan, events, main, mend, isIndexed };
  } catch (error) {
    await opened?.file?.close().catch(() => undefined);
    throw toLogError(error, 'opening', context.paths.log);
  }
}

/** What a crash in the middle of a compaction left behind; the log itself is untouched by it. */
async function sweepInterruptedCompaction({ disk, paths, options }: LogContext, { linked }: Evidence): Promise<void> {
  if (options.recovery === 'strict') return;
  await disk.remove(paths.compacting);
  if (linked === undefined) return;
  await disk.remove(linked);
  await disk.syncDirectory(paths.directory);
}

interface Opened {
  file: OpenFile | undefined;
  index: KeyIndex;
  scan: ScanResult;
  /** The index came from its file: the bytes before its end were not read. */
  isIndexed: boolean;
}

async function openAndScan(context: LogContext, seal: Seal | undefined): Promise<Opened> {
  const { disk, paths } = context;
  const exists = (await disk.fileSize(paths.log)) !== undefined;
  const file = exists ? await disk.open(paths.log, 'write') : undefined;
  try {
    const known = file && (await scanBehindIndex(context, file, seal));
    if (known) return known;
    const index = new KeyIndex();
    const size = file ? await file.size() : 0;
    const scan = await scanLog(file ?? EMPTY_FILE, size, indexVisitor(index), anchorOf(seal));
    return { file, index, scan, isIndexed: false };
  } catch (error) {
    await file?.close().catch(() => undefined);
    throw error;
  }
}

/** Reads only what came behind the index file; undefined where all must be read. */
async function scanBehindIndex(
  { disk, paths, options }: LogContext,
  file: OpenFile,
  seal: Seal | undefined,
): Promise<Opened | undefined> {
  if (options.recovery !== 'heal' || !options.indexFile) return undefined;
  const found = await readIndexFile(disk, paths.index, file);
  if (!found) return undefined;
  const { index, head } = found;
  if (seal?.seq === head.scan.lastSeq && seal.crc !== crcDigits(head.scan.chain)) return undefined;
  const scan = await scanLog(file, await file.size(), indexVisitor(index), anchorOf(seal), head);
  // What is wrong with it, and what can be done about that, takes the whole log to say.
  if (scan.damage.length > 0 || scan.missingNewline) return undefined;
  return { file, index, scan, isIndexed: true };
}

function damagedSeal({ paths }: LogContext): RecoveryEvent {
  return {
    found: 'damaged-seal',
    action: 'noted',
    file: paths.seal,
    message: 'The seal is damaged and was ignored; whether the log was cut at the end of a line cannot be told.',
  };
}

async function gatherEvidence(
  { disk, paths }: LogContext,
  opened: Opened,
  sealed: Pick<Evidence, 'seal' | 'sealIsDamaged'>,
): Promise<Evidence> {
  const backups = backupsIn(await disk.list(paths.directory), paths.name);
  const newest = backups.at(-1);
  const linked = newest && paths.beside(newest.fileName);
  const isLinked = linked !== undefined && (await disk.isSameFile(paths.log, linked));
  return {
    scan: opened.scan,
    exists: opened.file !== undefined,
    ...sealed,
    backups: isLinked ? backups.slice(0, -1) : backups,
    linked: isLinked ? linked : undefined,
  };
}

async function judge(
  context: LogContext,
  evidence: Evidence,
  file: OpenFile | undefined,
  events: RecoveryEvent[],
): Promise<Verdict> {
  const { scan, seal, sealIsDamaged, backups } = evidence;
  if (scan.missingNewline && context.options.recovery === 'strict') {
    throw corruption(context, [], 'its last line has no newline; strict recovery changes nothing', evidence);
  }
  const older = scan.engineLines === 0;
  const truncated = seal !== undefined && scan.lastSeq < seal.seq;
  const inside = scan.damage.filter((damage) => !isUnfinishedWrite(context, damage));
  if (inside.length > 0 || truncated) {
    const hasNoSeal = !truncated && (!sealIsDamaged || context.options.recovery === 'salvage');
    if (older && hasNoSeal && inside.every((damage) => !damage.engineMade)) {
      const main = await readMainFile(context);
      return adoptOlderState(context, evidence, file, main, events);
    }
    return healOrRefuse(context, evidence, file, events);
  }
  if (!older) return scan.damage.length > 0 ? tornTail(context, scan) : 'whole';
  const main = await readMainFile(context);
  if (await mayHaveLostEngineLines(context, evidence, file, main)) {
    return healOrRefuse(context, evidence, file, events, main);
  }
  if (nothingIsWhole(evidence)) {
    const madeByEngine = scan.damage.some((damage) => damage.engineMade) || backups.length > 0 || sealIsDamaged;
    if (madeByEngine && (main.state === 'whole' || backups.length > 0 || sealIsDamaged)) {
      return healOrRefuse(context, evidence, file, events, main);
    }
  }
  return adoptOlderState(context, evidence, file, main, events);
}

/**
 * Whether lines of this engine may have stood behind the older ones: it closed the log once, and how far it went then
 * cannot be read any more. A main file that shows what is left, no more and no less, says that none are missing.
 */
async function mayHaveLostEngineLines(
  { options }: LogContext,
  { scan, sealIsDamaged }: Evidence,
  file: OpenFile | undefined,
  main: FoundMainFile,
): Promise<boolean> {
  if (!sealIsDamaged || scan.olderLines === 0 || options.recovery === 'salvage') return false;
  return scan.damage.length > 0 || !(await showsTheLog(main, file, scan));
}

/** What a crash in the middle of a write leaves: the last batch up to some byte. Anything else had been fsynced. */
function isUnfinishedWrite({ options }: LogContext, damage: Damage): boolean {
  if (!damage.isTail || damage.checkpoint || damage.foreign || damage.unknownLines) return false;
  // In a relaxed mode several batches wait for one fsync.
  return options.fsync !== 'always' || !damage.spansBatches;
}

function tornTail(context: LogContext, scan: ScanResult): Verdict {
  if (context.options.recovery === 'strict')
    throw corruption(context, scan.damage, 'a torn tail; strict recovery changes nothing');
  return 'cut';
}

async function healOrRefuse(
  context: LogContext,
  evidence: Evidence,
  file: OpenFile | undefined,
  events: RecoveryEvent[],
  main?: FoundMainFile,
): Promise<Verdict> {
  if (context.options.recovery === 'strict') {
    throw corruption(context, evidence.scan.damage, 'strict recovery changes nothing', evidence);
  }
  const healed = await heal(context, evidence, file, main ?? (await readMainFile(context)), events);
  if (healed) return 'rewritten';
  const strays = evidence.scan.damage.some(({ foreign }) => foreign);
  const why = strays ? 'lines of another log stand there' : 'neither main file nor backups prove what stood there';
  throw corruption(context, evidence.scan.damage, why, evidence);
}

/** The newline that an editor left out. */
async function completeLastLine(file: OpenFile, scan: ScanResult): Promise<void> {
  if (!scan.missingNewline) return;
  await file.write(Buffer.from('\n'), 0, 1, scan.end);
  scan.end += 1;
  scan.size = scan.end;
  scan.chain = extendCrc(scan.chain, Buffer.from('\n'));
  await file.sync();
}

interface Mending {
  verdict: Verdict;
  /** Whether nothing can have changed since everything was made durable. */
  settled: boolean;
  events: RecoveryEvent[];
}

/** On a full disk a log is opened as it is, to be read; what must be written can wait for the first append. */
async function mendNowOrLater(
  context: LogContext,
  file: OpenFile,
  scan: ScanResult,
  mending: Mending,
): Promise<RecoveredLog['mend']> {
  try {
    await mendEnd(context, file, scan, mending);
    return undefined;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const message =
      `The disk is full: the end of ${context.paths.log} could not be mended. It can be read; ` +
      'the first write that finds room mends it.';
    mending.events.push({ found: 'full-disk', action: 'noted', file: context.paths.log, offset: scan.end, message });
    return async () => {
      const known = mending.events.length;
      await mendEnd(context, file, scan, mending);
      for (const { message } of mending.events.slice(known)) context.logger.warn(message);
    };
  }
}

/** Behind the last whole line nothing stays, and up to there everything is durable. */
async function mendEnd(context: LogContext, file: OpenFile, scan: ScanResult, mending: Mending): Promise<void> {
  const { verdict, settled, events } = mending;
  if (verdict === 'cut' && scan.size > scan.end) await cutTornTail(context, file, scan, events);
  if (scan.size > scan.end && context.options.recovery !== 'strict') {
    // Newlines filled ahead and not used.
    await file.truncate(scan.end);
    scan.size = scan.end;
  }
  if (settled) await context.disk.syncDirectory(context.paths.directory);
  else await settle(context, file, scan);
}

/** Where the log was not read, nor is the main file: it is verified later. */
async function trustMainFile(
  { disk, paths, options }: LogContext,
  seal: Seal | undefined,
  { lastSeq }: ScanResult,
): Promise<MainFileProof | undefined> {
  if (!options.mainFiles || !seal?.main || seal.seq !== lastSeq) return undefined;
  return (await disk.fileSize(paths.mainFile)) === seal.main.bytes ? seal.main : undefined;
}

/** Notes a main file that is gone or damaged; whatever it is, it is written anew from the log. */
async function checkMainFile(
  context: LogContext,
  seal: Seal | undefined,
  scan: ScanResult,
  events: RecoveryEvent[],
): Promise<MainFileProof | undefined> {
  if (!context.options.mainFiles || scan.lastSeq === 0) return undefined;
  const { mainFile } = context.paths;
  const proof = await proveMainFile(context);
  const sealed = seal?.seq === scan.lastSeq ? seal.main : undefined;
  if (proof && sealed && proof.bytes === sealed.bytes && proof.crc === sealed.crc) return proof;
  let why: string | undefined;
  if (!proof) why = 'is gone';
  else if (sealed) why = 'is not what was last written';
  else if (proof.bytes <= CHECKED_BYTES) {
    const main = await readMainFile(context);
    if (main.state === 'garbage') why = `cannot be read (${main.why})`;
  }
  if (why && !events.some((event) => event.file === mainFile)) {
    events.push({
      found: 'lost-view',
      action: 'rewritten',
      file: mainFile,
      message: `The main file ${mainFile} ${why}; it is written anew from the log, which is whole.`,
    });
  }
  return undefined;
}

/** A larger main file is not decoded only to say whether it could be. */
const CHECKED_BYTES = 8 * 1024 * 1024;

const EMPTY_FILE: OpenFile = {
  path: '',
  read: async () => 0,
  readSync: () => 0,
  write: async () => undefined,
  sync: async () => undefined,
  truncate: async () => undefined,
  size: async () => 0,
  close: async () => undefined,
  tryLock: () => true,
};
