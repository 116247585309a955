/**
 * class-transformer drops members named `__proto__` and stumbles over ones named `constructor`. Both are ordinary
 * keys in stored JSON (a map from user names to scores, say), so they travel through it under another name. Pure.
 */
import { setMember } from './log/index.js';

const UNSAFE_NAMES = ['__proto__', 'constructor'];
/** Never the start of a name that a person chose. */
const ESCAPE = '\u0000escaped:';

/** The value with unsafe member names escaped; the very same value where there are none. @internal */
export function escapeNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !hasUnsafeName(value)) return value;
  if (Array.isArray(value)) return value.map(escapeNames);
  const copy: Record<string, unknown> = Object.create(Object.getPrototypeOf(value));
  for (const [name, member] of Object.entries(value)) {
    setMember(copy, UNSAFE_NAMES.includes(name) ? ESCAPE + name : name, escapeNames(member));
  }
  return copy;
}

/** Gives escaped members their own names back, in place. @internal */
export function unescapeNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    unescapeNames(member);
    if (!name.startsWith(ESCAPE)) continue;
    const members = value as Record<string, unknown>;
    delete members[name];
    setMember(members, name.slice(ESCAPE.length), member);
  }
}

function hasUnsafeName(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasUnsafeName);
  return Object.entries(value).some(([name, member]) => UNSAFE_NAMES.includes(name) || hasUnsafeName(member));
}
