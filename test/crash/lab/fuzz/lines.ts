/**
 * Logs whose lines are mutated member by member: other types, members twice, renamed, moved, spelled otherwise, odd
 * line ends, lines that are none. Their checksums are written anew, so that the chain verifies, or left as they were.
 */
import { crc32 } from 'node:zlib';
import type { Random } from '../../../support/random.js';

/** A member as JSON text; the checksum's digits are written when what stands before them is known. */
type Member = [name: string, json: string];

interface Line {
  members: Member[];
  /** Between and around the members. */
  space: string;
  before: string;
  /** Bytes of latin1, which need not be UTF-8. */
  end: string;
}

const CRC = '<crc>';
const TIME = '"2026-11-22T16:36:05.831Z"';

const KEYS = ['"a"', '"b"', '""', '"__proto__"', '"constructor"', '"é😀"', '"\\u0061"', '"\\ud800"', '"toString"'];
const VALUES = [
  '1',
  '-0',
  '1e400',
  '1E2',
  '"x"',
  '"\\u0000"',
  'null',
  'true',
  '[]',
  '{}',
  '[1,{"a":[null]}]',
  '{"__proto__":{"x":1}}',
  '{"a":1,"a":2}',
  '",\\"seq\\":7,\\"crc\\":\\"00000000\\"}"',
  '"{\\"timestamp\\":\\""',
  '{"seq":1,"crc":"00000000"}',
  '{"state":{"k":1}}',
  '12345678901234567890',
  '"\ud83d\ude00"',
  '"\\ud83d"',
]; // prettier-ignore
const STATES = [
  '{}',
  '{"a":1}',
  '{"a":1,"b":{"a":2},"a":3}',
  '{"__proto__":1,"constructor":{}}',
  '{"\\u0061":1,"a":2}',
];
const TYPES = ['null', '0', '-1', '1.5', '""', '"x"', '[]', '{}', 'true', '[[]]', '{"a":1}'];
const SEQS = [
  '-1',
  '0',
  '1',
  '2',
  '1.0',
  '1e0',
  '1e21',
  '9007199254740991',
  '9007199254740993',
  '"1"',
  'null',
  '4294967296',
];
const TIMES = [
  '""',
  '"yesterday"',
  '"2026-11-22"',
  '"+275760-09-13T00:00:00.001Z"',
  '"9999-12-31T23:59:59.999Z"',
  '0',
  'null',
  '"xxxxxxxxxxxxxxxxxxxxxxxx"',
  '"ééééééééééééxxxxxxxxxxxx"',
  '"","state":{"a":1},"x":"zz"',
  '"1970-01-01T00:00:00.000Z"',
]; // prettier-ignore
const OPS = ['"SET"', '"DELETE"', '"CHECKPOINT"', '"set"', '"S\\u0045T"', 'null', '"__proto__"'];
const NAMES = [
  'timestamp',
  'op',
  'key',
  'value',
  'data',
  'state',
  'seq',
  'crc',
  'meta',
  'compactedAt',
  '__proto__',
  'x',
];
const STRANGE_LINES = [
  '',
  ' ',
  '\t',
  '\r',
  'null',
  '[]',
  '{}',
  '1',
  '"x"',
  '{"op":"SET"}',
  '\u00ef\u00bb\u00bf',
  '\0',
  '}',
  '{"a":',
];
const NO_UTF8 = ['\xff', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe9'];

const CRCS = ['"00000000"', '"ABCDEF01"', '"1a2b"', '305419896', 'null'];
/** Texts for a member that may be told from a right one, at a second look. */
const FITTING = new Map([
  ['timestamp', TIMES],
  ['op', OPS],
  ['key', KEYS],
  ['value', VALUES],
  ['data', STATES],
  ['state', STATES],
  ['seq', SEQS],
  ['crc', CRCS],
]);

export interface FuzzedLog {
  bytes: Buffer;
  /** What was done, for the one who looks into it. */
  story: string;
}

export function drawLog(random: Random): FuzzedLog {
  return new LogFuzzer(random).draw();
}

class LogFuzzer {
  readonly #lines: Line[] = [];
  readonly #story: string[] = [];

  constructor(private readonly random: Random) {}

  draw(): FuzzedLog {
    const { random } = this;
    this.#drawLines(1 + random.below(7), random.pick(['engine', 'engine', 'older', 'continued']));
    const stale = random.chance(0.25) ? this.#write(undefined) : undefined;
    for (let mutations = random.below(4); mutations > 0; mutations -= 1) this.#mutate(random.pick(this.#lines));
    if (random.chance(0.3)) this.#mutateOrder();
    const bytes = Buffer.concat(this.#write(stale?.map(digitsOf)));
    if (random.chance(0.15)) return { bytes: this.#mutateBytes(bytes), story: this.#story.join(', ') };
    return { bytes, story: `${this.#story.join(', ')}${stale ? ', with the checksums of before' : ''}` };
  }

  #drawLines(count: number, kind: string): void {
    const older = kind === 'older' ? count : kind === 'continued' ? this.random.below(count) : 0;
    for (let seq = 1; seq <= count; seq += 1) {
      const members = this.#drawEntry(seq === 1 && this.random.chance(0.3));
      if (seq > older) members.push(['seq', String(seq)], ['crc', CRC]);
      this.#lines.push({ members, space: '', before: '', end: '\n' });
    }
  }

  #drawEntry(checkpoint: boolean): Member[] {
    const { random } = this;
    const head: Member[] = [['timestamp', TIME]];
    if (checkpoint) {
      return [...head, ['op', '"CHECKPOINT"'], ['state', random.pick(STATES)], ['compactedAt', TIME]];
    }
    const roll = random.below(6);
    if (roll === 0) return [...head, ['op', '"SET"'], ['data', random.pick(STATES)]];
    if (roll === 1) return [...head, ['op', '"DELETE"'], ['key', random.pick(KEYS)]];
    const set: Member[] = [...head, ['op', '"SET"'], ['key', random.pick(KEYS)], ['value', random.pick(VALUES)]];
    if (roll === 2) set.push(['meta', '{"actor":"a"}']);
    return set;
  }

  #mutate(line: Line): void {
    const { random } = this;
    const { members } = line;
    if (members.length === 0) return;
    const at = random.below(members.length);
    const [name = 'x', json = '1'] = members[at] ?? [];
    const kind = random.below(9);
    if (kind <= 1) this.#tell(`${name} of another kind`, () => members.splice(at, 1, [name, this.#jsonFor(name)]));
    else if (kind === 2) {
      const where = random.below(members.length + 1);
      this.#tell(`${name} twice`, () => members.splice(where, 0, [name, this.#jsonFor(name)]));
    } else if (kind === 3) this.#tell(`no ${name}`, () => members.splice(at, 1));
    else if (kind === 4) this.#tell(`${name} spelled otherwise`, () => members.splice(at, 1, [escaped(name), json]));
    else if (kind === 5) {
      const stranger = random.pick(NAMES);
      const where = random.below(members.length + 1);
      this.#tell(`a member ${stranger}`, () => members.splice(where, 0, [stranger, this.#jsonFor(stranger)]));
    } else if (kind === 6) {
      const [moved] = members.splice(at, 1);
      this.#tell(`${name} moved`, () => members.splice(random.below(members.length + 1), 0, moved as Member));
    } else if (kind === 7) this.#mutateSpace(line);
    else if (random.chance(0.03))
      this.#tell('deep', () => members.splice(at, 1, [name, deep(random.pick([500, 2000]))]));
    else this.#tell('bytes that are not UTF-8', () => this.#spoil(members, at));
  }

  #mutateSpace(line: Line): void {
    const { random } = this;
    const kind = random.below(3);
    if (kind === 0) line.space = random.pick([' ', '\t', '\r', '  ']);
    else if (kind === 1) line.end = random.pick(['\r\n', ' \n', '\n\n', '\n\r\n', '\t\n']);
    else line.before = random.pick([' ', '\n', '\u00ef\u00bb\u00bf', '\r', '\t', '\0']);
    this.#story.push('other spaces');
  }

  /** Inside the text of a member. */
  #spoil(members: Member[], at: number): void {
    const [name, json] = members[at] as Member;
    const where = 1 + this.random.below(Math.max(1, json.length - 1));
    const spoiled = `${latin1(json).slice(0, where)}${this.random.pick(NO_UTF8)}${latin1(json).slice(where)}`;
    members.splice(at, 1, [name, `latin1:${spoiled}`]);
  }

  #jsonFor(name: string): string {
    const { random } = this;
    if (name === 'crc' && random.chance(0.5)) return CRC;
    return random.pick(random.chance(0.7) ? (FITTING.get(name) ?? VALUES) : TYPES);
  }

  #mutateOrder(): void {
    const { random } = this;
    const at = random.below(this.#lines.length);
    const line = this.#lines[at] as Line;
    const kind = random.below(4);
    if (kind === 0) this.#tell('a line twice', () => this.#lines.splice(at, 0, line));
    else if (kind === 1) this.#tell('a line left out', () => this.#lines.splice(at, 1));
    else if (kind === 2) this.#tell('lines swapped', () => this.#lines.push(...this.#lines.splice(at, 1)));
    else {
      const strange = random.pick(STRANGE_LINES);
      const stranger: Line = { members: [], space: '', before: strange, end: '\n' };
      this.#tell(`a line ${JSON.stringify(strange)}`, () => this.#lines.splice(at, 0, stranger));
    }
  }

  #mutateBytes(bytes: Buffer): Buffer {
    const { random } = this;
    const at = random.below(bytes.length + 1);
    this.#story.push('cut or spoiled bytes');
    if (random.chance(0.5)) return bytes.subarray(0, at);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from([random.below(256)]),
      bytes.subarray(at + random.below(3)),
    ]);
  }

  /** @param digits of each line, where they are not to be computed */
  #write(digits: (string | undefined)[] | undefined): Buffer[] {
    let crc = 0;
    return this.#lines.map((line, i) => {
      const pieces: Buffer[] = [];
      const add = (bytes: Buffer) => {
        pieces.push(bytes);
        crc = crc32(bytes, crc);
      };
      add(Buffer.from(line.before, 'latin1'));
      line.members.forEach(([name, json], at) => {
        add(Buffer.from(`${at === 0 ? '{' : ','}${line.space}"${name}":${line.space}`));
        if (json === CRC) add(Buffer.from(`"${digits ? (digits[i] ?? '00000000') : hex(crc32('"', crc))}"`));
        else add(json.startsWith('latin1:') ? Buffer.from(json.slice(7), 'latin1') : Buffer.from(json));
      });
      add(Buffer.from(`${line.members.length > 0 ? `${line.space}}` : ''}${line.end}`, 'latin1'));
      return Buffer.concat(pieces);
    });
  }

  #tell(what: string, act: () => void): void {
    this.#story.push(what);
    act();
  }
}

function hex(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}

function digitsOf(line: Buffer): string | undefined {
  return /"crc":"([0-9a-f]{8})"/.exec(line.toString('latin1'))?.[1];
}

function escaped(name: string): string {
  return `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function deep(levels: number): string {
  return `${'['.repeat(levels)}${']'.repeat(levels)}`;
}
