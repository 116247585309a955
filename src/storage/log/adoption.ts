/**
 * Opening a log in which no engine-written line stands: new, or left by the reference bot. There the main file is the
 * base and the log is replayed over it, since the log may be younger than the data. Whatever only the main file knows
 * is written into the log as one entry, for from then on the log alone is the truth.
 */
import { crcDigits, extendCrc } from './crc.js';
import { LogError } from './errors.js';
import { corruption, type Evidence, nothingIsWhole, type Verdict } from './evidence.js';
import type { OpenFile } from './file-system.js';
import { lineUpToCrc, replaceBody } from './format.js';
import type { LogContext } from './log-context.js';
import type { RecoveryEvent } from './log-engine.js';
import type { FoundMainFile } from './main-file.js';
import { replay, type State, stateOf } from './replay.js';
import { rewriteLog } from './rewriting.js';
import type { ScanResult } from './scan-result.js';
import { anchorOf } from './seal.js';
import { keepTornTail } from './torn-tail.js';

/** @throws LogError `LOG_CORRUPT` where both sources are damaged or gone; nothing is changed then */
export async function adoptOlderState(
  context: LogContext,
  evidence: Evidence,
  file: OpenFile | undefined,
  main: FoundMainFile,
  events: RecoveryEvent[],
): Promise<Verdict> {
  const { scan } = evidence;
  refuseWhatNothingProves(context, evidence, main);
  for (const { offset, line } of scan.gluedAt) events.push(gluedEvent(context, offset, line));
  if (main.state === 'garbage') events.push(lostView(context, main.why));
  const inside = scan.damage.filter((damage) => !damage.isTail);
  const state = main.state === 'whole' ? stateOf(main.content) : new Map<string, string>();
  // What stands before damage may be older than the main file; what stands behind it is not.
  const after = main.state === 'whole' ? (inside.at(-1)?.seqBefore ?? 0) : 0;
  // Kept before the log is replayed over it.
  const known = [...state.keys()];
  const replayed = file && (await replay(file, scan.size, state, after, anchorOf(evidence.seal)));
  const needed = !replayed?.replaced && known.some((key) => !replayed?.touched.has(key));
  if (inside.length > 0) {
    await rewriteOlderLog(context, evidence, state, events);
    return 'rewritten';
  }
  if (!needed) return scan.damage.length > 0 ? 'cut' : 'whole';
  await appendState(context, file, scan, state, events);
  events.push(adopted(context, nothingIsWhole(evidence)));
  return 'rewritten';
}

/** Whether the main file shows just what the log's lines give when they are replayed over it. */
export async function showsTheLog(
  main: FoundMainFile,
  file: OpenFile | undefined,
  { size }: ScanResult,
): Promise<boolean> {
  if (main.state !== 'whole' || !file) return false;
  const shown = stateOf(main.content);
  const state = new Map(shown);
  await replay(file, size, state, 0);
  return state.size === shown.size && [...state].every(([key, value]) => shown.get(key) === value);
}

function refuseWhatNothingProves(context: LogContext, evidence: Evidence, main: FoundMainFile): void {
  const { scan } = evidence;
  const { recovery } = context.options;
  const empty = nothingIsWhole(evidence);
  if (recovery === 'strict' && (scan.damage.length > 0 || scan.gluedAt.length > 0)) {
    throw corruption(context, scan.damage, 'strict recovery changes nothing', evidence);
  }
  if (recovery === 'salvage') return;
  if (empty && main.state === 'garbage') {
    const { mainFile, log } = context.paths;
    throw new LogError(
      'LOG_CORRUPT',
      `${mainFile} cannot be read (${main.why}), and ${log} holds nothing to rebuild it.`,
      {
        file: mainFile,
        offset: 0,
        line: 1,
        hint: 'Put a whole copy in its place, or remove it to begin empty.',
      },
    );
  }
  if (empty && main.state === 'missing' && evidence.backups.length > 0) {
    throw corruption(context, scan.damage, 'the log and its main file are gone, only backups are left', evidence);
  }
  if (main.state !== 'whole' && scan.damage.some((damage) => !damage.isTail || damage.checkpoint)) {
    throw corruption(
      context,
      scan.damage,
      'the line has no checksum to mend it by, and no main file is whole',
      evidence,
    );
  }
}

/** Damage inside an older log would be found again at each opening, so the log begins anew with its state. */
async function rewriteOlderLog(
  context: LogContext,
  { scan }: Evidence,
  state: State,
  events: RecoveryEvent[],
): Promise<void> {
  const timestamp = scan.lastTimestamp ?? new Date().toISOString();
  const keptAs = await rewriteLog(context, state, { seq: Math.max(1, scan.lastSeq), timestamp, exists: true });
  const { log } = context.paths;
  for (const { offset, line, key } of scan.damage) {
    events.push({
      found: 'corruption',
      action: 'healed',
      file: log,
      offset,
      line,
      ...(key !== undefined && { key }),
      ...(keptAs && { keptAs }),
      message:
        `${log}:${line} (line ${line}, byte ${offset}) is damaged and has no checksum; the state was taken from the ` +
        `main file and the lines behind the damage. The damaged file is kept as ${keptAs}.`,
    });
  }
}

/** One line that replaces the whole state: it is there whole or not at all. */
async function appendState(
  context: LogContext,
  file: OpenFile | undefined,
  scan: ScanResult,
  state: State,
  events: RecoveryEvent[],
): Promise<void> {
  const { disk, paths } = context;
  const log = file ?? (await disk.open(paths.log, 'write'));
  try {
    if (scan.damage.length > 0) events.push(await keepTornTail(context, log, scan));
    const newest = scan.lastTimestamp === undefined ? 0 : Date.parse(scan.lastTimestamp) || 0;
    const timestamp = new Date(Math.max(Date.now(), newest)).toISOString();
    const data = `{${[...state].map(([key, value]) => `${key}:${value}`).join(',')}}`;
    const body = replaceBody(data, { actor: 'append-log', reason: 'adopted the main file' });
    const head = scan.missingNewline ? '\n' : '';
    const upToCrc = Buffer.from(head + lineUpToCrc(timestamp, body, scan.lastSeq + 1));
    const bytes = Buffer.concat([upToCrc, Buffer.from(`${crcDigits(extendCrc(scan.chain, upToCrc))}"}\n`)]);
    await log.truncate(scan.end);
    await log.write(bytes, 0, bytes.length, scan.end);
    await log.sync();
    await disk.syncDirectory(paths.directory);
  } finally {
    if (!file) await log.close();
  }
}

function adopted({ paths }: LogContext, logWasEmpty: boolean): RecoveryEvent {
  return {
    found: logWasEmpty ? 'lost-log' : 'adopted-main-file',
    action: 'healed',
    file: paths.mainFile,
    message: logWasEmpty
      ? `There was no log beside ${paths.mainFile}; its state was taken over into ${paths.log}.`
      : `${paths.mainFile} holds keys from before the log; they were taken over into ${paths.log}.`,
  };
}

function lostView({ paths }: LogContext, why: string): RecoveryEvent {
  return {
    found: 'lost-view',
    action: 'rewritten',
    file: paths.mainFile,
    message: `The main file ${paths.mainFile} cannot be read (${why}); it is written anew from the log, which is whole.`,
  };
}

function gluedEvent({ paths }: LogContext, offset: number, line: number): RecoveryEvent {
  return {
    found: 'torn-tail',
    action: 'noted',
    file: paths.log,
    offset,
    line,
    message:
      `${paths.log}:${line} (line ${line}, byte ${offset}) begins with a torn line of the reference bot, which was ` +
      'never acknowledged; the whole line behind it was read.',
  };
}
