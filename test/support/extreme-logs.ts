/**
 * Directories that hold something far too large or far too deep, written piece by piece so that whoever writes them
 * never holds it. Each tells which keys it has, for the one who looks at what an engine makes of it.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

export const EXTREME_LOG = 'players';
export const EXTREME_KEY = 'extreme';
export const TIME = '2026-11-22T16:36:05.831Z';

const PIECE = 'x'.repeat(1024 * 1024);

/** A log written by the words of docs/format.md, without the engine. */
class LogMaker {
  readonly #file: number;
  #crc = 0;
  #seq = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  /**
   * @param body what stands between the timestamp and the seq, in pieces
   * @param damaged whether its digits are others now than those that were written
   */
  engineLine(body: Iterable<string>, { damaged = false, newline = true } = {}): void {
    this.#seq += 1;
    this.#write(`{"timestamp":"${TIME}",`);
    for (const piece of body) this.#write(piece);
    this.#write(`,"seq":${this.#seq},"crc":"`);
    const digits = (this.#crc >>> 0).toString(16).padStart(8, '0');
    this.#write(digits, damaged ? '00000000' : digits);
    this.#write(newline ? '"}\n' : '"}');
  }

  olderLine(body: Iterable<string>): void {
    this.#seq += 1;
    this.#write(`{"timestamp":"${TIME}",`);
    for (const piece of body) this.#write(piece);
    this.#write('}\n');
  }

  /** Anything at all. */
  raw(pieces: Iterable<string>): void {
    for (const piece of pieces) this.#write(piece);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** @param found what is on the disk now in place of `text` */
  #write(text: string, found = text): void {
    const bytes = Buffer.from(found);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#crc = crc32(text, this.#crc);
  }
}

/** A JSON string of so many megabytes, arrays or objects in one another: what a scene is extreme in. */
export interface Extreme {
  megabytes?: number;
  arrays?: number;
  objects?: number;
}

function* contentOf({ megabytes = 0, arrays = 0, objects = 0 }: Extreme): Generator<string> {
  if (arrays > 0) yield `${'['.repeat(arrays)}1${']'.repeat(arrays)}`;
  else if (objects > 0) yield `${'{"a":'.repeat(objects)}1${'}'.repeat(objects)}`;
  else {
    yield '"';
    for (let i = 0; i < megabytes; i += 1) yield PIECE;
    yield '"';
  }
}

function* setOf(key: string, value: Iterable<string>): Generator<string> {
  yield `"op":"SET","key":${JSON.stringify(key)},"value":`;
  yield* value;
}

function* wholeOf(opening: string, extreme: Extreme, closing: string): Generator<string> {
  yield `${opening}{"first":1,"${EXTREME_KEY}":`;
  yield* contentOf(extreme);
  yield `,"last":[2]}${closing}`;
}

/** Many members that together are as large as one extreme value. */
function* manyMembers({ megabytes = 1 }: Extreme): Generator<string> {
  yield '"op":"CHECKPOINT","state":{"first":1';
  for (let i = 0; i < megabytes; i += 1) yield `,"member ${i}":"${PIECE}"`;
  yield `,"last":[2]},"compactedAt":"${TIME}"`;
}

const set = (key: string, value: unknown): string[] => [...setOf(key, [JSON.stringify(value)])];

/** What a scene writes: the log, and perhaps a main file. */
type Scene = (log: LogMaker, extreme: Extreme, dataDir: string) => void;

/** First and last lines are ordinary, so that there is something to be lost. */
function between(write: (log: LogMaker, extreme: Extreme) => void, older = false): Scene {
  return (log, extreme) => {
    if (older) log.olderLine(set('first', 1));
    else log.engineLine(set('first', 1));
    write(log, extreme);
    if (older) log.olderLine(set('last', [2]));
    else log.engineLine(set('last', [2]));
  };
}

function* withMeta(extreme: Extreme): Generator<string> {
  yield `${set(EXTREME_KEY, 1).join('')},"meta":{"reason":`;
  yield* contentOf(extreme);
  yield '}';
}

function* withStrangers(extreme: Extreme): Generator<string> {
  yield '"version":';
  yield* contentOf(extreme);
  yield `,${set(EXTREME_KEY, 1).join('')}`;
}

export const SCENES = {
  'an older line': between((log, extreme) => log.olderLine(setOf(EXTREME_KEY, contentOf(extreme))), true),
  'a line': between((log, extreme) => log.engineLine(setOf(EXTREME_KEY, contentOf(extreme)))),
  'a line with a wrong checksum': between((log, extreme) =>
    log.engineLine(setOf(EXTREME_KEY, contentOf(extreme)), { damaged: true }),
  ),
  'a last line without its newline': (log, extreme) => {
    log.engineLine(set('first', 1));
    log.engineLine(set('last', [2]));
    log.engineLine(setOf(EXTREME_KEY, contentOf(extreme)), { newline: false });
  },
  'a last line without its end': (log, extreme) => {
    log.engineLine(set('first', 1));
    log.engineLine(set('last', [2]));
    log.raw(setOf(EXTREME_KEY, contentOf(extreme)));
  },
  'an older last line without its end': (log, extreme) => {
    log.olderLine(set('first', 1));
    log.olderLine(set('last', [2]));
    log.raw([`{"timestamp":"${TIME}",`, ...setOf(EXTREME_KEY, contentOf(extreme))]);
  },
  'a line of another member order': between((log, extreme) => log.engineLine(withStrangers(extreme))),
  'a CHECKPOINT': (log, extreme) => {
    log.engineLine(wholeOf('"op":"CHECKPOINT","state":', extreme, `,"compactedAt":"${TIME}"`));
    log.engineLine(set('behind', 3));
  },
  'a CHECKPOINT with a wrong checksum': (log, extreme) => {
    log.engineLine(wholeOf('"op":"CHECKPOINT","state":', extreme, `,"compactedAt":"${TIME}"`), { damaged: true });
    log.engineLine(set('behind', 3));
  },
  'an older CHECKPOINT': (log, extreme) => {
    log.raw(wholeOf('{"op":"CHECKPOINT","state":', extreme, `,"compactedAt":"${TIME}"}\n`));
    log.olderLine(set('behind', 3));
  },
  'a CHECKPOINT of many members': (log, extreme) => {
    log.engineLine(manyMembers(extreme));
    log.engineLine(set('behind', 3));
  },
  'a replaced state': between((log, extreme) => log.engineLine(wholeOf('"op":"SET","data":', extreme, ''))),
  'an audit trail': between((log, extreme) => log.engineLine(withMeta(extreme))),
  'the main file of an older log': (log, extreme, dataDir) => {
    log.olderLine(set('first', 1));
    log.olderLine(set('last', [2]));
    writeFileSync(join(dataDir, `${EXTREME_LOG}.json`), [...wholeOf('', extreme, '\n')].join(''));
  },
  'a main file without its log': (log, extreme, dataDir) => {
    log.raw([]);
    writeFileSync(join(dataDir, `${EXTREME_LOG}.json`), [...wholeOf('', extreme, '\n')].join(''));
  },
  'NUL bytes': between((log, extreme) => {
    for (let i = 0; i < (extreme.megabytes ?? 1); i += 1) log.raw(['\0'.repeat(PIECE.length)]);
    log.raw(['\n']);
  }),
} satisfies Record<string, Scene>;

export type SceneName = keyof typeof SCENES;

export function makeScene(dataDir: string, name: SceneName, extreme: Extreme): void {
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const log = new LogMaker(join(dataDir, 'logs', `${EXTREME_LOG}.log`));
  (SCENES[name] as Scene)(log, extreme, dataDir);
  log.close();
}
