import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KeyIndex } from '../../../../src/storage/log/key-index.js';

type Place = [number, number];

function find(index: KeyIndex, key: string): Place | undefined {
  index.hashText(key);
  const id = index.find();
  return id < 0 ? undefined : [index.offsetOf(id), index.lengthOf(id)];
}

function put(index: KeyIndex, key: string, [offset, length]: Place): void {
  index.hashText(key);
  index.set(offset, length);
}

function drop(index: KeyIndex, key: string): boolean {
  index.hashText(key);
  return index.delete();
}

/** All places of a snapshot, in order. */
function placesOf(places: ReturnType<KeyIndex['snapshot']>): Place[] {
  const all: Place[] = [];
  for (let id = 0; id < places.ids; id += 1) {
    if (places.offsetOf(id) >= 0) all.push([places.offsetOf(id), places.lengthOf(id)]);
  }
  return inOrder(all);
}

const inOrder = (places: Iterable<Place>): Place[] => [...places].sort(([a], [b]) => a - b);

function expectSame(index: KeyIndex, model: Map<string, Place>): void {
  expect(index.size).toBe(model.size);
  for (const [key, place] of model) expect(find(index, key)).toEqual(place);
  let liveBytes = 0;
  for (const [, length] of model.values()) liveBytes += length;
  expect(index.liveBytes).toBe(liveBytes);
  const snapshot = index.snapshot();
  expect(snapshot.count).toBe(model.size);
  expect(placesOf(snapshot)).toEqual(inOrder(model.values()));
}

describe('a key', () => {
  test('is found under the place that was set last', () => {
    const index = new KeyIndex();
    put(index, 'k', [10, 5]);
    put(index, 'k', [20, 7]);
    expect(find(index, 'k')).toEqual([20, 7]);
    expect(index).toMatchObject({ size: 1, liveBytes: 7 });
  });

  test('is not found before it is set or after it is deleted', () => {
    const index = new KeyIndex();
    expect(find(index, 'k')).toBeUndefined();
    expect(drop(index, 'k')).toBe(false);
    put(index, 'k', [10, 5]);
    expect(drop(index, 'k')).toBe(true);
    expect(find(index, 'k')).toBeUndefined();
    expect(index).toMatchObject({ size: 0, liveBytes: 0 });
  });

  test('is the same however its JSON spells it', () => {
    const index = new KeyIndex();
    put(index, 'a/é"\n😀', [1, 2]);
    for (const spelling of ['"a/é\\"\\n😀"', '"\\u0061\\/\\u00E9\\u0022\\u000a\\ud83d\\uDE00"']) {
      const line = Buffer.from(`xx${spelling}:1`);
      index.hashForeignKey(line, 2);
      expect(index.find()).toBeGreaterThanOrEqual(0);
      expect(line.toString('utf8', 2, index.keyEnd)).toBe(spelling);
    }
  });

  test('without an end is an error, never an endless search', () => {
    expect(() => new KeyIndex().hashKey(Buffer.from('"abc'), 0)).toThrow(RangeError);
  });

  test('may lie beyond 4 GB', () => {
    const index = new KeyIndex();
    put(index, 'k', [2 ** 45 + 1, 2 ** 32 - 1]);
    expect(find(index, 'k')).toEqual([2 ** 45 + 1, 2 ** 32 - 1]);
  });
});

test('growth keeps every key', () => {
  const index = new KeyIndex();
  const model = new Map<string, Place>();
  for (let i = 0; i < 100_000; i += 1) {
    put(index, `key ${i}`, [i * 10, 9]);
    model.set(`key ${i}`, [i * 10, 9]);
  }
  for (let i = 0; i < 100_000; i += 3) {
    drop(index, `key ${i}`);
    model.delete(`key ${i}`);
  }
  let missing = 0;
  for (const [key, [offset]] of model) if (find(index, key)?.[0] !== offset) missing += 1;
  expect({ missing, size: index.size }).toEqual({ missing: 0, size: model.size });
});

test('keys deleted make room for others', () => {
  const index = new KeyIndex();
  for (let i = 0; i < 50_000; i += 1) {
    put(index, `key ${i}`, [i, 1]);
    if (i >= 10) drop(index, `key ${i - 10}`);
  }
  expect(index.snapshot().ids).toBeLessThan(20);
  expect(index.size).toBe(10);
});

test('a snapshot is read by other threads where it lies, also of what was copied since another', () => {
  const index = new KeyIndex();
  put(index, 'k', [10, 5]);
  const first = index.snapshot();
  put(index, 'k', [20, 7]);
  const second = index.snapshot();
  for (const { offsets, lengths } of [first, second]) {
    for (const { buffer } of [...offsets, ...lengths]) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  }
  expect([first, second].map(placesOf)).toEqual([[[10, 5]], [[20, 7]]]);
});

const keys = fc.oneof(
  fc.constantFrom('', '__proto__', 'constructor', 'a', 'b', '\ud800', '"\\'),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.integer({ min: 0, max: 60 }).map((n) => `key ${n}`),
);

type Command =
  | { do: 'set'; key: string; length: number }
  | { do: 'delete'; key: string }
  | { do: 'clear' | 'snapshot' | 'begin' | 'finish' | 'abandon' };

const commands = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant('set' as const), key: keys, length: fc.nat(99) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('delete' as const), key: keys }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('snapshot' as const, 'begin' as const, 'finish' as const) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clear' as const, 'abandon' as const) }) },
  ),
  { maxLength: 150 },
);

/** Runs commands on an index and on a Map. Moving: what the snapshot held is packed from 0, the rest shifts. */
class Comparison {
  readonly index = new KeyIndex();
  readonly model = new Map<string, Place>();
  #end = 0;
  readonly #snapshots: { places: ReturnType<KeyIndex['snapshot']>; expected: Place[] }[] = [];
  #moving: { move: ReturnType<KeyIndex['beginMove']>; boundary: number } | undefined;

  run(command: Command): void {
    if (command.do === 'set') this.#set(command.key, command.length);
    else if (command.do === 'delete') expect(drop(this.index, command.key)).toBe(this.model.delete(command.key));
    else if (command.do === 'clear') this.#clear();
    else if (command.do === 'snapshot') this.#snapshot();
    else if (command.do === 'begin') this.#moving ??= { move: this.index.beginMove(), boundary: this.#end };
    else if (command.do === 'finish') this.#finish();
    else this.#abandon();
  }

  expectSame(): void {
    expectSame(this.index, this.model);
    for (const { places, expected } of this.#snapshots) expect(placesOf(places)).toEqual(expected);
  }

  #set(key: string, length: number): void {
    put(this.index, key, [this.#end, length]);
    this.model.set(key, [this.#end, length]);
    this.#end += length + 1;
  }

  #clear(): void {
    this.index.clear();
    this.model.clear();
  }

  #snapshot(): void {
    this.#snapshots.push({ places: this.index.snapshot(), expected: inOrder(this.model.values()) });
  }

  #finish(): void {
    if (!this.#moving) return;
    const { move, boundary } = this.#moving;
    this.#moving = undefined;
    const moved = new Map<number, number>();
    let at = 0;
    for (let id = 0; id < move.places.ids; id += 1) {
      const offset = move.places.offsetOf(id);
      if (offset < 0) continue;
      const length = move.places.lengthOf(id);
      move.place(id, at, length);
      moved.set(offset, at);
      at += length + 1;
    }
    this.index.finishMove(move, at - boundary);
    for (const [key, [offset, length]] of this.model) {
      this.model.set(key, [offset >= boundary ? offset + at - boundary : (moved.get(offset) as number), length]);
    }
    this.#end += at - boundary;
  }

  #abandon(): void {
    if (this.#moving) this.index.abandonMove();
    this.#moving = undefined;
  }
}

test('behaves like a Map, whatever is set, deleted, cleared, looked at and moved', () => {
  fc.assert(
    fc.property(commands, (list) => {
      const comparison = new Comparison();
      for (const command of list) comparison.run(command);
      comparison.expectSame();
    }),
    { numRuns: 500 },
  );
});
