/**
 * Reads a log by the words of docs/format.md and nothing else: JSON.parse for each line, a Map, a checksum over all
 * bytes before. Slow, simple, and without a line in common with the engine.
 */
import { crc32 } from 'node:zlib';

export interface Reading {
  /**
   * `valid`: every reader must take it. `lenient`: the page leaves room, so it may be refused; who takes it must see
   * this state. `invalid`: nobody may take it without a word. `hostile`: no writer wrote it and no accident made it,
   * since its checksums verify over what is no entry; whoever reads it shall survive.
   */
  verdict: 'valid' | 'lenient' | 'invalid' | 'hostile';
  state: Map<string, unknown>;
  seq: number;
  /** Whole lines with a checksum. */
  engineLines: number;
  why?: string;
}

type Entry = Record<string, unknown>;

const OPS = ['SET', 'DELETE', 'CHECKPOINT'];
const OLDER_MEMBERS = ['timestamp', 'op', 'key', 'value', 'data', 'state', 'compactedAt'];
const NEWLINE = 0x0a;

/** What the page calls wrong. */
class NoLog extends Error {}

export function readByTheWords(bytes: Buffer, base = new Map<string, unknown>()): Reading {
  return new WordByWord(bytes, base).read();
}

class WordByWord {
  readonly #state: Map<string, unknown>;
  #seq = 0;
  #entries = 0;
  #engineLines = 0;
  #lenient: string | undefined;
  #hostile: string | undefined;

  constructor(
    private readonly bytes: Buffer,
    base: Map<string, unknown>,
  ) {
    this.#state = new Map(base);
  }

  read(): Reading {
    try {
      for (let start = 0; start < this.bytes.length; ) {
        const newline = this.bytes.indexOf(NEWLINE, start);
        const end = newline < 0 ? this.bytes.length : newline;
        if (end > start) this.#line(start, end, newline >= 0);
        start = end + 1;
      }
    } catch (error) {
      if (!(error instanceof NoLog)) throw error;
      return this.#reading(this.#hostile === undefined ? 'invalid' : 'hostile', this.#hostile ?? error.message);
    }
    if (this.#hostile !== undefined) return this.#reading('hostile', this.#hostile);
    return this.#reading(this.#lenient === undefined ? 'valid' : 'lenient', this.#lenient);
  }

  #reading(verdict: Reading['verdict'], why: string | undefined): Reading {
    const read = { verdict, state: this.#state, seq: this.#seq, engineLines: this.#engineLines };
    return why === undefined ? read : { ...read, why };
  }

  #line(start: number, end: number, whole: boolean): void {
    const text = this.bytes.toString('utf8', start, end);
    if (/^[ \t\r]*$/.test(text)) {
      this.#leaveRoom('a line of spaces');
      return;
    }
    if (text !== text.trim()) this.#leaveRoom('spaces around a line');
    const isUtf8 = Buffer.from(text).equals(this.bytes.subarray(start, end));
    if (!isUtf8 && this.#verifiesFrom(start)) this.#hostile = 'bytes that are not UTF-8, with a right checksum';
    if (!isUtf8) throw new NoLog('bytes that are not UTF-8');
    const parsed = this.#parsed(text, start);
    this.#lookAtNames(spelledNames(text));
    const entry = entryOf(parsed);
    if (Number.isNaN(Date.parse(entry.timestamp as string))) this.#leaveRoom('a timestamp that is no time');
    if (entry.seq === undefined && entry.crc === undefined) this.#older(entry);
    else this.#engine(entry, start, end, whole);
    this.#entries += 1;
    this.#apply(entry);
  }

  #parsed(text: string, start: number): unknown {
    try {
      return JSON.parse(text);
    } catch {
      if (this.#verifiesFrom(start)) this.#hostile = 'no JSON, with a right checksum';
      throw new NoLog('a line that is no JSON');
    }
  }

  #lookAtNames(names: string[]): void {
    // JSON leaves open what the same name twice means; JSON.parse takes the last.
    if (new Set(names.map((name) => JSON.parse(name))).size < names.length) this.#hostile = 'members twice';
    if (names.some((name) => name.includes('\\'))) this.#leaveRoom('names with escapes');
  }

  /** Whether the checksum of this line, or of any behind it, is right all the same. */
  #verifiesFrom(start: number): boolean {
    const text = this.bytes.toString('latin1');
    for (const { 1: digits, index } of text.slice(start).matchAll(/"crc"\s*:\s*"([0-9a-f]{8})(?=")/g)) {
      const at = text.indexOf(digits as string, start + index);
      if (crc32(this.bytes.subarray(0, at)) === Number.parseInt(digits as string, 16)) return true;
    }
    return false;
  }

  #older(entry: Entry): void {
    if (this.#engineLines > 0 && Object.keys(entry).some((name) => !OLDER_MEMBERS.includes(name))) {
      this.#leaveRoom('a stranger behind lines with checksums');
    }
    this.#seq += 1;
  }

  #engine(entry: Entry, start: number, end: number, whole: boolean): void {
    const { seq, crc } = entry;
    if (!Number.isSafeInteger(seq)) throw new NoLog('a seq that is no whole number');
    if (typeof crc !== 'string' || !/^[0-9a-f]{8}$/.test(crc)) throw new NoLog('a checksum that is none');
    if (!this.#verifies(crc, start, end)) {
      if (this.#verifiesFrom(end)) this.#hostile = 'a wrong checksum under a right one';
      throw new NoLog('a checksum that does not match');
    }
    if (!whole) throw new NoLog('an unfinished line');
    if ((seq as number) < 1 || (seq as number) > Number.MAX_SAFE_INTEGER / 2) this.#leaveRoom('a seq out of bounds');
    const checkpoint = entry.op === 'CHECKPOINT';
    const follows = seq === this.#seq + 1;
    if (checkpoint && this.#entries > 0) {
      if (seq !== this.#seq) throw new NoLog('a CHECKPOINT that covers another seq');
    } else if (!checkpoint && !follows) throw new NoLog('a seq that does not follow');
    this.#seq = seq as number;
    this.#engineLines += 1;
  }

  /** Of several places that hold these digits, the one that verifies is meant. */
  #verifies(crc: string, start: number, end: number): boolean {
    for (let at = this.bytes.indexOf(crc, start, 'latin1'); at >= 0 && at < end; ) {
      if (crc32(this.bytes.subarray(0, at)) === Number.parseInt(crc, 16)) return true;
      at = this.bytes.indexOf(crc, at + 1, 'latin1');
    }
    return false;
  }

  #apply(entry: Entry): void {
    const whole = entry.op === 'CHECKPOINT' ? entry.state : entry.key === undefined ? entry.data : undefined;
    if (whole !== undefined) {
      this.#state.clear();
      for (const [key, value] of Object.entries(whole as Entry)) this.#state.set(key, value);
    } else if (entry.op === 'SET') this.#state.set(entry.key as string, entry.value);
    else this.#state.delete(entry.key as string);
  }

  #leaveRoom(why: string): void {
    this.#lenient ??= why;
  }
}

function entryOf(entry: unknown): Entry {
  if (!isObject(entry)) throw new NoLog('a line that is no object');
  const { op, key } = entry;
  if (!OPS.includes(op as string)) throw new NoLog('an op that is none');
  if (op === 'CHECKPOINT' && entry.timestamp === undefined) entry.timestamp = entry.compactedAt;
  if (typeof entry.timestamp !== 'string') throw new NoLog('no timestamp');
  if (op === 'CHECKPOINT') {
    if (!isObject(entry.state)) throw new NoLog('a CHECKPOINT without a state');
  } else if (key === undefined && op === 'SET') {
    if (!isObject(entry.data)) throw new NoLog('a SET without key and data');
  } else if (typeof key !== 'string' || (op === 'SET' && !Object.hasOwn(entry, 'value'))) {
    throw new NoLog('a key or a value that is none');
  }
  return entry;
}

/** The names of a line's members, as they are spelled. */
function spelledNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token.endsWith(':')) names.push(token.replace(/\s*:$/, ''));
  }
  return names;
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
