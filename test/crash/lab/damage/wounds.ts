/**
 * What can become of a file: bits that flip, blocks lost, doubled, swapped, moved or zeroed, pieces of other files,
 * cuts, other copies. A wound takes the bytes as they were and gives what is found later; undefined is a file gone.
 */
import type { Random } from '../../../support/random.js';
import { flipped, lineStarts } from '../../../support/specimens.js';

/** What else lies about, to be found where it does not belong. */
export interface Surroundings {
  /** The same file as it was before, oldest first. */
  earlier: Buffer[];
  /** The file of that role in another directory. */
  foreign: Buffer | undefined;
}

export type Wound = (bytes: Buffer, random: Random, around: Surroundings) => Buffer | undefined;

const SECTOR = 512;
const PAGE = 4096;

/** Replaces the bytes from `from` to `to`. */
function splice(bytes: Buffer, from: number, to: number, ...between: Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, from), ...between, bytes.subarray(to)]);
}

interface Range {
  from: number;
  to: number;
}

/** A block of the file as a disk knows it, or one that begins anywhere, or whole lines. */
function drawRange(bytes: Buffer, random: Random): Range {
  const kind = random.below(4);
  if (kind === 3) {
    const starts = lineStarts(bytes);
    const line = random.below(starts.length);
    const last = Math.min(starts.length - 1, line + 1 + random.below(3));
    return { from: starts[line] ?? 0, to: starts[last] ?? bytes.length };
  }
  const size = random.pick([SECTOR, SECTOR, PAGE]);
  const any = random.below(Math.max(1, bytes.length));
  if (kind === 2) return { from: any, to: Math.min(bytes.length, any + 1 + random.below(size)) };
  const from = Math.floor(any / size) * size;
  return { from, to: Math.min(bytes.length, from + size) };
}

function garbage(length: number, random: Random): Buffer {
  const bytes = Buffer.alloc(length);
  const text = '{"timestamp":"op":"SET","key":"value":,\n}[]0123456789\\';
  const printable = random.chance(0.5);
  for (let i = 0; i < length; i += 1) {
    bytes[i] = printable ? text.charCodeAt(random.below(text.length)) : random.below(256);
  }
  return bytes;
}

const overwritten =
  (content: (length: number, bytes: Buffer, random: Random, around: Surroundings) => Buffer): Wound =>
  (bytes, random, around) => {
    const { from, to } = drawRange(bytes, random);
    return splice(bytes, from, to, content(to - from, bytes, random, around));
  };

function pieceOf(source: Buffer, length: number, random: Random): Buffer {
  const from = random.below(Math.max(1, source.length - length));
  return source.subarray(from, from + length);
}

function lostRange(bytes: Buffer, random: Random): Buffer {
  const { from, to } = drawRange(bytes, random);
  return splice(bytes, from, to);
}

function doubledRange(bytes: Buffer, random: Random): Buffer {
  const { from, to } = drawRange(bytes, random);
  return splice(bytes, to, to, bytes.subarray(from, to));
}

function movedRange(bytes: Buffer, random: Random): Buffer {
  const { from, to } = drawRange(bytes, random);
  const rest = splice(bytes, from, to);
  const starts = lineStarts(rest);
  const at = random.chance(0.5) ? random.pick(starts) : random.below(rest.length + 1);
  return splice(rest, at, at, bytes.subarray(from, to));
}

function swappedRanges(bytes: Buffer, random: Random): Buffer {
  const [a, b] = [drawRange(bytes, random), drawRange(bytes, random)].sort((x, y) => x.from - y.from) as [Range, Range];
  if (a.to > b.from) return movedRange(bytes, random);
  const [first, second] = [bytes.subarray(a.from, a.to), bytes.subarray(b.from, b.to)];
  return Buffer.concat([bytes.subarray(0, a.from), second, bytes.subarray(a.to, b.from), first, bytes.subarray(b.to)]);
}

/** Lines of another log in the place of as many of this one. */
function foreignLines(bytes: Buffer, random: Random, { foreign }: Surroundings): Buffer {
  if (!foreign) return lostRange(bytes, random);
  const ours = lineStarts(bytes);
  const theirs = lineStarts(foreign);
  const count = 1 + random.below(4);
  const at = random.below(Math.max(1, ours.length - 1));
  const from = random.chance(0.5) ? Math.min(at, theirs.length - 1) : random.below(theirs.length);
  const lines = foreign.subarray(theirs[from] ?? 0, theirs[from + count] ?? foreign.length);
  return splice(bytes, ours[at] ?? 0, ours[at + count] ?? bytes.length, lines);
}

export const WOUNDS: Record<string, Wound> = {
  'a flipped bit': (bytes, random) =>
    bytes.length === 0 ? bytes : flipped(bytes, random.below(bytes.length), random.below(8)),
  'flipped bits': (bytes, random) => {
    let result = bytes;
    for (let i = 2 + random.below(6); i > 0 && bytes.length > 0; i -= 1) {
      result = flipped(result, random.below(bytes.length), random.below(8));
    }
    return result;
  },
  'a cut at any byte': (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  'a cut at the end of a line': (bytes, random) => bytes.subarray(0, random.pick(lineStarts(bytes))),
  'a cut at the end of a block': (bytes, random) =>
    bytes.subarray(0, SECTOR * random.below(1 + Math.floor(bytes.length / SECTOR))),
  'a lost block': lostRange,
  'a doubled block': doubledRange,
  'a moved block': movedRange,
  'swapped blocks': swappedRanges,
  'NUL bytes': overwritten((length) => Buffer.alloc(length)),
  'a NUL page at the end': (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random.below(PAGE))]),
  'a tail of NUL bytes': (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return splice(bytes, from, bytes.length, Buffer.alloc(bytes.length - from));
  },
  garbage: overwritten((length, _, random) => garbage(length, random)),
  'inserted garbage': (bytes, random) => {
    const at = random.chance(0.5) ? random.pick(lineStarts(bytes)) : random.below(bytes.length + 1);
    const inserted = garbage(1 + random.below(200), random);
    return splice(bytes, at, at, inserted, Buffer.from(random.chance(0.5) ? '\n' : ''));
  },
  'another part of the file': overwritten((length, bytes, random) => pieceOf(bytes, length, random)),
  'a part of an older copy': overwritten((length, bytes, random, { earlier }) =>
    pieceOf(earlier.length > 0 ? random.pick(earlier) : bytes, length, random),
  ),
  'a part of another log': overwritten((length, bytes, random, { foreign }) =>
    pieceOf(foreign ?? bytes, length, random),
  ),
  'lines of another log': foreignLines,
  'a doubled tail': (bytes, random) => {
    const from = random.chance(0.5) ? random.pick(lineStarts(bytes)) : random.below(bytes.length + 1);
    return Buffer.concat([bytes, bytes.subarray(from)]);
  },
  'blank lines': (bytes, random) => {
    const at = random.chance(0.7) ? random.pick(lineStarts(bytes)) : random.below(bytes.length + 1);
    return splice(bytes, at, at, Buffer.alloc(1 + random.below(5), '\n'));
  },
  'an older copy': (bytes, random, { earlier }) =>
    earlier.length > 0 ? random.pick(earlier) : lostRange(bytes, random),
  'the file of another log': (bytes, random, { foreign }) => foreign ?? lostRange(bytes, random),
  emptied: () => Buffer.alloc(0),
  gone: () => undefined,
};

/** Put another file in the place of the whole one. */
export const WHOLE_FILES: ReadonlySet<string> = new Set([
  'an older copy',
  'the file of another log',
  'emptied',
  'gone',
]);

/** May leave out newest lines without a trace in the file itself. */
export const SHORTENING: ReadonlySet<string> = new Set([
  ...woundNamesWith('a cut'),
  ...woundNamesWith('block'),
  'an older copy',
  'emptied',
  'gone',
]);

function woundNamesWith(words: string): string[] {
  return Object.keys(WOUNDS).filter((name) => name.includes(words));
}

export const woundNames = Object.keys(WOUNDS);
