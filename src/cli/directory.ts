/** The data directory that a command is given: whether it is one, which logs it has, and an engine over it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  assertLogName,
  directoryFiles,
  type EngineLogger,
  fileEngine,
  type LogEngine,
  type LogOptions,
  logsOf,
  NodeFileSystem,
  type ReadOnlyEngine,
  readOnlyEngine,
  resolveLogOptions,
} from '../storage/log/index.js';
import { UsageError } from './exit.js';
import { plainText } from './printable.js';
import type { Terminal } from './terminal.js';

export const disk = new NodeFileSystem();

/** @throws UsageError where there is no such directory, or no log in it */
export async function logsIn(dataDir: string): Promise<string[]> {
  if (!existsSync(dataDir) || !statSync(dataDir).isDirectory()) {
    throw new UsageError(`There is no directory ${plainText(dataDir)}.`, whatIsThere(dataDir));
  }
  const logs = logsOf(await directoryFiles(disk, dataDir));
  if (logs.length > 0) return logs;
  const names = readdirSync(dataDir).slice(0, 10).map(plainText).join(', ');
  throw new UsageError(
    `${plainText(dataDir)} is no data directory: there is no log in it.`,
    names ? `In it there are: ${names}` : 'It is empty.',
  );
}

/** The logs that a command is about: the one that was named, or all. @throws UsageError for a name that is not there */
export async function chosenLogs(dataDir: string, log: string | undefined): Promise<string[]> {
  const logs = await logsIn(dataDir);
  if (log === undefined) return logs;
  assertLogName(log);
  if (logs.includes(log)) return [log];
  throw new UsageError(`There is no log "${log}" in ${plainText(dataDir)}.`, `There are: ${logs.join(', ')}`);
}

/** Reads without touching a byte, also beside a running writer. */
export async function reading<T>(
  dataDir: string,
  work: (engine: ReadOnlyEngine) => Promise<T>,
  options: LogOptions = {},
): Promise<T> {
  const engine = readOnlyEngine(dataDir, options);
  await engine.open();
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Holds the directory meanwhile. @throws LogError `LOG_LOCKED` where somebody else does */
export async function writing<T>(
  dataDir: string,
  terminal: Terminal,
  work: (engine: LogEngine) => Promise<T>,
  { options = {}, logger = tellsWarnings(terminal) }: { options?: LogOptions; logger?: EngineLogger } = {},
): Promise<T> {
  const engine = fileEngine(resolveLogOptions({ ...options, dataDir }), logger);
  await engine.open();
  let result: T;
  try {
    result = await work(engine);
  } catch (error) {
    // The first failure is the one to be told.
    await engine.close().catch(() => undefined);
    throw error;
  }
  await engine.close();
  return result;
}

export function tellsWarnings(terminal: Terminal): EngineLogger {
  const say = (message: string) => terminal.say(plainText(message));
  return { log: () => undefined, warn: say, error: say };
}

export const silent: EngineLogger = { log: () => undefined, warn: () => undefined, error: () => undefined };

/** Directories beside the one that is missing. */
function whatIsThere(dataDir: string): string {
  const above = dirname(resolve(dataDir));
  try {
    const names = readdirSync(above, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const [full, others] = [names.filter(({ name }) => existsSync(join(above, name, 'logs'))), names];
    const shown = (full.length > 0 ? full : others).slice(0, 10).map(({ name }) => plainText(name));
    const what = full.length > 0 ? 'Data directories in' : 'Directories in';
    return shown.length > 0 ? `${what} ${plainText(above)}: ${shown.join(', ')}` : `${plainText(above)} has none.`;
  } catch {
    return `Nor is there ${plainText(above)}.`;
  }
}
