/** Moves logs between a directory and a cluster, and tells what arrived. */
import { type LogEngine, type MoveReport, moveLog } from '../storage/log/index.js';
import { type ClusterWords, withCluster } from './cluster.js';
import { chosenLogs, writing } from './directory.js';
import { UsageError } from './exit.js';
import { countText } from './printable.js';
import type { Terminal } from './terminal.js';

export interface MoveWords extends ClusterWords {
  resume?: boolean;
}

/** Nobody else may write to the directory meanwhile. */
export function moveToCluster(
  terminal: Terminal,
  dataDir: string,
  log: string | undefined,
  address: string,
  words: MoveWords,
): Promise<MoveReport[]> {
  return writing(dataDir, terminal, async (source) => {
    const logs = await chosenLogs(dataDir, log);
    return withCluster(address, words, { terminal, follows: false }, (target) =>
      moveAll(terminal, source, target, logs, { from: dataDir, resume: words.resume === true }),
    );
  });
}

/** The directory is made where it is missing. @throws UsageError where the cluster has no such log, or none at all */
export function moveFromCluster(
  terminal: Terminal,
  dataDir: string,
  log: string | undefined,
  address: string,
  words: MoveWords,
): Promise<MoveReport[]> {
  return withCluster(address, words, { terminal, follows: true }, async (source, shown) => {
    const there = await source.listLogs();
    if (there.length === 0) throw new UsageError(`There is no log at ${shown}.`, 'Perhaps under another --prefix.');
    if (log !== undefined && !there.includes(log)) {
      throw new UsageError(`There is no log "${log}" at ${shown}.`, `There are: ${there.join(', ')}`);
    }
    const logs = log === undefined ? there : [log];
    return writing(dataDir, terminal, (target) =>
      moveAll(terminal, source, target, logs, { from: shown, resume: words.resume === true }),
    );
  });
}

async function moveAll(
  terminal: Terminal,
  source: LogEngine,
  target: LogEngine,
  logs: readonly string[],
  options: { from: string; resume: boolean },
): Promise<MoveReport[]> {
  const reports: MoveReport[] = [];
  for (const log of logs) {
    const bar = terminal.progress(`Moving ${log}`, (keys) => countText(keys, 'key'));
    const onProgress = (done: number, total: number) => bar.update(done, total);
    reports.push(await moveLog(source, target, log, { ...options, onProgress }).finally(() => bar.stop()));
  }
  return reports;
}

export async function printMoved(terminal: Terminal, reports: readonly MoveReport[]): Promise<void> {
  if (terminal.json) {
    await terminal.document({ logs: reports });
    return;
  }
  const rows = reports.map(({ log, keys, written, digest }) => [
    log,
    String(keys),
    String(written),
    digest.slice(0, 16),
  ]);
  await terminal.table(['log', 'keys', 'written', 'digest'], rows, [1, 2]);
  await terminal.line('Counts and digests are the same on both sides.');
}
