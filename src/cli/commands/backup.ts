/** `append-log backup`: a copy of a directory, also beside a running writer. */
import type { Command } from 'commander';
import { backupDirectory } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { logsIn } from '../directory.js';
import { EXIT } from '../exit.js';
import { bytesText, countText, plainText } from '../printable.js';
import type { TerminalOptions } from '../terminal.js';

export function backupCommand(): Command {
  const made = command(
    'backup <target>',
    'copy a directory, also beside a running writer; the copy is verified and sealed',
    ['backup data /backups/data-2026-11-27'],
  ).addHelpText('after', '\nThe target must be empty, or not there yet.');
  return act(made, async (terminal, _options: TerminalOptions, directory, target) => {
    const dataDir = directory as string;
    await logsIn(dataDir);
    const bar = terminal.progress('Copying');
    const onProgress = (doneBytes: number, totalBytes: number) => bar.update(doneBytes, totalBytes);
    const report = await backupDirectory(dataDir, target as string, { onProgress }).finally(() => bar.stop());
    if (terminal.json) await terminal.document(report);
    else {
      const rows = report.logs.map(({ log, entries, seq, files, bytes }) => [
        log,
        ...[entries, seq, files].map(String),
        bytesText(bytes),
      ]);
      await terminal.table(['log', 'entries', 'seq', 'files', 'size'], rows, [1, 2, 3, 4]);
      await terminal.line(
        `${countText(report.files, 'file')}, ${bytesText(report.bytes)} copied to ${plainText(report.target)} and verified.`,
      );
    }
    return EXIT.done;
  });
}
