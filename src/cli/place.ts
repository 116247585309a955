/** How a place in a data directory is printed: `logs/players.log:250 (line 250, byte 61234, key "user123")`. */
import { isAbsolute, relative, sep } from 'node:path';
import { jsonText, plainText } from './printable.js';

export interface Place {
  /** Relative to the data directory, with slashes. */
  file: string;
  line?: number | undefined;
  offset?: number | undefined;
  key?: string | undefined;
  /** Line and byte count what was packed. */
  unpacked?: true | undefined;
}

export function placeText({ file, line, offset, key, unpacked }: Place): string {
  const parts: string[] = [];
  if (line !== undefined) parts.push(`line ${line}`);
  if (offset !== undefined) parts.push(unpacked ? `byte ${offset} unpacked` : `byte ${offset}`);
  if (key !== undefined) parts.push(`key ${jsonText(key)}`);
  const name = plainText(file) + (line === undefined ? '' : `:${line}`);
  return parts.length === 0 ? name : `${name} (${parts.join(', ')})`;
}

/** A file of a data directory as a place names it. */
export function fileIn(dataDir: string, file: string): string {
  const inside = relative(dataDir, file);
  return inside.startsWith('..') || isAbsolute(inside) ? file : inside.split(sep).join('/');
}
