/** When the oldest entry of a log was written that is not folded into its CHECKPOINT. */
import type { OpenFile } from './file-system.js';
import { isoTime } from './format.js';

const HEAD = '{"timestamp":"';
const TIME_BYTES = 24;

/** It never changes while the file is the log. */
const known = new WeakMap<OpenFile, string>();

/** Undefined where all are folded, and where another program wrote that line in its own way. */
export function firstTimestampOf(file: OpenFile, entries: number, checkpointBytes: number): string | undefined {
  if (entries <= (checkpointBytes > 0 ? 1 : 0)) return undefined;
  const found = known.get(file) ?? readTime(file, checkpointBytes);
  if (found !== undefined) known.set(file, found);
  return found;
}

function readTime(file: OpenFile, offset: number): string | undefined {
  const bytes = Buffer.alloc(HEAD.length + TIME_BYTES);
  try {
    file.readSync(bytes, 0, bytes.length, offset);
  } catch {
    // Whoever reads an entry is told; this is a hint.
    return undefined;
  }
  const text = bytes.toString('latin1');
  return text.startsWith(HEAD) ? isoTime(text.slice(HEAD.length)) : undefined;
}
