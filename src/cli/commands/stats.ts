/** `append-log stats`: how each log stands. */
import type { Command } from 'commander';
import { LogError } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading } from '../directory.js';
import { EXIT } from '../exit.js';
import { withoutHint } from '../failure.js';
import { bytesText } from '../printable.js';
import type { TerminalOptions } from '../terminal.js';

interface LogFigures {
  log: string;
  keys: number;
  entries: number;
  seq: number;
  sizeBytes: number;
  /** Share of the log that the newest values take. */
  liveRatio: number;
  checkpointBytes: number;
  backups: number;
  backupBytes: number;
  archives: number;
  archiveBytes: number;
  lastEntryAt: string | undefined;
  recovered: string[];
  damaged?: string;
}

export function statsCommand(): Command {
  const made = command('stats [log]', 'how each log stands: keys, entries, sizes, backups, who writes', [
    'stats data',
    'stats data players --json',
  ]);
  return act(made, async (terminal, _options: TerminalOptions, directory, log) => {
    const dataDir = directory as string;
    const logs = await chosenLogs(dataDir, log);
    const { holder, figures } = await reading(dataDir, async (engine) => {
      const figures: LogFigures[] = [];
      for (const name of logs) figures.push(await figuresOf(engine, name));
      return { holder: engine.holder, figures };
    });
    if (terminal.json) await terminal.document({ directory: dataDir, writer: holder ?? null, logs: figures });
    else {
      const head = ['log', 'keys', 'entries', 'seq', 'size', 'live', 'checkpoint', 'backups', 'archives', 'last entry'];
      await terminal.table(head, figures.map(rowOf), [1, 2, 3, 4, 5, 6]);
      const who =
        holder &&
        (holder.pid === undefined ? 'a process' : `pid ${holder.pid} on ${holder.host} since ${holder.since}`);
      await terminal.line(who ? `Writer: ${who}` : 'No writer runs.');
      for (const { log: name, recovered } of figures) {
        for (const message of recovered) terminal.say(`${name}: opening would mend: ${message}`);
      }
    }
    for (const { log: name, damaged } of figures)
      if (damaged) terminal.complain(`${name}: ${damaged}`, 'append-log verify names every place.');
    return figures.some(({ damaged }) => damaged) ? EXIT.found : EXIT.done;
  });
}

type Reader = Parameters<Parameters<typeof reading>[1]>[0];

async function figuresOf(engine: Reader, log: string): Promise<LogFigures> {
  let damaged: string | undefined;
  const report = await engine.openLog(log).catch((error: unknown) => {
    if (!(error instanceof LogError)) throw error;
    damaged = withoutHint(error);
    return undefined;
  });
  const stats = engine.stats(log);
  const kept = damaged ? [] : await engine.keptFiles(log);
  const [backups, archives] = (['backup', 'archive'] as const).map((kind) => kept.filter((file) => file.kind === kind));
  const sum = (files: typeof kept = []) => files.reduce((bytes, file) => bytes + file.bytes, 0);
  return {
    log,
    keys: stats.keys,
    entries: stats.entries,
    seq: stats.seq,
    sizeBytes: stats.sizeBytes,
    liveRatio: stats.sizeBytes === 0 ? 1 : Math.round((stats.liveBytes / stats.sizeBytes) * 1000) / 1000,
    checkpointBytes: stats.checkpointBytes,
    backups: backups?.length ?? 0,
    backupBytes: sum(backups),
    archives: archives?.length ?? 0,
    archiveBytes: sum(archives),
    lastEntryAt: stats.lastTimestamp,
    recovered: report?.events.map(({ message }) => message) ?? [],
    ...(damaged && { damaged }),
  };
}

function rowOf(figures: LogFigures): string[] {
  if (figures.damaged) return [figures.log, ...Array<string>(8).fill('-'), 'damaged'];
  const files = (count: number, bytes: number) => (count === 0 ? '0' : `${count} (${bytesText(bytes)})`);
  return [
    figures.log,
    String(figures.keys),
    String(figures.entries),
    String(figures.seq),
    bytesText(figures.sizeBytes),
    `${Math.round(figures.liveRatio * 100)}%`,
    figures.checkpointBytes === 0 ? '-' : bytesText(figures.checkpointBytes),
    files(figures.backups, figures.backupBytes),
    files(figures.archives, figures.archiveBytes),
    figures.lastEntryAt ?? '-',
  ];
}
