/** `append-log restore`: makes the state of a moment the present one, by an entry that says who and why. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { type EntryMeta, type LogEngine, type RestoreReport, restore } from '../../storage/log/index.js';
import { withClusterOptions } from '../cluster.js';
import { act, command } from '../command.js';
import { chosenLogs, reading, writing } from '../directory.js';
import { EXIT, UsageError } from '../exit.js';
import { type MoveWords, moveFromCluster, printMoved } from '../moving.js';
import { describePoint, engineTime, POINT_HELP, parsePoint } from '../point.js';
import { changesText, printChanges } from '../state-changes.js';
import type { Terminal, TerminalOptions } from '../terminal.js';

interface RestoreWords extends TerminalOptions, MoveWords {
  at?: string;
  from?: string;
  key?: string;
  dryRun?: boolean;
  reason?: string;
  actor?: string;
}

export function restoreCommand(): Command {
  const made = command('restore [log]', 'make the state of a moment the present one, of one key, one log or all', [
    "restore data players --at 'friday 18:00' --key user123 --dry-run",
    "restore data players --at 'friday 18:00' --reason 'wrong scores since the update'",
    'restore data --at 2h',
    'restore data --from nats://127.0.0.1:4222',
  ])
    .option('--at <point>', 'the moment that becomes the present again')
    .option('--from <address>', 'a new directory from the copy that a store has sent there (replicateTo)')
    .option('--resume', 'with --from: go on with what was interrupted')
    .option('--key <key>', 'only this key')
    .option('--dry-run', 'only show what would change (exit status 1 where something would)')
    .option('--reason <text>', 'why, for the history')
    .option('--actor <name>', 'who, for the history; your login name where left out');
  withClusterOptions(made).addHelpText('after', `\nThe difference is always shown first.\n\n${POINT_HELP}`);
  return act(made, async (terminal, options: RestoreWords, directory, log) => {
    const dataDir = directory as string;
    if ((options.at === undefined) === (options.from === undefined)) {
      throw new UsageError('Expected either --at or --from.', "As in append-log restore data --at 'friday 18:00'.");
    }
    if (options.from !== undefined) {
      await printMoved(terminal, await moveFromCluster(terminal, dataDir, log, options.from, options));
      return EXIT.done;
    }
    const logs = await chosenLogs(dataDir, log);
    const at = parsePoint(options.at as string, new Date(), '--at');
    if (at.kind === 'seq' && logs.length > 1) {
      throw new UsageError('Each log counts its own seqs.', `Name one: ${logs.join(', ')}, or give a time.`);
    }
    if (options.key !== undefined && log === undefined) {
      throw new UsageError('A key is one of a log.', `Name the log: ${logs.join(', ')}`);
    }
    terminal.say(`To what was there at ${describePoint(at)}`);
    const words = { at: engineTime(at), ...(options.key !== undefined && { key: options.key }) };
    // Nothing is written before the difference of every log is known.
    const preview = async (engine: LogEngine) => {
      const reports: RestoreReport[] = [];
      for (const name of logs) {
        await engine.openLog(name);
        reports.push(await restore(engine, name, { ...words, dryRun: true }));
      }
      if (!terminal.json) await show(terminal, reports, options.dryRun === true);
      return reports;
    };
    if (options.dryRun) {
      const reports = await reading(dataDir, preview);
      if (terminal.json) await terminal.document({ dryRun: true, logs: reports });
      return reports.some(({ changes }) => changes.length > 0) ? EXIT.found : EXIT.done;
    }
    const reports = await writing(dataDir, terminal, async (engine) => {
      const done: RestoreReport[] = [];
      for (const { log: name, changes } of await preview(engine)) {
        done.push(
          changes.length === 0
            ? { log: name, at: isoOf(words.at), dryRun: false, changes }
            : await restore(engine, name, words, metaOf(options)),
        );
      }
      return done;
    });
    if (terminal.json) await terminal.document({ dryRun: false, logs: reports });
    else {
      for (const { log: name, entry } of reports) {
        if (entry) await terminal.line(`${name}: restored by entry #${entry.seq}.`);
      }
    }
    return EXIT.done;
  });
}

async function show(terminal: Terminal, reports: readonly RestoreReport[], dryRun: boolean): Promise<void> {
  for (const { log, changes } of reports) await printChanges(terminal, log, changes);
  const all = reports.flatMap(({ changes }) => changes);
  const would = dryRun ? ' (dry run: nothing was written)' : '';
  await terminal.line(all.length === 0 ? 'Nothing differs.' : `${changesText(all)}${would}`);
}

function metaOf({ reason, actor }: RestoreWords): EntryMeta {
  return { actor: actor ?? loginName(), ...(reason !== undefined && { reason }) };
}

export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'append-log';
  }
}

function isoOf(at: Date | number): string | number {
  return at instanceof Date ? at.toISOString() : at;
}
