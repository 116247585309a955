/** What happened to one key, as a page of a timeline. */
import type { LogEntry } from '../../storage/index.js';
import { type ShownEntry, shownEntry } from './shown-entry.js';
import { changesBetween, type ValueChanges } from './value-changes.js';

/** Moments of one page, the newest ones. */
export const MOMENTS_MAX = 200;

/** @internal */
export interface Moment extends ShownEntry {
  /** `set` and `deleted` by an entry of its own, `replaced` by a whole new state, `kept` in a checkpoint. */
  kind: 'set' | 'deleted' | 'replaced' | 'kept';
  changes: ValueChanges;
}

/** @internal */
export interface KeyHistory {
  /** The newest first. */
  moments: Moment[];
  /** Moments before those. */
  earlier: number;
}

/** @param entries about the key alone, the oldest first, as `streamLogEntries` gives them for a key */
export async function keyHistory(log: string, key: string, entries: AsyncIterable<LogEntry>): Promise<KeyHistory> {
  let moments: Moment[] = [];
  let count = 0;
  let before: unknown;
  for await (const entry of entries) {
    const after = valueIn(entry, key);
    // A new whole state without the key that was not there before either is no event of its history.
    if (entry.key === undefined && after === undefined && before === undefined) continue;
    moments.push(momentOf(log, key, entry, before, after));
    before = after;
    count += 1;
    if (moments.length >= 2 * MOMENTS_MAX) moments = moments.slice(-MOMENTS_MAX);
  }
  moments = moments.slice(-MOMENTS_MAX).reverse();
  return { moments, earlier: count - moments.length };
}

function momentOf(log: string, key: string, entry: LogEntry, before: unknown, after: unknown): Moment {
  const { data: _, state: __, value: ___, ...rest } = entry;
  const about: LogEntry = { ...rest, ...(after !== undefined && { value: after }) };
  return { ...shownEntry(log, about), key, kind: kindOf(entry, after), changes: changesBetween(before, after) };
}

function valueIn(entry: LogEntry, key: string): unknown {
  if (entry.key !== undefined) return entry.op === 'DELETE' ? undefined : entry.value;
  const whole = entry.op === 'CHECKPOINT' ? entry.state : entry.data;
  return whole !== undefined && Object.hasOwn(whole, key) ? whole[key] : undefined;
}

function kindOf(entry: LogEntry, after: unknown): Moment['kind'] {
  if (entry.op === 'CHECKPOINT') return 'kept';
  if (after === undefined) return 'deleted';
  return entry.key === undefined ? 'replaced' : 'set';
}
