/** `append-log import`: takes values from a file into a log, once the whole file was found to be right. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';
import { assertLogName, encodeJson, type LogEngine, type StateChange, setMember } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { logsIn, reading, writing } from '../directory.js';
import { EXIT, UsageError } from '../exit.js';
import { assertOnce, type ImportedValue, ImportFault, readJson, readLines } from '../imported-values.js';
import { readTable } from '../player-table.js';
import { plainText } from '../printable.js';
import { changesText, printChanges } from '../state-changes.js';
import type { TerminalOptions } from '../terminal.js';
import { FORMATS, type Format, formatOf } from './export.js';
import { loginName } from './restore.js';

interface ImportOptions extends TerminalOptions {
  format?: Format;
  replace?: boolean;
  dryRun?: boolean;
}

const READERS: Record<Format, (text: string) => ImportedValue[]> = {
  json: readJson,
  ndjson: readLines,
  csv: readTable,
};
/** Writes under way at once: they share fsyncs. */
const AT_ONCE = 1000;

export function importCommand(): Command {
  const made = command(
    'import <log> <file>',
    'take values from JSON, JSON lines or (players) CSV; all of the file or nothing',
    ['import data players players.csv --dry-run', 'import data guild_settings settings.json --replace'],
  )
    .addOption(new Option('--format <format>', 'by the ending of the file where left out').choices(FORMATS))
    .option('--replace', 'the file is the whole new state: keys that are not in it are deleted')
    .option('--dry-run', 'only check the file and show what would change (exit status 1 where something would)')
    .addHelpText('after', '\nA CSV of players leaves the gamesHistory of each as it is.');
  return act(made, async (terminal, options: ImportOptions, directory, log, file) => {
    const dataDir = directory as string;
    assertLogName(log);
    await logsIn(dataDir);
    const format = options.format ?? formatOf(file);
    if (!format)
      throw new UsageError(
        `The ending of ${plainText(file as string)} names no format.`,
        '--format json, ndjson or csv.',
      );
    const values = checked(file as string, READERS[format]);
    const preview = async (engine: LogEngine) => {
      await engine.openLog(log);
      return changesOf(engine, log, values, { replace: options.replace === true, isTable: format === 'csv' });
    };
    const work = async (engine: LogEngine) => {
      const changes = await preview(engine);
      if (changes.length > 0) await write(engine, log, changes, options.replace === true, file as string);
      return changes;
    };
    const changes = options.dryRun ? await reading(dataDir, preview) : await writing(dataDir, terminal, work);
    const same = values.length - changes.filter(({ kind }) => kind !== 'removed').length;
    if (terminal.json) await terminal.document({ log, dryRun: options.dryRun === true, changes, unchanged: same });
    else {
      if (options.dryRun) await printChanges(terminal, log, changes);
      const would = options.dryRun ? ' (dry run: nothing was written)' : '';
      await terminal.line(`${log}: ${changesText(changes)}, ${same} unchanged${would}`);
    }
    return options.dryRun && changes.length > 0 ? EXIT.found : EXIT.done;
  });
}

/** @throws UsageError naming file, line and what is wrong */
function checked(file: string, read: (text: string) => ImportedValue[]): ImportedValue[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
    const values = read(text);
    assertOnce(values);
    for (const { key, value, line } of values) {
      try {
        encodeJson(value, 'value');
        encodeJson(key, 'key');
      } catch (error) {
        throw new ImportFault(line, (error as Error).message);
      }
    }
    return values;
  } catch (error) {
    if (error instanceof ImportFault) {
      throw new UsageError(`${plainText(file)}:${error.line}: ${error.message}`, 'Nothing was written.');
    }
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${plainText(file)} cannot be read: ${code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is no UTF-8' : message}`,
    );
  }
}

async function changesOf(
  engine: LogEngine,
  log: string,
  values: readonly ImportedValue[],
  { replace, isTable }: { replace: boolean; isTable: boolean },
): Promise<StateChange[]> {
  const changes: StateChange[] = [];
  for (const { key, value } of values) {
    const from = await engine.get(log, key);
    const to = isTable ? withHistory(value, from) : value;
    if (from === undefined) changes.push({ key, kind: 'added', to });
    else if (!isDeepStrictEqual(from, to)) changes.push({ key, kind: 'changed', from, to });
  }
  if (!replace) return changes;
  const kept = new Set(values.map(({ key }) => key));
  for await (const [key, from] of engine.entries(log)) {
    if (!kept.has(key)) changes.push({ key, kind: 'removed', from });
  }
  return changes;
}

/** What a table does not have of a player stays as it is. */
function withHistory(value: unknown, from: unknown): unknown {
  const known = typeof from === 'object' && from !== null ? from : {};
  return { gamesHistory: [], ...known, ...(value as object) };
}

async function write(
  engine: LogEngine,
  log: string,
  changes: readonly StateChange[],
  replace: boolean,
  file: string,
): Promise<void> {
  const meta = { actor: loginName(), reason: `imported from ${basename(file)}` };
  if (replace) {
    const data: Record<string, unknown> = {};
    for await (const [key, value] of engine.entries(log)) setMember(data, key, value);
    for (const { key, kind, to } of changes) {
      if (kind === 'removed') delete data[key];
      else setMember(data, key, to);
    }
    await engine.append(log, { op: 'SET', data }, meta);
    return;
  }
  for (let at = 0; at < changes.length; at += AT_ONCE) {
    const some = changes.slice(at, at + AT_ONCE);
    await Promise.all(some.map(({ key, to }) => engine.append(log, { op: 'SET', key, value: to }, meta)));
  }
}
