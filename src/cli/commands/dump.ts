/** `append-log dump`: entries as JSON lines. */
import { type Command, Option } from 'commander';
import type { StreamOptions } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading } from '../directory.js';
import { UsageError } from '../exit.js';
import { describePoint, type Moment, POINT_HELP, parsePoint } from '../point.js';
import type { TerminalOptions } from '../terminal.js';

interface DumpOptions extends TerminalOptions {
  from?: string;
  to?: string;
  fromSeq?: string;
  key?: string;
  op?: string;
  backups?: boolean;
}

export function dumpCommand(): Command {
  const made = command('dump <log>', 'the entries of a log as JSON lines, oldest first', [
    'dump data players --key user123',
    "dump data players --backups --from 'friday 18:00' --to 'friday 20:00'",
    'dump data players --op DELETE | jq -r .key',
  ])
    .option('--from <point>', 'not before this time, or seq')
    .option('--to <point>', 'not after this time, or seq')
    .option('--from-seq <seq>', 'not before this seq')
    .option('--key <key>', 'only entries about this key (a whole state with that member alone)')
    .addOption(new Option('--op <op>', 'only entries of this kind').choices(['SET', 'DELETE', 'CHECKPOINT']))
    .option('--backups', 'also what backups and archives have')
    .addHelpText('after', `\n${POINT_HELP}`);
  return act(made, async (terminal, options: DumpOptions, directory, log) => {
    const dataDir = directory as string;
    const [name] = (await chosenLogs(dataDir, log)) as [string];
    const range = rangeOf(options);
    for (const [word, moment] of [
      ['From', range.from],
      ['To', range.to],
    ] as const) {
      if (moment) terminal.say(`${word} ${describePoint(moment)}`);
    }
    await reading(dataDir, async (engine) => {
      await engine.openLog(name);
      for await (const entry of engine.stream(name, streamOptions(options, range))) {
        if (range.to?.kind === 'seq' && (entry.seq ?? 0) > range.to.seq) break;
        if (options.op === undefined || entry.op === options.op) await terminal.record(entry);
      }
    });
    return undefined;
  });
}

interface Range {
  from: Moment | undefined;
  to: Moment | undefined;
}

function rangeOf({ from, to, fromSeq }: DumpOptions): Range {
  const now = new Date();
  if (fromSeq !== undefined && !/^\d+$/.test(fromSeq)) {
    throw new UsageError(`Expected --from-seq to be a seq, got "${fromSeq}".`, 'A whole number, as in --from-seq 42.');
  }
  return {
    from: from === undefined ? undefined : parsePoint(from, now, '--from'),
    to: to === undefined ? undefined : parsePoint(to, now, '--to'),
  };
}

function streamOptions({ fromSeq, key, backups }: DumpOptions, { from, to }: Range): StreamOptions {
  const options: StreamOptions = { backups: backups === true };
  const seqs = [Number(fromSeq ?? 0), from?.kind === 'seq' ? from.seq : 0];
  options.fromSeq = Math.max(...seqs);
  if (from?.kind === 'time') options.from = from.date;
  if (to?.kind === 'time') options.to = to.date;
  if (key !== undefined) options.key = key;
  return options;
}
