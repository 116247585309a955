/** Reads the files of a directory as `less` and `jq` would, without the engine, while others write and compact. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assertInOrder, rawLog } from '../support/audit.js';
import { argument, endWithParent, tell } from '../support/parent.js';

export interface ReaderArgument {
  dataDir: string;
}

const NEWLINE = 0x0a;
const LOG_OR_BACKUP = /\.log(\.backup\.\d+)?$/;

/** Every line that has its newline is whole; the one being written may stand behind them. */
function checkLog(path: string): void {
  const content = readFileSync(path);
  const { entries, wholeBytes } = rawLog(content);
  if (content.indexOf(NEWLINE, wholeBytes) >= 0)
    throw new Error(`${path} has a complete line that is not whole at byte ${wholeBytes}`);
  assertInOrder(entries, path);
}

function checkView(path: string): void {
  JSON.parse(readFileSync(path, 'utf8'));
}

/** What was there when the directory was listed may be gone by now. */
function unlessGone(check: (path: string) => void, path: string): boolean {
  try {
    check(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** A file that was cut and written to while it was read shows bytes of two moments: what is wrong is wrong twice. */
function logLooksWhole(path: string): boolean {
  try {
    return unlessGone(checkLog, path);
  } catch {
    return unlessGone(checkLog, path);
  }
}

endWithParent();
const { dataDir } = argument<ReaderArgument>();
for (let logs = 0, views = 0; ; ) {
  try {
    for (const name of namesIn(join(dataDir, 'logs')).filter((file) => LOG_OR_BACKUP.test(file))) {
      if (logLooksWhole(join(dataDir, 'logs', name))) logs += 1;
    }
    for (const name of namesIn(dataDir).filter((file) => file.endsWith('.json'))) {
      if (unlessGone(checkView, join(dataDir, name))) views += 1;
    }
  } catch (error) {
    tell('failed', String((error as Error).stack ?? error));
    break;
  }
  tell('read', logs, views);
  await delay(2);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
