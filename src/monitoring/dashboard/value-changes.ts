/** What differs between two JSON values, as a short list of places. Pure. */
import { cutText, previewOf } from './preview.js';

/** @internal */
export interface ValueChange {
  /** Where, such as `score` or `games[3].date`; empty for the value as a whole. */
  path: string;
  /** JSON text; missing where there was, or is, nothing. */
  from?: string;
  to?: string;
}

/** @internal */
export interface ValueChanges {
  list: ValueChange[];
  /** Places that differ beside those. */
  more: number;
}

/** Places listed; more of them are counted, up to another bound. */
const LISTED = 12;
const COUNTED = 1_000;
const DEPTH = 6;
const TEXT_CHARS = 120;
const PATH_CHARS = 120;

/** @param from undefined where there was no value, `to` where there is none */
export function changesBetween(from: unknown, to: unknown): ValueChanges {
  const found: [path: string, from: unknown, to: unknown][] = [];
  compare(from, to, '', DEPTH, found);
  return {
    list: found.slice(0, LISTED).map(([path, before, after]) => ({
      path: cutText(path, PATH_CHARS),
      ...(before !== undefined && { from: previewOf(before, TEXT_CHARS).text }),
      ...(after !== undefined && { to: previewOf(after, TEXT_CHARS).text }),
    })),
    more: Math.max(0, found.length - LISTED),
  };
}

function compare(from: unknown, to: unknown, path: string, depth: number, found: [string, unknown, unknown][]): void {
  if (Object.is(from, to) || found.length >= COUNTED) return;
  const members = depth > 0 ? membersOf(from, to) : undefined;
  if (members === undefined) {
    if (depth > 0 || JSON.stringify(from) !== JSON.stringify(to)) found.push([path, from, to]);
    return;
  }
  const isList = Array.isArray(from);
  for (const member of members) {
    const name = isList ? `[${member}]` : path === '' ? member : `.${member}`;
    compare(own(from, member), own(to, member), path + name, depth - 1, found);
  }
}

/** The members of both, in the order of the newer; undefined where they are not of one kind. */
function membersOf(from: unknown, to: unknown): Set<string> | undefined {
  if (typeof from !== 'object' || typeof to !== 'object' || from === null || to === null) return undefined;
  if (Array.isArray(from) !== Array.isArray(to)) return undefined;
  return new Set([...Object.keys(to), ...Object.keys(from)]);
}

function own(value: unknown, member: string): unknown {
  return Object.hasOwn(value as object, member) ? (value as Record<string, unknown>)[member] : undefined;
}
