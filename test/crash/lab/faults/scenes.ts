/** Directories to begin with, before anything fails: new, whole, torn, damaged and healable, left by the reference bot. */
import { fileEngineOn, type LogEngine, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { silent } from '../../../support/parent.js';
import { type DiskImage, EMPTY_IMAGE, LyingDisk } from '../power-loss/lying-disk.js';

export interface Scene {
  name: string;
  image: DiskImage;
  /** What each log holds, as JSON texts. */
  states: Record<string, ReadonlyMap<string, string>>;
  /** Bytes of the log that recovery takes away and has to keep, and what it calls them. */
  keeps?: { bytes: Buffer; as: 'torn' | 'damaged' };
}

const LOG = 'data/logs/players.log';

const nothing: Scene = { name: 'a new directory', image: EMPTY_IMAGE, states: {} };

/** Paths and bytes, each a file of its own. */
function imageOf(files: ReadonlyMap<string, Buffer>): DiskImage {
  return {
    directories: new Set(['.', 'data', 'data/logs']),
    names: new Map([...files.keys()].map((path, number) => [path, number])),
    contents: new Map([...files.values()].map((bytes, number) => [number, bytes])),
  };
}

/** What a disk that is well holds after some writes and a clean close. */
async function written(write: (engine: LogEngine) => Promise<unknown>): Promise<Map<string, Buffer>> {
  const disk = new LyingDisk();
  const options = resolveLogOptions({ dataDir: 'data', mainFiles: { maxStaleMs: 60_000 } });
  const engine = fileEngineOn(disk)(options, silent);
  await engine.open();
  await write(engine);
  await engine.close();
  return new Map(disk.paths().map((path) => [path, disk.bytesOf(path) as Buffer]));
}

const textsOf = (state: Record<string, unknown>): Map<string, string> =>
  new Map(Object.entries(state).map(([key, value]) => [key, JSON.stringify(value)]));

const HISTORY: Record<string, unknown> = { ann: 1, bob: [1, 'x'], dot: { n: 4 } };

async function writeHistory(engine: LogEngine, compacts: boolean): Promise<void> {
  await engine.append('players', { op: 'SET', key: 'ann', value: 1 });
  await engine.append('players', { op: 'SET', key: 'gone', value: 'x'.repeat(300) });
  await engine.append('players', { op: 'SET', key: 'bob', value: [1, 'x'] });
  if (compacts) await engine.compact('players');
  await engine.append('players', { op: 'DELETE', key: 'gone' });
  await engine.append('players', { op: 'SET', key: 'dot', value: { n: 4 } });
  await engine.append('tokens', { op: 'SET', key: 't', value: 'token' });
}

const STATES = { players: textsOf(HISTORY), tokens: textsOf({ t: 'token' }) };

async function whole(): Promise<Scene> {
  return {
    name: 'a whole directory',
    image: imageOf(await written((engine) => writeHistory(engine, true))),
    states: STATES,
  };
}

/** As a crash in the middle of a write and of a compaction leaves it. */
async function torn(): Promise<Scene> {
  const files = await written((engine) => writeHistory(engine, false));
  const log = files.get(LOG) as Buffer;
  const tail = Buffer.from('{"timestamp":"2026-11-22T16:36:05.831Z","op":"SET","key":"never","value":"ackn');
  files.set(LOG, Buffer.concat([log, tail]));
  files.set(`${LOG}.compacting`, Buffer.from('{"timestamp":"2026'));
  files.delete(`${LOG}.seal`);
  return { name: 'a torn log', image: imageOf(files), states: STATES, keeps: { bytes: tail, as: 'torn' } };
}

/** A CHECKPOINT with a flipped bit, which the backup proves. */
async function damaged(): Promise<Scene> {
  const files = await written((engine) => writeHistory(engine, true));
  const log = Buffer.from(files.get(LOG) as Buffer);
  log.writeUInt8(log.readUInt8(100) ^ 8, 100);
  files.set(LOG, log);
  for (const path of [`${LOG}.seal`, 'data/players.json']) files.delete(path);
  return { name: 'a damaged CHECKPOINT', image: imageOf(files), states: STATES, keeps: { bytes: log, as: 'damaged' } };
}

const OLDER_LINES = [
  '{"timestamp":"2026-11-22T16:36:05.831Z","op":"SET","key":"ann","value":{"n":1,"name":"Jo*"}}\n',
  '{"timestamp":"2026-11-22T16:36:05.832Z","op":"SET","key":"bob","value":"J"}\n',
  '{"timestamp":"2026-11-22T16:36:05.840Z","op":"DELETE","key":"ann"}\n',
  '{"timestamp":"2026-11-22T16:36:05.841Z","op":"SET","key":"é😀","value":2}\n',
];

/** A log of the reference bot that is younger than its main file, and one that is gone. */
async function older(): Promise<Scene> {
  const files = new Map([
    [LOG, Buffer.from(OLDER_LINES.join(''))],
    ['data/players.json', Buffer.from('{"ann":{"n":0},"first":1,"bob":0}')],
    ['data/tokens.json', Buffer.from('{"t":"token"}')],
  ]);
  const states = { players: textsOf({ first: 1, bob: 'J', 'é😀': 2 }), tokens: textsOf({ t: 'token' }) };
  return { name: 'a directory of the reference bot', image: imageOf(files), states };
}

/** The same, torn as the bot tears it: the next whole line stands glued behind the torn one. */
async function olderTorn(): Promise<Scene> {
  const scene = await older();
  const tail = Buffer.from('{"timestamp":"2026-11-22T16:36:05.900Z","op":"SET","key":"nev');
  const files = new Map(
    [...scene.image.names].map(([path, number]) => [path, scene.image.contents.get(number) as Buffer]),
  );
  files.set(LOG, Buffer.concat([files.get(LOG) as Buffer, tail]));
  return {
    ...scene,
    name: 'a torn log of the reference bot',
    image: imageOf(files),
    keeps: { bytes: tail, as: 'torn' },
  };
}

/** Each is made once: a disk begins with it and changes nothing of it. */
function once(make: () => Promise<Scene>): () => Promise<Scene> {
  let made: Promise<Scene> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export const SCENES = {
  nothing: async () => nothing,
  whole: once(whole),
  torn: once(torn),
  damaged: once(damaged),
  older: once(older),
  olderTorn: once(olderTorn),
};
