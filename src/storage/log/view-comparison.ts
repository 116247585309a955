/**
 * Where a main file of the reference bot and its log do not say the same, and what is taken of each key. The bot could
 * lose either of them, so neither is right by itself: the log is replayed over the main file (see adoption.ts).
 */
import { isDeepStrictEqual } from 'node:util';
import { type FileSystem, NodeFileSystem } from './file-system.js';
import type { LogEngine } from './log-engine.js';
import { assertLogName, LogPaths } from './log-name.js';
import { replay, type State, stateOf } from './replay.js';

/** A key of which a main file and its log do not say the same. @publicApi */
export interface Disagreement {
  log: string;
  key: string;
  where: 'main file only' | 'log only' | 'different values';
  /** Absent where the main file does not have the key. */
  mainFile?: unknown;
  /** What the log says: a value, that the key was deleted, or nothing at all. */
  logSays: 'value' | 'deleted' | 'nothing';
  /** Where the log says a value. */
  logValue?: unknown;
  /** What opening takes; absent where the key is gone. */
  taken?: unknown;
}

/** @publicApi */
export interface MainFileComparison {
  log: string;
  mainFile: 'missing' | 'garbage' | 'whole';
  /** Lines of the reference bot, and of this engine. Where there is one of the latter, the log alone is the truth. */
  olderLines: number;
  engineLines: number;
  disagreements: Disagreement[];
}

/**
 * @param engine what opening takes is asked of it
 * @publicApi
 */
export async function compareMainFile(
  engine: LogEngine,
  dataDir: string,
  log: string,
  disk: FileSystem = new NodeFileSystem(),
): Promise<MainFileComparison> {
  assertLogName(log);
  const paths = new LogPaths(dataDir, log);
  const content = await disk.readFile(paths.mainFile);
  const main = content && mainStateOf(content);
  const replayed = await replayLog(disk, paths);
  const { olderLines = 0, engineLines = 0 } = replayed?.scan ?? {};
  const comparison: MainFileComparison = {
    log,
    mainFile: content === undefined ? 'missing' : main ? 'whole' : 'garbage',
    olderLines,
    engineLines,
    disagreements: [],
  };
  if (!main || !replayed) return comparison;
  for (const keyJson of new Set([...main.keys(), ...replayed.state.keys()])) {
    const [shown, logged] = [main.get(keyJson), replayed.state.get(keyJson)];
    if (shown !== undefined && logged !== undefined && isSame(shown, logged)) continue;
    const key = JSON.parse(keyJson) as string;
    const isMentioned = replayed.touched.has(keyJson) || replayed.replaced;
    const disagreement: Disagreement = {
      log,
      key,
      where: shown === undefined ? 'log only' : logged === undefined ? 'main file only' : 'different values',
      logSays: logged !== undefined ? 'value' : isMentioned ? 'deleted' : 'nothing',
    };
    if (shown !== undefined) disagreement.mainFile = JSON.parse(shown);
    if (logged !== undefined) disagreement.logValue = JSON.parse(logged);
    const taken = await engine.get(log, key);
    if (taken !== undefined) disagreement.taken = taken;
    comparison.disagreements.push(disagreement);
  }
  return comparison;
}

async function replayLog(disk: FileSystem, paths: LogPaths) {
  if ((await disk.fileSize(paths.log)) === undefined) return undefined;
  const file = await disk.open(paths.log, 'read');
  try {
    const state: State = new Map();
    return { ...(await replay(file, await file.size(), state, 0)), state };
  } finally {
    await file.close();
  }
}

function mainStateOf(content: Buffer): State | undefined {
  try {
    const value = JSON.parse(content.toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? stateOf(content) : undefined;
  } catch {
    return undefined;
  }
}

function isSame(a: string, b: string): boolean {
  return a === b || isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
}
