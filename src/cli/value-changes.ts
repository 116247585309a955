/** What changed between two values, member by member. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { StateChange } from '../storage/log/index.js';
import { keyText, shortValue } from './printable.js';

export interface MemberChange {
  /** `totalScore`, `gamesHistory[2].score`; empty for the value as a whole. */
  path: string;
  kind: StateChange['kind'];
  from?: unknown;
  to?: unknown;
}

/** Deeper differences are told of the member as a whole. */
const MAX_DEPTH = 20;

export function memberChanges(from: unknown, to: unknown, path = '', depth = 0): MemberChange[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (from === undefined) return [{ path, kind: 'added', to }];
  if (to === undefined) return [{ path, kind: 'removed', from }];
  if (!isContainer(from) || !isContainer(to) || Array.isArray(from) !== Array.isArray(to) || depth === MAX_DEPTH) {
    return [{ path, kind: 'changed', from, to }];
  }
  // Where something was put in or taken out, the places behind it mean something else.
  if (Array.isArray(from) && Array.isArray(to) && from.length !== to.length) {
    return [{ path, kind: 'changed', from, to }];
  }
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...names].flatMap((name) =>
    memberChanges(member(from, name), member(to, name), joined(path, name, from), depth + 1),
  );
}

/** One line: `totalScore 100 → 250`. */
export function memberChangeText({ path, kind, from, to }: MemberChange): string {
  const name = path === '' ? '' : `${path} `;
  if (kind === 'added') return `${name}+ ${valueText(to)}`;
  if (kind === 'removed') return `${name}− ${valueText(from)}`;
  return `${name}${valueText(from)} → ${valueText(to)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value) && value.length > 3) return `[${value.length} items]`;
  return shortValue(value);
}

function member(container: object, name: string): unknown {
  return Object.hasOwn(container, name) ? (container as Record<string, unknown>)[name] : undefined;
}

function joined(path: string, name: string, container: object): string {
  if (Array.isArray(container)) return `${path}[${name}]`;
  return path === '' ? keyText(name) : `${path}.${keyText(name)}`;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
