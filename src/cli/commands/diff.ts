/** `append-log diff`: what differs between two moments. */
import type { Command } from 'commander';
import { diffStates, type StateChange } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading } from '../directory.js';
import { EXIT, UsageError } from '../exit.js';
import { describePoint, engineTime, POINT_HELP, parsePoint } from '../point.js';
import { changesText, printChanges } from '../state-changes.js';
import type { TerminalOptions } from '../terminal.js';

interface DiffWords extends TerminalOptions {
  from: string;
  to?: string;
  key?: string;
}

export function diffCommand(): Command {
  const made = command('diff [log]', 'what differs between two moments, of one log or of all', [
    "diff data players --from 'friday 18:00'",
    'diff data players --from 120 --to 180 --key user123',
  ])
    .requiredOption('--from <point>', 'the earlier moment')
    .option('--to <point>', 'the later moment; now where left out')
    .option('--key <key>', 'only this key')
    .addHelpText('after', `\n${POINT_HELP}\n\nThe exit status is 1 where something differs.`);
  return act(made, async (terminal, options: DiffWords, directory, log) => {
    const dataDir = directory as string;
    const logs = await chosenLogs(dataDir, log);
    const now = new Date();
    const from = parsePoint(options.from, now, '--from');
    const to = parsePoint(options.to ?? 'now', now, '--to');
    if (logs.length > 1 && (from.kind === 'seq' || to.kind === 'seq')) {
      throw new UsageError('Each log counts its own seqs.', `Name one: ${logs.join(', ')}, or give a time.`);
    }
    terminal.say(`From ${describePoint(from)}`);
    terminal.say(`To   ${options.to === undefined ? 'now' : describePoint(to)}`);
    const found: { log: string; changes: StateChange[] }[] = [];
    await reading(dataDir, async (engine) => {
      for (const name of logs) {
        await engine.openLog(name);
        const words = { from: engineTime(from), ...(options.to !== undefined && { to: engineTime(to) }) };
        const changes = await diffStates(engine, name, {
          ...words,
          ...(options.key !== undefined && { key: options.key }),
        });
        found.push({ log: name, changes });
      }
    });
    const all = found.flatMap(({ changes }) => changes);
    if (terminal.json) await terminal.document({ from: engineTime(from), to: engineTime(to), logs: found });
    else {
      for (const { log: name, changes } of found) await printChanges(terminal, name, changes);
      await terminal.line(all.length === 0 ? 'Nothing differs.' : changesText(all));
    }
    return all.length === 0 ? EXIT.done : EXIT.found;
  });
}
