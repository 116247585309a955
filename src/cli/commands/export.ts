/** `append-log export`: the state of a log as JSON, as JSON lines, or as a table of players. */

import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { LogEngine } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs, reading } from '../directory.js';
import { EXIT } from '../exit.js';
import { tableHead, tableRow } from '../player-table.js';
import { describePoint, engineTime, type Moment, POINT_HELP, parsePoint } from '../point.js';
import { countText, jsonText, plainText } from '../printable.js';
import type { TerminalOptions } from '../terminal.js';

export const FORMATS = ['json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

interface ExportOptions extends TerminalOptions {
  format?: Format;
  output?: string;
  at?: string;
}

export function exportCommand(): Command {
  const made = command('export <log>', 'the state of a log as JSON, as JSON lines, or (players) as CSV', [
    'export data players --output players.csv',
    "export data players --format ndjson --at 'yesterday 18:00' | gzip > players.ndjson.gz",
  ])
    .addOption(new Option('--format <format>', 'by the ending of --output where left out, else json').choices(FORMATS))
    .option('--output <file>', 'into a file, swapped in whole')
    .option('--at <point>', 'as of this moment')
    .addHelpText('after', `\n${POINT_HELP}`);
  return act(made, async (terminal, options: ExportOptions, directory, log) => {
    const dataDir = directory as string;
    const [name] = (await chosenLogs(dataDir, log)) as [string];
    const format = options.format ?? formatOf(options.output) ?? 'json';
    const at = options.at === undefined ? undefined : parsePoint(options.at, new Date(), '--at');
    if (at) terminal.say(`At ${describePoint(at)}`);
    const { output } = options;
    const count = await reading(dataDir, async (engine) => {
      await engine.openLog(name);
      const pieces = render(format, name, entriesAt(engine, name, at));
      if (output === undefined) return drain(pieces, (text) => terminal.write(text));
      return writeWhole(output, pieces);
    });
    if (output !== undefined) {
      if (terminal.json) await terminal.document({ log: name, format, output, keys: count });
      else await terminal.line(`${countText(count, 'key')} written to ${plainText(output)}.`);
    }
    return EXIT.done;
  });
}

/** By the ending of a file's name. */
export function formatOf(file: string | undefined): Format | undefined {
  const ending = file === undefined ? '' : extname(file).slice(1).toLowerCase();
  return ending === 'jsonl' ? 'ndjson' : FORMATS.find((format) => format === ending);
}

async function* entriesAt(engine: LogEngine, log: string, at: Moment | undefined): AsyncGenerator<[string, unknown]> {
  if (!at) yield* engine.entries(log) as AsyncIterable<[string, unknown]>;
  else {
    const state = await engine.rebuildState(log, { at: engineTime(at) });
    for (const key of Object.keys(state)) yield [key, state[key]];
  }
}

/** Pieces of text, each with how many keys it holds. */
async function* render(
  format: Format,
  log: string,
  entries: AsyncIterable<[string, unknown]>,
): AsyncGenerator<[text: string, keys: number]> {
  if (format === 'csv') yield [tableHead(), 0];
  let first = true;
  for await (const [key, value] of entries) {
    if (format === 'csv') yield [tableRow(log, key, value), 1];
    else if (format === 'ndjson') yield [`${jsonText({ key, value })}\n`, 1];
    else yield [`${first ? '{\n' : ',\n'}  ${jsonText(key)}: ${jsonText(value)}`, 1];
    first = false;
  }
  if (format === 'json') yield [first ? '{}\n' : '\n}\n', 0];
}

async function drain(pieces: AsyncIterable<[string, number]>, write: (text: string) => Promise<void>): Promise<number> {
  let count = 0;
  for await (const [text, keys] of pieces) {
    await write(text);
    count += keys;
  }
  return count;
}

/** The file holds all of it, or stays what it was. */
async function writeWhole(path: string, pieces: AsyncIterable<[string, number]>): Promise<number> {
  const temporary = `${path}.tmp`;
  const file = createWriteStream(temporary, { flush: true });
  await once(file, 'open');
  try {
    const count = await drain(pieces, async (text) => {
      if (!file.write(text)) await once(file, 'drain');
    });
    file.end();
    await once(file, 'close');
    renameSync(temporary, path);
    return count;
  } catch (error) {
    file.destroy();
    rmSync(temporary, { force: true });
    throw error;
  }
}
