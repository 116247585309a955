/** Random programs for the model experiment, as fast-check draws and shrinks them. */
import fc from 'fast-check';
import type { FsyncMode } from '../../../../src/storage/log/index.js';
import type { Fuse } from './door.js';

export const MODEL_LOGS = ['a', 'b'] as const;

/** How the next process opens the directory. */
export interface OpeningDraw {
  fsync: FsyncMode;
  cacheBytes: number;
  mainFiles: false | { maxStaleMs: number };
  indexFile: boolean | { fromBytes: number };
  spaceAheadBytes: number;
  /** Each log opens with its first use instead of before it. */
  lazily: boolean;
  /** Somebody hears of every change. */
  listens: boolean;
}

interface ReadDraw {
  /** Where in the history, from 0 to 1 and a little beyond its end. */
  share: number;
  backups: boolean;
}

type Doing<What extends string, With = object> = What extends string ? { do: What } & With : never;
type OnLog<More = object> = { log: string } & More;
type OnKey = OnLog<{ key: string }>;

export type Step =
  | Doing<'set', OnLog<{ key: string; value: unknown }>>
  | Doing<'delete' | 'count' | 'take' | 'get' | 'has', OnKey>
  | Doing<'replace', OnLog<{ entries: [string, unknown][] }>>
  | Doing<'compact' | 'size' | 'keys' | 'entries' | 'rebuild', OnLog>
  | Doing<'rebuild at' | 'rebuild then', OnLog<ReadDraw>>
  | Doing<'stream', OnLog<ReadDraw & { key: string | undefined }>>
  /** A reader that goes on; it breaks off after `takes` entries, where that is given. */
  | Doing<'follow', OnLog<ReadDraw & { takes: number | undefined }>>
  | Doing<'settle' | 'intrude' | 'turn'>
  | Doing<'reopen', { settles: boolean; opening: OpeningDraw }>
  | Doing<'crash', { opening: OpeningDraw }>
  /** Dies in the middle of what comes, and of what comes after that. */
  | Doing<'doom', { fuses: Fuse[]; opening: OpeningDraw }>;

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', '__proto__', 'a', 'b', '\u2028', '\ud83d', '1') },
  { weight: 1, arbitrary: fc.string({ maxLength: 2 }) },
);
const value = fc.oneof(
  // JSON text knows no -0.
  { weight: 20, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((made) => JSON.parse(JSON.stringify(made)) as unknown) },
  // Longer than the engine's scratch buffers.
  { weight: 1, arbitrary: fc.nat(3).map((n) => `${n}`.repeat(70_000)) },
);
const log = fc.constantFrom(...MODEL_LOGS, 'a', 'a');
const opening: fc.Arbitrary<OpeningDraw> = fc.record({
  fsync: fc.constantFrom<FsyncMode>('always', 'always', 'everysec', 'never'),
  cacheBytes: fc.constantFrom(2000, 0, 1_000_000),
  mainFiles: fc.constantFrom<OpeningDraw['mainFiles']>(
    false,
    { maxStaleMs: 60_000 },
    { maxStaleMs: 60_000 },
    { maxStaleMs: 0 },
  ),
  indexFile: fc.constantFrom<OpeningDraw['indexFile']>(true, { fromBytes: 0 }, { fromBytes: 0 }),
  spaceAheadBytes: fc.constantFrom(0, 0, 3000),
  lazily: fc.boolean(),
  listens: fc.boolean(),
});
const share = fc.double({ min: 0, max: 1.1, noNaN: true });
const one = <const T>(...names: T[]) => fc.constantFrom(...names);

const write: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: one('set'), log, key, value }) },
  { weight: 4, arbitrary: fc.record({ do: one('delete', 'count', 'count', 'take'), log, key }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: one('replace'), log, entries: fc.array(fc.tuple(key, value), { maxLength: 4 }) }),
  },
);
const read: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: one('get', 'has'), log, key }) },
  { weight: 2, arbitrary: fc.record({ do: one('size', 'keys', 'entries', 'rebuild'), log }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: one('rebuild at', 'rebuild then'), log, share, backups: fc.constant(true) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: one('stream'),
      log,
      key: fc.option(key, { nil: undefined, freq: 2 }),
      share,
      backups: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: one('follow'),
      log,
      takes: fc.option(fc.nat(6), { nil: undefined }),
      share,
      backups: fc.boolean(),
    }),
  },
);
const fuse: fc.Arbitrary<Fuse> = fc.record({
  calls: fc.integer({ min: 1, max: 40 }),
  point: one('before', 'half', 'after'),
});
const upheaval: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: one('reopen'), settles: fc.boolean(), opening }) },
  { weight: 1, arbitrary: fc.record({ do: one('crash'), opening }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: one('doom'), fuses: fc.array(fuse, { minLength: 1, maxLength: 3 }), opening }),
  },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: write },
  { weight: 10, arbitrary: read },
  { weight: 4, arbitrary: fc.record({ do: one('compact'), log }) },
  { weight: 5, arbitrary: fc.record({ do: one('settle', 'turn', 'turn', 'intrude') }) },
  { weight: 5, arbitrary: upheaval },
);

export const program: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 70, size: 'max' });
