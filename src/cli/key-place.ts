/** The log and the key that a command is about. The log may be left out where the key tells it. */
import type { ReadOnlyEngine } from '../storage/log/index.js';
import { chosenLogs, logsIn, reading } from './directory.js';
import { UsageError } from './exit.js';
import { keyText } from './printable.js';

/** Where a key is looked for: among live values, or in everything that is kept. */
export type Whereabouts = 'now' | 'ever';

export interface KeyPlace {
  /** None where no log has the key. */
  logs: string[];
  key: string;
}

export const LOG_MAY_BE_LEFT_OUT = 'The log may be left out: it is then looked for in which the key is.';

/**
 * @param first the log, or the key where `second` is missing
 * @throws UsageError for a log that is not there, or one that is named without a key
 */
export async function keyPlace(
  dataDir: string,
  first: string,
  second: string | undefined,
  where: Whereabouts,
): Promise<KeyPlace> {
  if (second !== undefined) return { logs: await chosenLogs(dataDir, first), key: second };
  const logs = await logsIn(dataDir);
  const found = await reading(dataDir, async (engine) => {
    const holding: string[] = [];
    for (const log of logs) if (await holds(engine, log, first, where)) holding.push(log);
    return holding;
  });
  if (found.length === 0 && logs.includes(first)) {
    throw new UsageError(`Expected a key of ${first}, got none.`, 'As in append-log get data players user123.');
  }
  return { logs: found, key: first };
}

/** @throws UsageError where several logs have it; undefined where none has */
export function onlyLog({ logs, key }: KeyPlace): string | undefined {
  if (logs.length > 1)
    throw new UsageError(`Several logs have the key ${keyText(key)}: ${logs.join(', ')}.`, 'Name one.');
  return logs[0];
}

async function holds(engine: ReadOnlyEngine, log: string, key: string, where: Whereabouts): Promise<boolean> {
  await engine.openLog(log);
  if (where === 'now') return engine.has(log, key);
  for await (const { op, data, state } of engine.stream(log, { key, backups: true })) {
    const whole = op === 'CHECKPOINT' ? state : data;
    // A whole state without the key is told of as well.
    if (!whole || Object.hasOwn(whole, key)) return true;
  }
  return false;
}
