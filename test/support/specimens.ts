/** Small logs with a known history, on disks in memory, to be damaged in every way. */
import {
  type FileSystem,
  fileEngineOn,
  type LogEngine,
  type LogEngineFactory,
  type LogOptions,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { RecordedMessages, remove, replaceAll, set, stateOf } from './log-words.js';
import { MemoryDisk } from './memory-disk.js';

export const LOG = 'players';
export const LOG_PATH = `data/logs/${LOG}.log`;
export const SEAL_PATH = `${LOG_PATH}.seal`;
export const MAIN_PATH = `data/${LOG}.json`;

export interface Specimen {
  name: string;
  disk: MemoryDisk;
  mainFiles: boolean;
  /** `states[seq]`: the state behind that entry, as canonical text; what lies before the first is unknown. */
  states: (string | undefined)[];
  /** Every key with every value that it ever had. */
  values: Set<string>;
  /** Seq of the newest entry. */
  seq: number;
  /** Whether what was done to it leaves nothing that tells its lines from another log's: any state may show. */
  unprovable?: boolean;
  /** The engine that is asked to open it; the real one where nothing is said. */
  engineOn?: (disk: FileSystem) => LogEngineFactory;
}

type Step = (engine: LogEngine) => Promise<unknown>;

/** Wakes what a bit flip can do: a `J` becomes a newline, a newline a `J`. */
const STEPS: Step[] = [
  (engine) => engine.append(LOG, set('ann', { n: 1, name: 'Jo*' })),
  (engine) => engine.append(LOG, set('bob', [1, 'x'])),
  (engine) => engine.append(LOG, remove('ann')),
  (engine) => engine.append(LOG, set('Jé😀', 'J'), { actor: 'J', reason: 'r' }),
  (engine) => engine.append(LOG, set('cid', 7)),
  (engine) => engine.append(LOG, set('bob', { timestamp: 'J' })),
  (engine) => engine.append(LOG, remove('cid')),
  (engine) => engine.append(LOG, set('dot', 10)),
];

export async function openOn(
  disk: FileSystem,
  {
    mainFiles,
    recovery = 'heal',
    indexFile = true,
    engineOn = fileEngineOn,
  }: Pick<Specimen, 'mainFiles' | 'engineOn'> & Pick<LogOptions, 'recovery' | 'indexFile'>,
): Promise<LogEngine> {
  const main = mainFiles && { maxStaleMs: 60_000 };
  const options = resolveLogOptions({ dataDir: 'data', mainFiles: main, recovery, indexFile });
  const engine = engineOn(disk)(options, new RecordedMessages());
  await engine.open();
  return engine;
}

export async function canonicalState(engine: LogEngine): Promise<string> {
  return canonical(await stateOf(engine, LOG));
}

export function canonical(state: Iterable<[string, unknown]>): string {
  return JSON.stringify([...state].sort(([a], [b]) => (a < b ? -1 : 1)));
}

class Recorder {
  readonly states: (string | undefined)[] = [];
  readonly values = new Set<string>();

  async note(engine: LogEngine): Promise<void> {
    this.states[engine.stats(LOG).seq] = await canonicalState(engine);
    for (const [key, value] of await stateOf(engine, LOG)) this.values.add(valueText(key, value));
  }
}

export const valueText = (key: string, value: unknown): string => JSON.stringify([key, value]);

export async function written(
  name: string,
  mainFiles: boolean,
  steps: readonly Step[],
  disk = new MemoryDisk(),
): Promise<Specimen> {
  const recorder = new Recorder();
  const engine = await openOn(disk, { mainFiles });
  await engine.openLog(LOG);
  await recorder.note(engine);
  for (const step of steps) {
    await step(engine);
    await recorder.note(engine);
  }
  const { seq } = engine.stats(LOG);
  await engine.close();
  return { name, disk, mainFiles, seq, ...recorder };
}

const compact: Step = (engine) => engine.compact(LOG);

/** (a) closed cleanly, with seal and main file. */
export const sealed = () => written('closed cleanly', true, STEPS);

/** (b) as a crash leaves it: neither seal nor main file. */
export async function crashed(): Promise<Specimen> {
  return withoutProofs({ ...(await written('crashed', true, STEPS)), mainFiles: true });
}

/** (c) sealed, without a main file. */
export const sealedAlone = () => written('sealed, without a main file', false, STEPS);

/** (d) headed by a CHECKPOINT, with the backup that proves it. */
export const compacted = () =>
  written('compacted, closed cleanly', true, [...STEPS.slice(0, 5), compact, ...STEPS.slice(5)]);

export async function compactedCrashed(): Promise<Specimen> {
  const specimen = await written('compacted, crashed', false, [...STEPS.slice(0, 5), compact, ...STEPS.slice(5)]);
  return withoutProofs(specimen);
}

/** Nothing but the CHECKPOINT, and its backup. */
export async function checkpointAlone(): Promise<Specimen> {
  return withoutProofs(await written('a CHECKPOINT alone, crashed', false, [...STEPS, compact]));
}

/** A whole state among the lines. */
export const replaced = () =>
  written('with a replaced state', false, [
    ...STEPS.slice(0, 3),
    (engine) => engine.append(LOG, replaceAll({ ann: 'J', é: { data: 1 } })),
    ...STEPS.slice(6),
  ]);

/** Lines of the reference bot, continued by the engine. */
export async function continued(mainFiles: boolean): Promise<Specimen> {
  const disk = new MemoryDisk();
  disk.put(LOG_PATH, OLDER_LINES.join(''));
  const name = `older lines continued by the engine${mainFiles ? ', closed cleanly' : ', crashed'}`;
  const specimen = await written(name, mainFiles, STEPS.slice(4), disk);
  for (const line of OLDER_LINES) {
    const { op, key, value } = JSON.parse(line) as { op: string; key: string; value: unknown };
    if (op === 'SET') specimen.values.add(valueText(key, value));
  }
  return mainFiles ? specimen : withoutProofs(specimen);
}

export const OLDER_LINES = [
  '{"timestamp":"2026-11-22T16:36:05.831Z","op":"SET","key":"ann","value":{"n":1,"name":"Jo*"}}\n',
  '{"timestamp":"2026-11-22T16:36:05.832Z","op":"SET","key":"bob","value":"J"}\n',
  '{"timestamp":"2026-11-22T16:36:05.840Z","op":"DELETE","key":"ann"}\n',
  '{"timestamp":"2026-11-22T16:36:05.841Z","op":"SET","key":"é😀","value":2}\n',
];

export function withoutProofs(specimen: Specimen): Specimen {
  specimen.disk.drop(SEAL_PATH);
  specimen.disk.drop(MAIN_PATH);
  return specimen;
}

export const SPECIMENS: [string, () => Promise<Specimen>][] = [
  ['a log closed cleanly', sealed],
  ['a log without its seal and main file', crashed],
  ['a sealed log without a main file', sealedAlone],
  ['a compacted log with its backup', compacted],
  ['a compacted log with its backup alone', compactedCrashed],
  ['a CHECKPOINT with its backup alone', checkpointAlone],
  ['a log with a replaced state', replaced],
  ['older lines continued, closed cleanly', () => continued(true)],
  ['older lines continued, crashed', () => continued(false)],
];

/** Byte offsets at which the lines of a file begin, and its size. */
export function lineStarts(bytes: Buffer): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) starts.push(at + 1);
  return starts;
}

export const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ (1 << bit);
  return copy;
};

/** Damages one file of a specimen at each byte, and lists the cases that went wrong. */
export async function everyFlip(
  specimen: Specimen,
  bits: (at: number) => readonly number[],
  judge: (damaged: MemoryDisk, at: number, bit: number) => Promise<void>,
  path = LOG_PATH,
): Promise<string[]> {
  const bytes = specimen.disk.bytesOf(path);
  const starts = lineStarts(bytes);
  const wrong: string[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    for (const bit of bits(at)) {
      const disk = specimen.disk.copy();
      disk.put(path, flipped(bytes, at, bit));
      try {
        await judge(disk, at, bit);
      } catch (error) {
        const line = starts.findLastIndex((start) => start <= at) + 1;
        wrong.push(`byte ${at} (line ${line} + ${at - (starts[line - 1] ?? 0)}) bit ${bit}: ${error}`);
      }
    }
  }
  return wrong;
}

export const ALL_BITS = [0, 1, 2, 3, 4, 5, 6, 7];
export const oneBit = (at: number) => [at % 8];
