/** `append-log repair`: what opening heals, cuts or refuses; for real, or only told. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  type LogEngine,
  LogError,
  type RecoveryEvent,
  type VerifyFinding,
  verifyDirectory,
} from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading, silent, writing } from '../directory.js';
import { EXIT, type ExitStatus } from '../exit.js';
import { withoutHint } from '../failure.js';
import { fileIn, type Place, placeText } from '../place.js';
import { plainText } from '../printable.js';
import type { Terminal, TerminalOptions } from '../terminal.js';

interface RepairOptions extends TerminalOptions {
  dryRun?: boolean;
  salvage?: boolean;
}

/** What opening one log did, or would. */
interface Repaired {
  log: string;
  events: RecoveryEvent[];
  /** Why it was not opened. */
  refused?: { message: string; place?: Place };
}

export function repairCommand(): Command {
  const made = command('repair', 'heal what is provable, cut an unfinished last write, refuse the rest', [
    'repair data --dry-run',
    'repair data',
    'repair data --salvage',
  ])
    .option('--dry-run', 'only tell what would be done; nothing is touched (exit status 1 where something would)')
    .option(
      '--salvage',
      'where damage cannot be healed, go on with everything that is provable; the damaged file is kept',
    )
    .addHelpText(
      'after',
      '\nIt never brings a deleted key back. The exit status is 1 where something is left damaged.',
    );
  return act(made, async (terminal, options: RepairOptions, directory) => {
    const dataDir = directory as string;
    const logs = await chosenLogs(dataDir, undefined);
    const recovery = options.salvage ? 'salvage' : 'heal';
    if (options.dryRun) {
      // The overlay keeps the main file that would be written; it shall not be before the end.
      const mainFiles = { maxStaleMs: 2 ** 31 - 1 };
      const work = (engine: LogEngine) => openAll(engine, logs);
      const repaired = await reading(dataDir, work, { recovery, mainFiles, indexFile: false });
      const left = (await damageOf(dataDir)).filter(({ file }) => !isOfLogs(file));
      return report(terminal, dataDir, repaired, left, true);
    }
    const repaired = await writing(
      dataDir,
      terminal,
      async (engine) => {
        for (const { found, file } of await damageOf(dataDir)) {
          // Nobody believes it, and only a clean close of a large log writes it anew.
          if (found === 'damaged-index') rmSync(join(dataDir, file), { force: true });
        }
        return openAll(engine, logs);
      },
      { options: { recovery, indexFile: false }, logger: silent },
    );
    return report(terminal, dataDir, repaired, await damageOf(dataDir), false);
  });
}

async function openAll(engine: LogEngine, logs: readonly string[]): Promise<Repaired[]> {
  const repaired: Repaired[] = [];
  for (const log of logs) {
    try {
      const { events } = await engine.openLog(log);
      repaired.push({ log, events });
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'LOG_CORRUPT') throw error;
      const { file, line, offset, key } = error;
      const place = file === undefined ? undefined : { file, line, offset, key };
      repaired.push({ log, events: [], refused: { message: withoutHint(error), ...(place && { place }) } });
    }
  }
  return repaired;
}

async function damageOf(dataDir: string): Promise<VerifyFinding[]> {
  const damage: VerifyFinding[] = [];
  for await (const step of verifyDirectory(dataDir)) {
    if (step.type === 'file') damage.push(...step.findings.filter(({ severity }) => severity === 'damage'));
  }
  return damage;
}

/** Whether opening a log mends it; backups and archives it only reads. */
function isOfLogs(file: string): boolean {
  return !/\.backup\.|\/archive\//.test(file);
}

async function report(
  terminal: Terminal,
  dataDir: string,
  repaired: readonly Repaired[],
  left: readonly VerifyFinding[],
  dryRun: boolean,
): Promise<ExitStatus> {
  const placed = repaired.map(({ log, events, refused }) => ({
    log,
    events: events.map((event) => ({ ...event, file: fileIn(dataDir, event.file) })),
    ...(refused && {
      refused: {
        ...refused,
        ...(refused.place && { place: { ...refused.place, file: fileIn(dataDir, refused.place.file) } }),
      },
    }),
  }));
  const isWhole = left.length === 0 && placed.every(({ refused }) => !refused);
  const mended = placed.reduce((count, { events }) => count + events.length, 0);
  if (terminal.json) await terminal.document({ dryRun, whole: isWhole, logs: placed, left });
  else {
    const { colours } = terminal;
    for (const { log, events, refused } of placed) {
      for (const event of events) {
        await terminal.line(
          `${colours.yellow(dryRun ? `would be ${event.action}` : event.action)}  ${placeText(event)}`,
        );
        await terminal.line(`    ${event.found}: ${plainText(event.message)}`);
      }
      if (refused) {
        await terminal.line(`${colours.red('refused')}  ${refused.place ? placeText(refused.place) : log}`);
        await terminal.line(`    ${plainText(refused.message)}`);
        await terminal.line(
          `    ${colours.dim('--salvage goes on with everything that is provable; better is a whole copy of the log from a backup.')}`,
        );
      }
    }
    for (const finding of left) {
      if (placed.some(({ refused }) => refused?.place?.file === finding.file)) continue;
      await terminal.line(`${colours.red('left damaged')}  ${placeText(finding)}`);
      await terminal.line(`    ${finding.found}: ${plainText(finding.message)}`);
      if (finding.hint) await terminal.line(`    ${colours.dim(plainText(finding.hint))}`);
    }
    await terminal.line(verdictOf(isWhole, mended, dryRun));
  }
  if (!isWhole) return EXIT.found;
  return dryRun && mended > 0 ? EXIT.found : EXIT.done;
}

function verdictOf(isWhole: boolean, mended: number, dryRun: boolean): string {
  if (!isWhole) return dryRun ? 'Not all of it can be put right.' : 'Not all of it is whole.';
  if (mended === 0) return 'Everything is whole.';
  return dryRun ? 'All of it can be put right (dry run: nothing was touched).' : 'Put right: everything is whole.';
}
