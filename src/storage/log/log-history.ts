/** Reads a log as a history: its entries over backups and active log, and the state as of any moment kept. */
import { archivedSegments, segmentEntries } from './archive.js';
import type { ArchiveMember, ArchiveSegment } from './archive-index.js';
import { backupEntries, backupsOf, orderedBackups } from './backups.js';
import type { LogEntry } from './entry.js';
import { LogError } from './errors.js';
import type { FileLog } from './file-log.js';
import { setMember } from './json-value.js';
import type { LogContext } from './log-context.js';
import type { StreamOptions } from './log-engine.js';
import type { Backup } from './log-name.js';
import { type ReadEntry, readEntries } from './log-reader.js';

/** Calls back with each new entry, and once when the log closes; returns the way to stop. */
export type Subscribe = (onEntry: (entry: LogEntry) => void, onClose: () => void) => () => void;

/** A reader this far behind is sent back to the file instead of being waited for in memory. */
const FOLLOW_BUFFER = 1000;

/** @throws TypeError for a time that is none */
export async function* streamEntries(
  log: FileLog,
  options: StreamOptions,
  subscribe: Subscribe,
): AsyncGenerator<LogEntry> {
  const wanted = filterOf(options);
  const progress: Progress = { last: Math.max(0, (options.fromSeq ?? 0) - 1) };
  const range = { fromMs: timeOf(options.from, 'from'), toMs: timeOf(options.to, 'to') };
  const follower = options.follow ? new Follower(subscribe, options.signal) : undefined;
  let backups = options.backups ?? false;
  try {
    do {
      for await (const { entry, seq } of readKept(log, backups, progress, range)) {
        if (entry.seq !== undefined || !backups) progress.last = Math.max(progress.last, seq);
        const chosen = wanted(entry);
        if (chosen) yield chosen;
        if (options.signal?.aborted) return;
      }
      for await (const entry of follower?.entries() ?? []) {
        if ((entry.seq ?? 0) <= progress.last) continue;
        progress.last = entry.seq ?? progress.last;
        const chosen = wanted(entry);
        if (chosen) yield chosen;
      }
      // What a reader missed may have been folded away since; a backup still has it.
      backups = true;
    } while (follower?.overrun());
  } finally {
    follower?.stop();
  }
}

/** How far a reader has come: what has this seq or an older one was given, or is not wanted. */
interface Progress {
  last: number;
}

/** Times wanted, in milliseconds. */
interface TimeRange {
  fromMs: number | undefined;
  toMs: number | undefined;
}

/** Entries behind `progress`, of archive and backups if asked for, then of the active log as it was when the reading began. */
async function* readKept(
  log: FileLog,
  backups: boolean,
  progress: Progress,
  range: TimeRange,
): AsyncGenerator<ReadEntry> {
  // Held before the backups are listed, and those before the archive: a compaction in between then shows an entry twice
  // rather than not at all, and twice is told by its seq.
  const shared = log.shared.hold();
  const size = log.end.offset;
  const { context } = log;
  try {
    const former = backups ? await backupsOf(context) : [];
    const segments = backups ? await archivedSegments(context) : [];
    const ordered =
      segments.length > 0 ? new Set((await orderedBackups(context)).map(({ unixMs }) => unixMs)) : undefined;
    const isOrdered = ({ unixMs }: Backup) => !ordered || ordered.has(unixMs);
    // What the reference bot left has no seqs: it comes before all that has.
    for (const each of former) if (!isOrdered(each)) yield* backupEntries(context, each);
    for (const segment of segments) yield* readSegment(context, segment, progress, range);
    for (const each of former) if (isOrdered(each)) yield* backupEntries(context, each, progress.last + 1);
    yield* readEntries(shared.file, size, progress.last + 1);
  } finally {
    await shared.release();
  }
}

/** Begins at the member in which the first entry wanted stands. */
async function* readSegment(
  context: LogContext,
  segment: ArchiveSegment,
  progress: Progress,
  { fromMs, toMs }: TimeRange,
): AsyncGenerator<ReadEntry> {
  if (segment.lastSeq <= progress.last || (toMs !== undefined && Date.parse(segment.from) > toMs)) return;
  if (fromMs !== undefined && Date.parse(segment.to) < fromMs) {
    progress.last = segment.lastSeq;
    return;
  }
  const isBefore = (member: ArchiveMember) =>
    member.firstSeq <= progress.last + 1 || (fromMs !== undefined && Date.parse(member.from) < fromMs);
  const member = segment.members.slice(1).findLast(isBefore);
  if (member) progress.last = Math.max(progress.last, member.firstSeq - 1);
  yield* segmentEntries(context, segment, progress.last + 1, member);
}

/** What is durable in the active log when the reading begins. */
async function* readActive(log: FileLog, fromSeq: number): AsyncGenerator<ReadEntry> {
  const shared = log.shared.hold();
  try {
    yield* readEntries(shared.file, log.end.offset, fromSeq);
  } finally {
    await shared.release();
  }
}

/** New entries as they become durable, for one reader. */
export class Follower {
  #waiting: LogEntry[] = [];
  #wake: (() => void) | undefined;
  #overrun = false;
  #ended = false;
  readonly stop: () => void;

  constructor(subscribe: Subscribe, signal: AbortSignal | undefined) {
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    if (signal?.aborted) this.#ended = true;
    signal?.addEventListener('abort', end);
    const unsubscribe = subscribe((entry) => {
      // Behind an entry that was left out, none is taken in until the file has been read again.
      if (!this.#overrun && this.#waiting.length < FOLLOW_BUFFER) this.#waiting.push(entry);
      else this.#overrun = true;
      this.#wake?.();
    }, end);
    this.stop = () => {
      unsubscribe();
      signal?.removeEventListener('abort', end);
    };
  }

  async *entries(): AsyncGenerator<LogEntry> {
    for (;;) {
      const entry = this.#waiting.shift();
      if (entry) yield entry;
      else if (this.#overrun || this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Whether entries were left out, so that the file must be read again. */
  overrun(): boolean {
    const overrun = this.#overrun;
    this.#overrun = false;
    return overrun && !this.#ended;
  }
}

/** What a stream with these options gives of an entry, if anything. @throws TypeError for a time that is none */
export function filterOf(options: StreamOptions): (entry: LogEntry) => LogEntry | undefined {
  const from = timeOf(options.from, 'from');
  const to = timeOf(options.to, 'to');
  const { key } = options;
  return (entry) => {
    const time = Date.parse(entry.timestamp);
    if ((from !== undefined && time < from) || (to !== undefined && time > to)) return undefined;
    return key === undefined ? entry : aboutKey(entry, key);
  };
}

/** The entry as far as it concerns one key: a whole state is narrowed to that member, and left out without it. */
function aboutKey(entry: LogEntry, key: string): LogEntry | undefined {
  if (entry.op !== 'CHECKPOINT' && entry.key !== undefined) return entry.key === key ? entry : undefined;
  const member = entry.op === 'CHECKPOINT' ? 'state' : 'data';
  const whole = entry[member];
  const narrowed: Record<string, unknown> = {};
  if (whole && Object.hasOwn(whole, key)) setMember(narrowed, key, whole[key]);
  // A replacement without the key removes it, which is part of its history; a checkpoint without it says nothing new.
  else if (entry.op === 'CHECKPOINT') return undefined;
  return { ...entry, [member]: narrowed };
}

function timeOf(time: Date | number | string | undefined, name: string): number | undefined {
  if (time === undefined) return undefined;
  const ms = time instanceof Date ? time.getTime() : typeof time === 'number' ? time : Date.parse(time);
  if (Number.isNaN(ms)) throw new TypeError(`Expected \`${name}\` to be a time, got ${String(time)}`);
  return ms;
}

/**
 * Replays the files up to and including a moment.
 * @param at a time (Date) or a seq (number); everything where left out
 * @throws LogError `LOG_NOT_RETAINED` where every file kept begins later
 */
export async function rebuildState(log: FileLog, at: Date | number | undefined): Promise<Record<string, unknown>> {
  if (at instanceof Date && Number.isNaN(at.getTime())) throw new TypeError('Expected `at` to be a valid Date');
  if (typeof at === 'number' && !(at >= 0)) throw new TypeError(`Expected \`at\` to be a seq ≥ 0, got ${at}`);
  let newer: Pick<Replay, 'firstSeq'> | undefined;
  for await (const source of sourcesOf(log, at)) {
    if ('firstSeq' in source) {
      newer = source;
      continue;
    }
    const replay = await replayUntil(source, at);
    // Between the end of this file and the beginning of the newer one entries are missing.
    const reached = replay.passed || (typeof at === 'number' && replay.lastSeq >= at);
    if (newer && !reached && newer.firstSeq > replay.lastSeq) break;
    if (!replay.beginsLater) return replay.state();
    newer = replay;
  }
  throw new LogError('LOG_NOT_RETAINED', `Nothing kept of ${log.context.paths.log} tells the state at ${nameOf(at)}.`, {
    file: log.context.paths.log,
    hint: 'Keep more backups, or an archive (rotation), to reach further back.',
  });
}

/** Entries of a file, or no more than where it begins, where that is behind the moment. */
type Source = AsyncGenerator<ReadEntry> | { firstSeq: number };

/**
 * The active log, then the backups, then the archive, newest first: what a compaction makes of the one meanwhile is
 * among the others.
 */
async function* sourcesOf(log: FileLog, at: Date | number | undefined): AsyncGenerator<Source> {
  yield readActive(log, 0);
  if (at === undefined) return;
  const { context } = log;
  for (const backup of (await backupsOf(context)).reverse()) yield backupEntries(context, backup);
  const segments = await archivedSegments(context);
  for (const segment of segments.toReversed()) {
    const stateSeq = segment.stateTime === undefined ? 0 : segment.firstSeq - 1;
    const isExact =
      segments.some(({ lastSeq }) => lastSeq === stateSeq) && !reaches(segment.firstSeq, segment.from, at);
    // The state before the first entry is that behind the last one of the segment before.
    if (isExact || !reaches(stateSeq, segment.stateTime ?? '', at)) yield { firstSeq: Math.max(1, stateSeq) };
    else yield segmentEntries(context, segment);
  }
}

/** Whether an entry is of the moment, or of one before it. */
function reaches(seq: number, timestamp: string, at: Date | number): boolean {
  if (seq === 0) return true;
  return at instanceof Date ? !(Date.parse(timestamp) > at.getTime()) : seq <= at;
}

function nameOf(at: Date | number | undefined): string {
  return at instanceof Date ? at.toISOString() : `seq ${at}`;
}

interface Replay {
  /** The moment lies before this file. */
  beginsLater: boolean;
  /** The file goes on behind the moment. */
  passed: boolean;
  firstSeq: number;
  lastSeq: number;
  state(): Record<string, unknown>;
}

async function replayUntil(entries: AsyncGenerator<ReadEntry>, at: Date | number | undefined): Promise<Replay> {
  const held = new Map<string, unknown>();
  const replay: Replay = {
    beginsLater: false,
    passed: false,
    firstSeq: 0,
    lastSeq: 0,
    state() {
      const state: Record<string, unknown> = {};
      for (const [key, value] of held) setMember(state, key, value);
      return state;
    },
  };
  for await (const { entry, seq } of entries) {
    const first = replay.firstSeq === 0;
    // An older CHECKPOINT has no seq: its own count says nothing of the file before it.
    if (first) replay.firstSeq = entry.op === 'CHECKPOINT' && entry.seq === undefined ? 1 : seq;
    const after = at instanceof Date ? Date.parse(entry.timestamp) > at.getTime() : at !== undefined && seq > at;
    if (after) {
      replay.passed = true;
      replay.beginsLater = first && (entry.op === 'CHECKPOINT' || seq > 1);
      break;
    }
    replay.lastSeq = seq;
    applyEntry(held, entry);
  }
  return replay;
}

export function applyEntry(state: Map<string, unknown>, entry: LogEntry): void {
  const whole = entry.op === 'CHECKPOINT' ? entry.state : entry.key === undefined ? entry.data : undefined;
  if (whole) {
    state.clear();
    for (const key of Object.keys(whole)) state.set(key, whole[key]);
  } else if (entry.op === 'SET') {
    state.set(entry.key as string, entry.value);
  } else {
    state.delete(entry.key as string);
  }
}
