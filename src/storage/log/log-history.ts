/** Reads a log as a history: its entries over backups and active log, and the state as of any moment kept. */
import type { LogEntry } from './entry.js';
import { LogError, systemCode, toLogError } from './errors.js';
import type { FileLog } from './file-log.js';
import { setMember } from './json-value.js';
import type { LogContext } from './log-context.js';
import type { StreamOptions } from './log-engine.js';
import { backupsIn } from './log-name.js';
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
  let last = Math.max(0, (options.fromSeq ?? 0) - 1);
  const follower = options.follow ? new Follower(subscribe, options.signal) : undefined;
  let backups = options.backups ?? false;
  try {
    do {
      for await (const { entry, seq } of readKept(log, backups, () => last)) {
        if (entry.seq !== undefined || !backups) last = Math.max(last, seq);
        const chosen = wanted(entry);
        if (chosen) yield chosen;
        if (options.signal?.aborted) return;
      }
      for await (const entry of follower?.entries() ?? []) {
        if ((entry.seq ?? 0) <= last) continue;
        last = entry.seq ?? last;
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

/** Entries behind `last()`, of the backups if asked for, then of the active log as it was when the reading began. */
async function* readKept(log: FileLog, backups: boolean, last: () => number): AsyncGenerator<ReadEntry> {
  // Held before the backups are listed: a compaction in between then shows an entry twice rather than not at all,
  // and twice is told by its seq.
  const shared = log.shared.hold();
  const size = log.end.offset;
  try {
    const paths = backups ? await backupPaths(log.context) : [];
    for (const path of paths) yield* readFile(log.context, path, last() + 1);
    yield* readEntries(shared.file, size, last() + 1);
  } finally {
    await shared.release();
  }
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

async function* readFile({ disk }: LogContext, path: string, fromSeq: number): AsyncGenerator<ReadEntry> {
  const file = await disk.open(path, 'read').catch((error) => {
    // Pruned since it was listed: no longer kept.
    if (systemCode(error) === 'ENOENT') return undefined;
    throw toLogError(error, 'opening', path);
  });
  if (!file) return;
  try {
    yield* readEntries(file, await file.size(), fromSeq);
  } finally {
    await file.close();
  }
}

async function backupPaths({ disk, paths }: LogContext): Promise<string[]> {
  const backups = backupsIn(await disk.list(paths.directory), paths.name);
  return backups.map(({ unixMs }) => paths.backup(unixMs));
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
  let newer: Replay | undefined;
  for await (const source of sourcesOf(log, at !== undefined)) {
    const replay = await replayUntil(source, at);
    // Between the end of this file and the beginning of the newer one entries are missing.
    const reached = replay.passed || (typeof at === 'number' && replay.lastSeq >= at);
    if (newer && !reached && newer.firstSeq > replay.lastSeq) break;
    if (!replay.beginsLater) return replay.state();
    newer = replay;
  }
  throw new LogError('LOG_NOT_RETAINED', `Nothing kept of ${log.context.paths.log} tells the state at ${nameOf(at)}.`, {
    file: log.context.paths.log,
    hint: 'Keep more backups to reach further back.',
  });
}

/** The active log, then the backups, newest first: what a compaction makes of the one meanwhile is among the others. */
async function* sourcesOf(log: FileLog, backups: boolean): AsyncGenerator<AsyncGenerator<ReadEntry>> {
  yield readActive(log, 0);
  if (!backups) return;
  for (const path of (await backupPaths(log.context)).reverse()) yield readFile(log.context, path, 0);
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
