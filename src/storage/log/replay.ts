/** Replays the good lines of a log into memory: for the rare openings that must rebuild a state. */
import { readExactly } from './exact-read.js';
import type { OpenFile } from './file-system.js';
import { hasValue, splitMember } from './format.js';
import { objectMembers, stringEnd, withoutSpace } from './json-scan.js';
import type { Anchor } from './lineage.js';
import { scanLog } from './log-scanner.js';
import type { LogVisitor, ScanResult } from './scan-result.js';

/** Key → value, both as JSON text. */
export type State = Map<string, string>;

export interface Replayed {
  scan: ScanResult;
  /** Whether a whole state was among the lines, so that nothing from before them counts. */
  replaced: boolean;
  /** Keys that the lines set or deleted. */
  touched: ReadonlySet<string>;
}

/** The members of an object in any spacing, spelled as they are: values may be nested deeper than one can encode. */
export function stateOf(object: Buffer): State {
  const state: State = new Map();
  for (const [name, value] of objectMembers(object)) {
    state.set(canonicalKey(name, 0), withoutSpace(value).toString('utf8'));
  }
  return state;
}

/** Applies the good lines of `file` behind `afterSeq` to `state`. */
export async function replay(
  file: OpenFile,
  size: number,
  state: State,
  afterSeq: number,
  anchor?: Anchor,
): Promise<Replayed> {
  const places = new Map<string, [number, number] | null>();
  let applies = false;
  let replaced = false;
  const keyOf = (buffer: Uint8Array, at: number) => canonicalKey(buffer as Buffer, at);
  const visitor: LogVisitor = {
    set(buffer, keyAt, offset, length, seq) {
      if (keyAt > 0 && !hasValue(buffer, keyAt, stringEnd(buffer, keyAt, buffer.length), length)) return false;
      if (seq > afterSeq) places.set(keyOf(buffer, keyAt), [offset, length]);
      return undefined;
    },
    delete(buffer, keyAt, seq) {
      if (seq > afterSeq) places.set(keyOf(buffer, keyAt), null);
    },
    replace(seq) {
      applies = seq > afterSeq;
      if (!applies) return;
      replaced = true;
      places.clear();
    },
    member(buffer, keyAt, offset, length) {
      if (applies) places.set(keyOf(buffer, keyAt), [offset, length]);
    },
  };
  const scan = await scanLog(file, size, visitor, anchor);
  if (replaced) state.clear();
  for (const [key, place] of places) {
    if (place === null) state.delete(key);
    else state.set(key, await readValue(file, place));
  }
  return { scan, replaced, touched: new Set(places.keys()) };
}

function canonicalKey(buffer: Buffer, at: number): string {
  let end = at + 1;
  while (buffer[end] !== 0x22) end += buffer[end] === 0x5c ? 2 : 1;
  return JSON.stringify(JSON.parse(buffer.toString('utf8', at, end + 1)));
}

async function readValue(file: OpenFile, [offset, length]: [number, number]): Promise<string> {
  const bytes = Buffer.allocUnsafe(length);
  await readExactly(file, bytes, length, offset);
  return splitMember(bytes).value.toString('utf8');
}
