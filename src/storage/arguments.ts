/** A caller's mistake, always said in one style: "Expected `key` to be a string, got 5". Pure. */
import { assertLogName, type EntryMeta, type LogChange, type StreamOptions } from './log/index.js';

/** The `TypeError` for an argument that is not what it must be. @internal */
export function mistake(argument: string, expected: string, got: unknown): TypeError {
  return new TypeError(`Expected \`${argument}\` to be ${expected}, got ${describe(got)}`);
}

/** A short text of any value, for error messages. @internal */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${clip(value)}'`;
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return clip(JSON.stringify(value));
  } catch {
    return 'an object that JSON cannot carry';
  }
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/**
 * True for `{…}` and for objects without a prototype; false for arrays, class instances and null.
 * Compares shape, not identity, because an object may come from another realm (a `vm` context).
 * @internal
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @internal */
export function assertString(argument: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw mistake(argument, 'a string', value);
}

/** @internal */
export function assertId(argument: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw mistake(argument, 'a non-empty string', value);
}

/** @internal */
export function assertNumber(argument: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw mistake(argument, 'a finite number', value);
}

/** @internal */
export function assertCount(argument: string, value: unknown): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw mistake(argument, 'a whole number ≥ 0', value);
}

/** @internal */
export function assertFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw mistake(argument, 'a function', value);
}

/** @internal */
export function assertMeta(meta: EntryMeta | undefined): void {
  if (meta === undefined) return;
  if (!isPlainObject(meta)) throw mistake('meta', 'an object { actor?, reason? }', meta);
  if (meta.actor !== undefined) assertString('meta.actor', meta.actor);
  if (meta.reason !== undefined) assertString('meta.reason', meta.reason);
}

/** Checks the shape of a change; whether JSON can carry its value is the engine's to say. @internal */
export function assertChange(change: LogChange): void {
  if (!isPlainObject(change)) throw mistake('entry', "an object { op: 'SET' | 'DELETE', … }", change);
  const { op, key, value, data } = change as { op: unknown; key?: unknown; value?: unknown; data?: unknown };
  if (op !== 'SET' && op !== 'DELETE') throw mistake('entry.op', "'SET' or 'DELETE'", op);
  if (op === 'DELETE') {
    assertString('entry.key', key);
    if (value !== undefined || data !== undefined) throw mistake('entry', 'a DELETE with a key only', change);
  } else if (data !== undefined) {
    if (key !== undefined || value !== undefined) {
      throw mistake('entry', 'a SET of either `key` and `value`, or `data`', change);
    }
    if (!isPlainObject(data)) throw mistake('entry.data', 'a plain object', data);
  } else {
    assertString('entry.key', key);
    if (value === undefined) throw mistake('entry.value', 'a JSON value', value);
  }
}

/** @internal */
export function assertStreamOptions(options: StreamOptions): void {
  if (typeof options !== 'object' || options === null) throw mistake('options', 'an object', options);
  if (options.fromSeq !== undefined) assertCount('fromSeq', options.fromSeq);
  if (options.key !== undefined) assertString('key', options.key);
  for (const bound of ['from', 'to'] as const) {
    if (options[bound] !== undefined) assertTime(bound, options[bound]);
  }
}

function assertTime(argument: string, value: unknown): void {
  const known = value instanceof Date || typeof value === 'number' || typeof value === 'string';
  if (!known || Number.isNaN(new Date(value).getTime())) {
    throw mistake(argument, 'a Date, milliseconds since 1970 or an ISO text', value);
  }
}

/** A moment of a log is a time (Date) or a seq (number). @internal */
export function assertMoment(argument: string, moment: unknown): void {
  if (moment instanceof Date ? Number.isNaN(moment.getTime()) : !Number.isSafeInteger(moment) || Number(moment) < 0) {
    throw mistake(argument, 'a valid Date or a seq ≥ 0', moment);
  }
}

/** Without a key something else must be named; an empty text would be everywhere. @internal */
export function assertMentions(mentions: unknown, key: string | undefined): void {
  if (mentions === undefined && key !== undefined) return;
  if (Array.isArray(mentions) && mentions.every((text) => typeof text === 'string' && text !== '')) {
    if (mentions.length > 0 || key !== undefined) return;
  }
  throw mistake('mentions', 'an array of non-empty strings', mentions);
}

/** @internal */
export function assertPlace(log: string, key: string): void {
  assertLogName(log);
  assertString('key', key);
}

/** A promise would be stored as `{}` while the real value comes too late. @internal */
export function synchronous<T>(value: T): T {
  if (typeof (value as { then?: unknown } | undefined)?.then === 'function') {
    throw mistake('fn', 'synchronous', value);
  }
  return value;
}

/** For two classes that claim one log. @internal */
export function sharedLog(log: string, first: string, second: string): TypeError {
  return new TypeError(`The log '${log}' cannot belong to both ${first} and ${second}`);
}
