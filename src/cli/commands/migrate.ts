/** `append-log migrate`: takes over a directory of the reference bot, and tells where its files did not agree. */
import type { Command } from 'commander';
import {
  type CompactionReport,
  compareMainFile,
  type Disagreement,
  type LogEngine,
  type MainFileComparison,
} from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading, silent, writing } from '../directory.js';
import { EXIT, type ExitStatus } from '../exit.js';
import { countText, keyText, shortValue } from '../printable.js';
import { Terminal, type TerminalOptions } from '../terminal.js';
import { verify } from './verify.js';

interface Migration extends MainFileComparison {
  /** What opening does, or did. */
  recovered: string[];
}

export function migrateCommand(): Command {
  const made = command(
    'migrate',
    'take over a directory of the reference bot; reports where main files and logs disagree',
    ['migrate data --dry-run', 'migrate data'],
  )
    .option('--dry-run', 'only report; nothing is touched')
    .addHelpText(
      'after',
      '\nAfterwards every line has its checksum; the former logs are kept as backups.' +
        '\nThe exit status is 1 where a main file and its log disagreed, also though one was taken.',
    );
  return act(made, async (terminal, options: TerminalOptions & { dryRun?: boolean }, directory) => {
    const dataDir = directory as string;
    const logs = await chosenLogs(dataDir, undefined);
    const migrations = await reading(dataDir, async (engine) => {
      const migrations: Migration[] = [];
      for (const log of logs) {
        const { events } = await engine.openLog(log);
        const comparison = await compareMainFile(engine, dataDir, log);
        // Where the engine has written, the log alone is the truth: a main file lags behind, and nobody disagrees.
        if (comparison.engineLines > 0) comparison.disagreements = [];
        migrations.push({ ...comparison, recovered: events.map(({ message }) => message) });
      }
      return migrations;
    });
    const disagreements = migrations.flatMap((migration) => migration.disagreements);
    if (!terminal.json) await printMigrations(terminal, migrations);
    const older = migrations.filter(({ olderLines, engineLines }) => olderLines > 0 || engineLines === 0);
    let compactions: CompactionReport[] = [];
    let whole: ExitStatus = EXIT.done;
    if (!options.dryRun && older.length > 0) {
      const takingOver = async (engine: LogEngine) => {
        const reports: CompactionReport[] = [];
        for (const { log } of older) reports.push(await takeOver(engine, log));
        return reports;
      };
      // What opening does has been told.
      compactions = await writing(dataDir, terminal, takingOver, { logger: silent });
      whole = await verify(mute(), dataDir);
      if (whole !== EXIT.done && !terminal.json) await verify(terminal, dataDir);
    }
    if (terminal.json) {
      const migrated = compactions.map(({ log, outcome, backup, keys }) => ({ log, outcome, backup, keys }));
      await terminal.document({
        dryRun: options.dryRun === true,
        logs: migrations,
        migrated,
        whole: whole === EXIT.done,
      });
    } else if (older.length === 0) await terminal.line('Nothing to migrate: every line has its checksum.');
    else
      await terminal.line(
        options.dryRun
          ? `To migrate: ${namesOf(older)} (dry run: nothing was touched)`
          : `Migrated and verified: ${namesOf(older)}`,
      );
    const failed = compactions.some(({ outcome }) => outcome === 'failed');
    return disagreements.length > 0 || failed ? EXIT.found : whole;
  });
}

/** Compacts a log so that each of its lines is one of the engine's; nothing that it was is dropped. */
async function takeOver(engine: LogEngine, log: string): Promise<CompactionReport> {
  const options = { keepBackups: Number.MAX_SAFE_INTEGER };
  const report = await engine.compact(log, options);
  if (report.outcome !== 'skipped' || engine.stats(log).entries === 0) return report;
  // A CHECKPOINT of the reference bot alone, which has no checksum: nothing to fold without an entry behind it.
  const data = await engine.rebuildState(log);
  await engine.append(log, { op: 'SET', data }, { actor: 'append-log', reason: 'migrated' });
  return engine.compact(log, options);
}

const namesOf = (migrations: readonly Migration[]): string => migrations.map(({ log }) => log).join(', ');

async function printMigrations(terminal: Terminal, migrations: readonly Migration[]): Promise<void> {
  for (const { log, mainFile, olderLines, disagreements, recovered } of migrations) {
    const lines = countText(olderLines, 'line') + (olderLines === 1 ? ' without a checksum' : ' without checksums');
    const verdict = disagreements.length === 0 ? 'no disagreement' : countText(disagreements.length, 'disagreement');
    await terminal.line(`${log}: main file ${mainFile}, ${lines}, ${verdict}`);
    for (const message of recovered) await terminal.line(`  ${message}`);
    for (const disagreement of disagreements) {
      await terminal.line(`  ${terminal.colours.yellow(keyText(disagreement.key))}: ${disagreement.where}`);
      for (const [name, text] of sides(disagreement)) await terminal.line(`    ${name.padEnd(10)}${text}`);
    }
  }
}

function sides(disagreement: Disagreement): [string, string][] {
  const { logSays, logValue, mainFile, taken } = disagreement;
  const nothing = { value: '', deleted: 'deleted', nothing: 'nothing' }[logSays];
  return [
    ['main file', mainFile === undefined ? 'nothing' : shortValue(mainFile, 90)],
    ['log', logValue === undefined ? nothing : shortValue(logValue, 90)],
    ['taken', taken === undefined ? 'nothing: the key is gone' : shortValue(taken, 90)],
  ];
}

/** Says nothing: the JSON document tells whether everything is whole. */
function mute(): Terminal {
  const terminal = new Terminal({ json: true });
  terminal.write = async () => undefined;
  return terminal;
}
