/** The program: every command, and the help that is shown where none is named. */
import { Command } from 'commander';
import { backupCommand } from './commands/backup.js';
import { compactCommand } from './commands/compact.js';
import { completionCommand } from './commands/completion.js';
import { diffCommand } from './commands/diff.js';
import { dumpCommand } from './commands/dump.js';
import { eraseCommand } from './commands/erase.js';
import { exportCommand } from './commands/export.js';
import { getCommand } from './commands/get.js';
import { historyCommand } from './commands/history.js';
import { importCommand } from './commands/import.js';
import { migrateCommand } from './commands/migrate.js';
import { moveCommand } from './commands/move.js';
import { repairCommand } from './commands/repair.js';
import { restoreCommand } from './commands/restore.js';
import { statsCommand } from './commands/stats.js';
import { tailCommand } from './commands/tail.js';
import { verifyCommand } from './commands/verify.js';

const FOOT = `
Exit status: 0 done and whole, 1 damage or a difference found, 2 wrong usage,
3 a running writer holds the directory and the command needs to write.
stats, verify, tail, dump, get, history, diff, export, backup and every --dry-run only read: they work beside a
running application and change not one byte.

  append-log help <command>   its options, with examples`;

export function buildProgram(): Command {
  const program = new Command('append-log');
  program
    .description('Look into a data directory of nest-append-log, go back in time, put it right.')
    .usage('<command> <directory> [arguments] [--json]')
    .addHelpText('after', FOOT)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'append-log: ')) })
    .showHelpAfterError('  append-log help <command> shows how.')
    .showSuggestionAfterError()
    .exitOverride();
  const commands = [
    statsCommand(),
    verifyCommand(),
    tailCommand(),
    dumpCommand(),
    getCommand(),
    historyCommand(),
    diffCommand(),
    compactCommand(),
    repairCommand(),
    restoreCommand(),
    backupCommand(),
    exportCommand(),
    importCommand(),
    migrateCommand(),
    eraseCommand(),
    moveCommand(),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  program.addCommand(completionCommand(program).copyInheritedSettings(program));
  return program;
}
