/** A log as a history: its messages in their order, as far as they are kept. */
import {
  applyEntry,
  Follower,
  filterOf,
  type LogEntry,
  LogError,
  type StreamOptions,
  setMember,
} from '../storage/log/index.js';
import { entryOf, Precedence } from './message.js';
import type { StreamLog } from './stream-log.js';
import { type Past, readFrom, readKey, readPast, stateUpTo } from './stream-past.js';

export type Subscribe = (onEntry: (entry: LogEntry) => void, onClose: () => void) => () => void;

/** @throws TypeError for a time that is none */
export async function* streamEntries(
  log: StreamLog,
  options: StreamOptions,
  subscribe: Subscribe,
): AsyncGenerator<LogEntry> {
  const wanted = filterOf(options);
  let last = Math.max(0, (options.fromSeq ?? 0) - 1);
  const follower = options.follow ? new Follower(subscribe, options.signal) : undefined;
  try {
    do {
      for await (const entry of entriesOf(readWanted(log, options.key, last + 1))) {
        last = entry.seq as number;
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
    } while (follower?.overrun());
  } finally {
    follower?.stop();
  }
}

/**
 * Replays up to and including a moment.
 * @throws LogError `LOG_NOT_RETAINED` where what was compacted away is needed for it
 */
export async function rebuildState(log: StreamLog, at: Date | number | undefined): Promise<Record<string, unknown>> {
  if (at instanceof Date && Number.isNaN(at.getTime())) throw new TypeError('Expected `at` to be a valid Date');
  if (typeof at === 'number' && !(at >= 0)) throw new TypeError(`Expected \`at\` to be a seq ≥ 0, got ${at}`);
  await assertRetained(log, at);
  let held: ReadonlyMap<string, unknown>;
  for (let gone = await log.gone(); ; ) {
    held = await replay(log, at);
    const goneSince = await log.gone();
    // Of what was removed while this read, it may have met the one half and not the other.
    if (goneSince === gone) break;
    gone = goneSince;
  }
  // A compaction that began meanwhile may have taken away what this was about to read.
  await assertRetained(log, at);
  const state: Record<string, unknown> = {};
  for (const [key, value] of held) setMember(state, key, value);
  return state;
}

async function replay(log: StreamLog, at: Date | number | undefined): Promise<Map<string, unknown>> {
  const [untilSeq, untilMs] = [
    typeof at === 'number' ? at : log.view.seq,
    at instanceof Date ? at.getTime() : Infinity,
  ];
  const fromSeq = await stateUpTo(log, ({ seq, timeMs }) => seq <= untilSeq && timeMs <= untilMs);
  const held = new Map<string, unknown>();
  const pasts = readPast(log, fromSeq, Math.min(untilSeq, log.view.seq), new Precedence());
  for await (const entry of entriesOf(pasts)) {
    if (Date.parse(entry.timestamp) > untilMs) break;
    applyEntry(held, entry);
  }
  return held;
}

async function assertRetained({ context }: StreamLog, at: Date | number | undefined): Promise<void> {
  if (at === undefined) return;
  const { control, names } = context;
  const { wholeFromSeq, wholeFromMs } = await control.read(names.log);
  if (at instanceof Date ? at.getTime() >= wholeFromMs : at >= wholeFromSeq) return;
  const moment = at instanceof Date ? at.toISOString() : `seq ${at}`;
  throw new LogError('LOG_NOT_RETAINED', `${names.stream} no longer tells the state at ${moment}.`, {
    file: names.stream,
    hint: `It does from seq ${wholeFromSeq} on (${new Date(wholeFromMs).toISOString()}); compact less often to reach further back.`,
  });
}

function readWanted(log: StreamLog, key: string | undefined, fromSeq: number): AsyncGenerator<Past> {
  const toSeq = log.view.seq;
  return key === undefined ? readFrom(log, fromSeq, toSeq) : readKey(log, key, fromSeq, toSeq);
}

async function* entriesOf(pasts: AsyncIterable<Past>): AsyncGenerator<LogEntry> {
  let timeMs = 0;
  for await (const past of pasts) {
    timeMs = Math.max(timeMs, past.timeMs);
    if (past.message && past.message.op !== 'MARK' && !past.isVoid) yield entryOf(past.message, past.seq, timeMs);
  }
}
