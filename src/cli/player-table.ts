/** Players as rows of a CSV table: userId, username and the nine figures. */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { UsageError } from './exit.js';
import { type ImportedValue, ImportFault } from './imported-values.js';
import { keyText, plainText, shortValue } from './printable.js';

export const FIGURES = [
  'totalGames',
  'totalWins',
  'totalScore',
  'averageScore',
  'bestScore',
  'totalCorrectAnswers',
  'totalIncorrectAnswers',
  'totalAnswers',
  'accuracyRate',
] as const;
const COLUMNS = ['userId', 'username', ...FIGURES];
/** Of these a negative or broken number makes no sense. */
const COUNTS = new Set<string>(FIGURES.filter((name) => /^total(?!Score)/.test(name)));

export function tableHead(): string {
  return stringify([COLUMNS]);
}

/** @throws UsageError for a value that is no player */
export function tableRow(log: string, key: string, value: unknown): string {
  const player = value as Record<string, unknown> | null;
  if (typeof player !== 'object' || player === null || typeof player.userId !== 'string') {
    const what = `${log} ${keyText(key)} is no player: ${shortValue(value)}.`;
    throw new UsageError(what, 'CSV is for players; --format json or ndjson takes any log.');
  }
  return stringify([[player.userId, player.username ?? player.userId, ...FIGURES.map((name) => player[name] ?? 0)]]);
}

interface Row {
  record: Record<string, string>;
  info: { lines: number };
}

/** @throws ImportFault naming the line */
export function readTable(text: string): ImportedValue[] {
  let rows: Row[];
  try {
    rows = parse(text, { bom: true, columns: headOf, info: true, skip_empty_lines: true }) as unknown as Row[];
  } catch (error) {
    if (error instanceof ImportFault) throw error;
    const { lines, message } = error as { lines?: number; message: string };
    throw new ImportFault(lines ?? 1, message);
  }
  return rows.map(({ record, info }) => playerOf(record, info.lines));
}

function headOf(columns: string[]): string[] {
  const missing = COLUMNS.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new ImportFault(1, `the head lacks ${missing.join(', ')}`);
  const unknown = columns.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0)
    throw new ImportFault(1, `the head names ${unknown.map(plainText).join(', ')}, which no player has`);
  if (new Set(columns).size < columns.length) throw new ImportFault(1, 'the head names a column twice');
  return columns;
}

function playerOf(record: Record<string, string>, line: number): ImportedValue {
  const { userId = '', username = '' } = record;
  if (userId === '') throw new ImportFault(line, 'userId is empty');
  if (username === '') throw new ImportFault(line, 'username is empty');
  const player: Record<string, unknown> = { userId, username };
  for (const name of FIGURES) {
    const text = (record[name] ?? '').trim();
    const figure = Number(text);
    const isFine =
      text !== '' && Number.isFinite(figure) && (!COUNTS.has(name) || (Number.isInteger(figure) && figure >= 0));
    if (!isFine) {
      const expected = COUNTS.has(name) ? 'a whole number ≥ 0' : 'a number';
      throw new ImportFault(line, `${name} is to be ${expected}, got "${plainText(text)}"`);
    }
    player[name] = figure;
  }
  return { key: userId, value: player, line };
}
