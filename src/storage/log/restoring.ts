/** Going back in time: what differs between two moments of a log, and making an earlier one the present. Of any engine. */
import { isDeepStrictEqual } from 'node:util';
import type { EntryMeta, LogEntry } from './entry.js';
import type { LogEngine } from './log-engine.js';

/** A moment of a log: a time (a Date; entries of that millisecond count), or a seq (a number; that entry counts). */
export type Point = Date | number;

/** What happened to one key between two moments. @publicApi */
export interface StateChange {
  key: string;
  kind: 'added' | 'changed' | 'removed';
  /** The value at the first moment; absent where it was added. */
  from?: unknown;
  /** The value at the second moment; absent where it was removed. */
  to?: unknown;
}

export interface DiffOptions {
  from: Point;
  /** @default now */
  to?: Point;
  /** Only this key. */
  key?: string;
}

export interface RestoreOptions {
  /** The moment that becomes the present again. */
  at: Point;
  /** Only this key; the whole log where left out. */
  key?: string;
  /** Only tells what would change. @default false */
  dryRun?: boolean;
}

/** What restoring changed, or would change. @publicApi */
export interface RestoreReport {
  log: string;
  /** ISO 8601 UTC, or a seq. */
  at: string | number;
  dryRun: boolean;
  /** From what was there to what is there now, in the order of the keys. */
  changes: StateChange[];
  /** The entry that put the moment back; none where nothing differed, or nothing was to be written. */
  entry?: LogEntry;
}

/**
 * @returns changes in the order of the keys (by code units)
 * @throws LogError `LOG_NOT_RETAINED` for a moment of which nothing is kept
 */
export async function diffStates(engine: LogEngine, log: string, options: DiffOptions): Promise<StateChange[]> {
  const before = await stateAt(engine, log, options.from);
  const after = await stateAt(engine, log, options.to);
  return changesBetween(before, after, options.key);
}

/**
 * Makes the state of a moment the present one, by an entry of its own: a SET or DELETE of one key, or a SET of the whole
 * state. The moment stays in the history, and so does what was there before. What others write between the reading and
 * the entry is overwritten.
 * @param meta who and why; the reason is completed by the moment
 * @throws LogError `LOG_NOT_RETAINED` for a moment of which nothing is kept; nothing is written then
 */
export async function restore(
  engine: LogEngine,
  log: string,
  { at, key, dryRun = false }: RestoreOptions,
  meta?: EntryMeta,
): Promise<RestoreReport> {
  const target = await stateAt(engine, log, at);
  const changes = changesBetween(await stateAt(engine, log), target, key);
  const report: RestoreReport = { log, at: at instanceof Date ? at.toISOString() : at, dryRun, changes };
  if (dryRun || changes.length === 0) return report;
  const change = key === undefined ? { op: 'SET' as const, data: target } : changeOf(target, key);
  report.entry = await engine.append(log, change, { ...meta, reason: reasonOf(report.at, meta) });
  return report;
}

function stateAt(engine: LogEngine, log: string, at?: Point): Promise<Record<string, unknown>> {
  return engine.rebuildState(log, at === undefined ? {} : { at });
}

function changesBetween(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  key: string | undefined,
): StateChange[] {
  const keys = key === undefined ? new Set([...Object.keys(before), ...Object.keys(after)]) : [key];
  return [...keys].sort().flatMap((each) => changeBetween(before, after, each) ?? []);
}

function changeBetween(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  key: string,
): StateChange | undefined {
  const [was, is] = [Object.hasOwn(before, key), Object.hasOwn(after, key)];
  if (!was && !is) return undefined;
  if (!was) return { key, kind: 'added', to: after[key] };
  if (!is) return { key, kind: 'removed', from: before[key] };
  if (isDeepStrictEqual(before[key], after[key])) return undefined;
  return { key, kind: 'changed', from: before[key], to: after[key] };
}

function changeOf(target: Record<string, unknown>, key: string) {
  if (!Object.hasOwn(target, key)) return { op: 'DELETE' as const, key };
  return { op: 'SET' as const, key, value: target[key] };
}

function reasonOf(at: string | number, meta: EntryMeta | undefined): string {
  const moment = `restored to ${typeof at === 'number' ? `seq ${at}` : at}`;
  return meta?.reason === undefined ? moment : `${meta.reason} (${moment})`;
}
