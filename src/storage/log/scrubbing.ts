/**
 * Takes what is to be erased out of a line of a log. Pure: bytes to bytes. Seqs must go on rising by one, so a line is
 * never left out: where an entry stood, a tombstone stands of a key that nobody ever had.
 */
import { decodeText, parseLine } from './format.js';
import { objectMembers, StateScanner } from './json-scan.js';
import { entriesIn } from './log-reader.js';

/** What is to be erased from a log. */
export interface Scrub {
  /** Entries about this key go, and its member of each whole state. */
  key: string | undefined;
  /** So do entries and members whose key or value names one of these. */
  mentions: readonly string[];
  /**
   * Entries behind these seqs are of a later life, and stay: those of the key, and those that mention somebody. Older
   * lines have no seq and are never of it.
   */
  keyUpToSeq: number;
  mentionsUpToSeq: number;
  /** The key of the tombstones that are left. */
  placeholder: string;
}

/** @returns the lines to stand in the place of this one, its checksum's digits not yet right; undefined where it may stay */
export type LineScrubber = (line: Buffer) => Buffer | undefined;

const NO_DIGITS = '"00000000"';
/** What another program may have spelled in its own way. */
const ESCAPE = Buffer.from('\\u');

export function lineScrubber(scrub: Scrub): LineScrubber {
  const texts = new Texts([...scrub.mentions, ...(scrub.key === undefined ? [] : [scrub.key])]);
  const mentions = new Texts(scrub.mentions);
  const isErased = (seq: number, key: string, value: () => unknown): boolean =>
    (key === scrub.key && seq <= scrub.keyUpToSeq) ||
    (seq <= scrub.mentionsUpToSeq && (mentions.standIn(key) || mentions.standIn(value())));

  const scrubLine = (line: Buffer): Buffer | undefined => {
    if (!texts.mayStandIn(line)) return undefined;
    const members = membersOf(line);
    if (members === undefined) return scrubGlued(line);
    const seq = Number(parsed(members.get('seq')) ?? 0);
    const key = members.get('key');
    const whole = (['state', 'data'] as const).find((name) => key === undefined && members.has(name));
    const kept =
      whole === undefined ? undefined : withoutMembers(line, whole, texts, (...member) => isErased(seq, ...member));
    if (whole !== undefined && kept !== undefined) members.set(whole, kept);
    const isGone = whole === undefined && isErased(seq, parsed(key) as string, () => parsed(members.get('value')));
    const isNamed = seq <= scrub.keyUpToSeq && members.has('meta') && texts.standIn(parsed(members.get('meta')));
    if (!isGone && !isNamed && kept === undefined) return undefined;
    members.delete('meta');
    return isGone ? tombstone(members, scrub.placeholder) : spelled(members);
  };

  /** What the reference bot glued together holds no entry as a whole, but perhaps two. */
  const scrubGlued = (line: Buffer): Buffer => {
    const lines = entriesIn(decodeText(line)).map((entry) => Buffer.from(JSON.stringify(entry)));
    return Buffer.from(lines.map((each) => (scrubLine(each) ?? each).toString('utf8')).join('\n'));
  };
  return scrubLine;
}

/** Texts that are looked for: as words of their own, so that `user1` is not found in `user12`. */
export class Texts {
  readonly #words: RegExp | undefined;
  readonly #all: ReadonlySet<string>;
  readonly #spelled: readonly Buffer[];

  constructor(texts: readonly string[]) {
    this.#all = new Set(texts);
    const words = texts.filter((text) => text !== '').map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const word = '[\\p{L}\\p{N}_]';
    this.#words = words.length > 0 ? new RegExp(`(?<!${word})(?:${words.join('|')})(?!${word})`, 'u') : undefined;
    this.#spelled = texts.map((text) => Buffer.from(text === '' ? '""' : JSON.stringify(text).slice(1, -1)));
  }

  /** Whether a closer look is worth it. */
  mayStandIn(json: Buffer): boolean {
    return this.#spelled.some((text) => json.includes(text)) || (this.#all.size > 0 && json.includes(ESCAPE));
  }

  /** In any string of a value, a name of a member, or as a number. */
  standIn(value: unknown): boolean {
    // No recursion: what another program wrote may be nested deeper than the stack.
    for (const waiting = [value]; waiting.length > 0; ) {
      const next = waiting.pop();
      if (typeof next === 'object' && next !== null) {
        if (!Array.isArray(next)) for (const name of Object.keys(next)) waiting.push(name);
        for (const each of Object.values(next)) waiting.push(each);
      } else if (this.#isNamedBy(next)) return true;
    }
    return false;
  }

  #isNamedBy(value: unknown): boolean {
    if (typeof value === 'number') return this.#all.has(String(value));
    return typeof value === 'string' && (this.#all.has(value) || (this.#words?.test(value) ?? false));
  }
}

/** The members of a line as they are spelled; undefined where it is no entry. */
function membersOf(line: Buffer): Map<string, Buffer> | undefined {
  const members = new Map<string, Buffer>();
  for (const [name, value] of objectMembers(line)) members.set(JSON.parse(name.toString('utf8')) as string, value);
  const isState = !members.has('key') && (members.has('state') || members.has('data'));
  // A whole state may be larger than a string; what else a line holds is not.
  return isState || parseLine(decodeText(line)) !== undefined ? members : undefined;
}

/** The whole state of a line without what is erased; undefined where it holds nothing of that. */
function withoutMembers(
  line: Buffer,
  name: 'state' | 'data',
  texts: Texts,
  isErased: (key: string, value: () => unknown) => boolean,
): Buffer | undefined {
  const kept: Buffer[] = [];
  let members = 0;
  const scanner = new StateScanner(0, name, (_, __, offset, length) => {
    const member = line.subarray(offset, offset + length);
    members += 1;
    if (!texts.mayStandIn(member)) kept.push(member);
    else {
      const [[key, value]] = Object.entries(JSON.parse(`{${decodeText(member)}}`) as object) as [[string, unknown]];
      if (!isErased(key, () => value)) kept.push(member);
    }
  });
  scanner.push(line, 0, line.length);
  if (kept.length === members) return undefined;
  const pieces: Buffer[] = [];
  for (const [i, member] of kept.entries()) pieces.push(i > 0 ? COMMA : OPENING, member);
  return Buffer.concat([...(kept.length > 0 ? pieces : [OPENING]), CLOSING]);
}

const OPENING = Buffer.from('{');
const COMMA = Buffer.from(',');
const CLOSING = Buffer.from('}');

function tombstone(members: ReadonlyMap<string, Buffer>, key: string): Buffer {
  const kept = new Map<string, Buffer>();
  const timestamp = members.get('timestamp');
  if (timestamp) kept.set('timestamp', timestamp);
  kept.set('op', Buffer.from('"DELETE"'));
  kept.set('key', Buffer.from(JSON.stringify(key)));
  for (const name of ['seq', 'crc']) {
    const value = members.get(name);
    if (value) kept.set(name, value);
  }
  return spelled(kept);
}

/** The order of the engine: seq and crc come last. */
function spelled(members: ReadonlyMap<string, Buffer>): Buffer {
  const last = ['seq', 'crc'].filter((name) => members.has(name));
  const pieces: Buffer[] = [];
  for (const name of [...[...members.keys()].filter((each) => !last.includes(each)), ...last]) {
    const value = name === 'crc' ? Buffer.from(NO_DIGITS) : (members.get(name) as Buffer);
    pieces.push(pieces.length > 0 ? COMMA : OPENING, Buffer.from(`${JSON.stringify(name)}:`), value);
  }
  return Buffer.concat([...pieces, CLOSING]);
}

function parsed(json: Buffer | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(decodeText(json));
}
