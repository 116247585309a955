/** Makes a directory with something extreme in it, or asks an engine for everything that it can do with one. */
import {
  fileEngine,
  type LogEngine,
  LogError,
  type RecoveryMode,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { EXTREME_KEY, EXTREME_LOG, type Extreme, makeScene, type SceneName } from '../support/extreme-logs.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';

export interface ExtremesArgument {
  dataDir: string;
  role: 'make' | 'operate';
  scene: SceneName;
  extreme: Extreme;
  recovery: RecoveryMode;
  /** Everything in two lives, each way of reading once, or one value only: so much takes its time. */
  asks: 'everything' | 'once' | 'one value';
}

const given = argument<ExtremesArgument>();

/** What became of one thing that was asked: `ok`, the code of a LogError, or what was thrown instead of one. */
async function attempt(name: string, run: () => Promise<unknown>): Promise<boolean> {
  const began = performance.now();
  // Said before, so that the parent knows what was under way when the process ended.
  tell('trying', name);
  let outcome = 'ok';
  try {
    await run();
  } catch (error) {
    if (!(error instanceof LogError)) outcome = `${(error as Error)?.name}: ${(error as Error)?.stack?.slice(0, 600)}`;
    else if (error.file === undefined) outcome = `${error.code} without a file: ${error.message}`;
    else if (error.code === 'LOG_IO' && !hasSystemCause(error))
      outcome = `LOG_IO that no disk raised: ${error.message}`;
    else outcome = error.code;
  }
  tell('did', name, outcome, Math.round(performance.now() - began));
  return outcome === 'ok';
}

/** A LOG_IO stands for a failure of the disk; an overflow of the stack in its clothes is none. */
function hasSystemCause({ cause }: LogError): boolean {
  return typeof (cause as { code?: unknown } | undefined)?.code === 'string';
}

/** How large or how deep a value is; by a loop, for the stack would not suffice. */
function extent(value: unknown): number {
  if (typeof value === 'string') return value.length;
  let depth = 0;
  for (let at = value; typeof at === 'object' && at !== null; depth += 1) at = Object.values(at)[0];
  return depth;
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/** Everything that reads and writes, in one life of an engine. @returns whether the log opened */
async function live(life: string): Promise<boolean> {
  const engine = fileEngine(resolveLogOptions({ dataDir: given.dataDir, recovery: given.recovery }), silent);
  await engine.open();
  const opened = await attempt(`${life} open`, () => engine.openLog(EXTREME_LOG));
  if (opened) await useAll(engine, life);
  await attempt(`${life} close`, () => engine.close());
  return opened;
}

async function useAll(engine: LogEngine, life: string): Promise<void> {
  const tryIt = (name: string, run: () => Promise<unknown>) => attempt(`${life} ${name}`, run);
  await tryIt('get', async () => tell('found', extent(await engine.get(EXTREME_LOG, EXTREME_KEY))));
  const everything = given.asks === 'everything';
  if (everything) await tryIt('get again', () => engine.get(EXTREME_LOG, EXTREME_KEY));
  const last = await engine.get(EXTREME_LOG, 'last').catch(() => undefined);
  tell('last', JSON.stringify(last));
  if (given.asks === 'one value' || (!everything && life === 'second')) return;
  await tryIt('entries', () => drain(engine.entries(EXTREME_LOG)));
  await tryIt('stream', () => drain(engine.stream(EXTREME_LOG, { backups: true })));
  if (everything) await tryIt('stream of a key', () => drain(engine.stream(EXTREME_LOG, { key: EXTREME_KEY })));
  await tryIt('rebuildState', () => engine.rebuildState(EXTREME_LOG));
  await tryIt('append', () => engine.append(EXTREME_LOG, { op: 'SET', key: 'new', value: life }));
  await tryIt('compact', () => engine.compact(EXTREME_LOG));
  if (everything) await tryIt('entries after compaction', () => drain(engine.entries(EXTREME_LOG)));
  if (life === 'second') await tryIt('update', () => engine.update(EXTREME_LOG, EXTREME_KEY, () => 'small'));
  const { mainFileError } = engine.stats(EXTREME_LOG);
  if (mainFileError !== undefined) tell('main-file-error', mainFileError);
}

endWithParent();
if (given.role === 'make') makeScene(given.dataDir, given.scene, given.extreme);
else if (await live('first')) await live('second');
tell('ended', Math.round(process.resourceUsage().maxRSS / 1024));
process.exit(0);
