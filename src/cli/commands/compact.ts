/** `append-log compact`: folds logs into a CHECKPOINT each. */
import type { Command } from 'commander';
import type { CompactionReport } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, writing } from '../directory.js';
import { EXIT, UsageError } from '../exit.js';
import { bytesText, plainText } from '../printable.js';
import type { TerminalOptions } from '../terminal.js';

export function compactCommand(): Command {
  const made = command(
    'compact [log]',
    'fold logs into a CHECKPOINT of their state; what they were is kept as a backup',
    ['compact data', 'compact data players --keep-backups 5'],
  ).option('--keep-backups <n>', 'former logs that are kept', '3');
  return act(made, async (terminal, options: TerminalOptions & { keepBackups: string }, directory, log) => {
    if (!/^\d+$/.test(options.keepBackups)) {
      throw new UsageError(
        `Expected --keep-backups to be a whole number, got "${options.keepBackups}".`,
        'As in --keep-backups 3.',
      );
    }
    const dataDir = directory as string;
    const logs = await chosenLogs(dataDir, log);
    const reports = await writing(dataDir, terminal, async (engine) => {
      const reports: CompactionReport[] = [];
      for (const name of logs) reports.push(await engine.compact(name, { keepBackups: Number(options.keepBackups) }));
      return reports;
    });
    if (terminal.json) {
      await terminal.document({
        logs: reports.map(({ error, ...report }) => ({ ...report, ...(error && { error: error.message }) })),
      });
    } else for (const report of reports) await terminal.line(textOf(report));
    return reports.some(({ outcome }) => outcome === 'failed') ? EXIT.found : EXIT.done;
  });
}

function textOf(report: CompactionReport): string {
  const { log, outcome, reason, error } = report;
  if (outcome !== 'compacted') return `${log}: ${outcome}: ${plainText(reason ?? error?.message ?? '')}`;
  const sizes = `${bytesText(report.bytesBefore)} → ${bytesText(report.bytesAfter)}`;
  const backup = report.backup ? `, kept as ${plainText(report.backup)}` : '';
  return `${log}: ${sizes}, ${report.entriesBefore} entries → ${report.entriesAfter}, ${report.keys} keys${backup}`;
}
