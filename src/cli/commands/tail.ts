/** `append-log tail`: the newest entries, and with `-f` those to come. */
import type { Command } from 'commander';
import { followLog, type LogEntry, type ReadOnlyEngine } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading } from '../directory.js';
import { EXIT, UsageError } from '../exit.js';
import { keyText, plainText, shortValue } from '../printable.js';
import type { Terminal, TerminalOptions } from '../terminal.js';

interface TailOptions extends TerminalOptions {
  lines: string;
  follow?: boolean;
}

export function tailCommand(): Command {
  const made = command('tail [log]', 'the newest entries, of one log or of all; -f goes on with those to come', [
    'tail data players -n 20',
    'tail data -f',
    'tail data players -f --json | jq .value',
  ])
    .option('-n, --lines <count>', 'so many of each log', '10')
    .option('-f, --follow', 'go on with new entries until Ctrl-C (exit status 0)');
  return act(made, async (terminal, options: TailOptions, directory, log) => {
    if (!/^\d+$/.test(options.lines)) {
      throw new UsageError(`Expected -n to be a number of entries, got "${options.lines}".`, 'As in -n 20.');
    }
    const dataDir = directory as string;
    const logs = await chosenLogs(dataDir, log);
    const printer = new EntryPrinter(terminal, logs);
    const next = await reading(dataDir, async (engine) => {
      const newest: [string, LogEntry][] = [];
      const next = new Map<string, number>();
      for (const name of logs) {
        for (const entry of await newestOf(engine, name, Number(options.lines))) newest.push([name, entry]);
        next.set(name, engine.stats(name).seq + 1);
      }
      // Of several logs, in the order of time.
      newest.sort(([, a], [, b]) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
      for (const [name, entry] of newest) await printer.print(name, entry);
      return next;
    });
    if (options.follow) await follow(dataDir, next, printer);
    return EXIT.done;
  });
}

async function newestOf(engine: ReadOnlyEngine, log: string, count: number): Promise<LogEntry[]> {
  await engine.openLog(log);
  const { seq, firstSeq } = engine.stats(log);
  const fromSeq = Math.max(1, seq - count + 1);
  const newest: LogEntry[] = [];
  if (count === 0) return newest;
  for await (const entry of engine.stream(log, { fromSeq, backups: fromSeq < firstSeq })) {
    newest.push(entry);
    if (newest.length > count) newest.shift();
  }
  return newest;
}

async function follow(dataDir: string, next: ReadonlyMap<string, number>, printer: EntryPrinter): Promise<void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    await Promise.all(
      [...next].map(async ([log, fromSeq]) => {
        for await (const entry of followLog(dataDir, log, { fromSeq, signal: leaving.signal })) {
          await printer.print(log, entry);
        }
      }),
    );
  } finally {
    leaving.abort();
    process.off('SIGINT', leave).off('SIGTERM', leave);
  }
}

class EntryPrinter {
  readonly #width: number;

  constructor(
    private readonly terminal: Terminal,
    private readonly logs: readonly string[],
  ) {
    this.#width = Math.max(...logs.map(({ length }) => length));
  }

  async print(log: string, entry: LogEntry): Promise<void> {
    if (this.terminal.json) await this.terminal.record({ log, ...entry });
    else await this.terminal.line(this.#text(log, entry));
  }

  #text(log: string, entry: LogEntry): string {
    const { colours } = this.terminal;
    const paint = { SET: colours.green, DELETE: colours.red, CHECKPOINT: colours.cyan }[entry.op];
    const parts = [colours.dim(plainText(entry.timestamp))];
    if (this.logs.length > 1) parts.push(log.padEnd(this.#width));
    parts.push(`#${entry.seq ?? '-'}`, paint(entry.op.padEnd(6)), whatOf(entry));
    const { actor, reason } = entry.meta ?? {};
    if (actor !== undefined) parts.push(colours.dim(`by ${plainText(actor)}`));
    if (reason !== undefined) parts.push(colours.dim(`(${plainText(reason)})`));
    return parts.join('  ');
  }
}

function whatOf({ op, key, value, data, state }: LogEntry): string {
  if (key !== undefined && op !== 'CHECKPOINT')
    return op === 'SET' ? `${keyText(key)} ${shortValue(value)}` : keyText(key);
  const keys = Object.keys(data ?? state ?? {}).length;
  return `the whole state: ${keys} ${keys === 1 ? 'key' : 'keys'}`;
}
