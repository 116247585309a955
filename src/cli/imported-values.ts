/** What an imported file says, checked as a whole: keys with their values, each with its line. */
import { plainText } from './printable.js';

export interface ImportedValue {
  key: string;
  value: unknown;
  line: number;
}

/** What is wrong in a file, and in which line. */
export class ImportFault extends Error {
  override readonly name = 'ImportFault';

  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** `{"key": value, …}`. @throws ImportFault */
export function readJson(text: string): ImportedValue[] {
  const state = parsed(text, 1);
  if (!isObject(state)) throw new ImportFault(1, 'expected a JSON object of keys with their values');
  return Object.keys(state).map((key) => ({ key, value: state[key], line: 1 }));
}

/** `{"key": "…", "value": …}` in each line. @throws ImportFault */
export function readLines(text: string): ImportedValue[] {
  const values: ImportedValue[] = [];
  for (const [index, each] of text.split('\n').entries()) {
    if (each.trim() === '') continue;
    const line = index + 1;
    const record = parsed(each, line);
    if (!isObject(record) || typeof record.key !== 'string' || !Object.hasOwn(record, 'value')) {
      throw new ImportFault(line, 'expected {"key": "…", "value": …}');
    }
    values.push({ key: record.key, value: record.value, line });
  }
  return values;
}

/** @throws ImportFault where a key stands twice */
export function assertOnce(values: readonly ImportedValue[]): void {
  const lines = new Map<string, number>();
  for (const { key, line } of values) {
    const before = lines.get(key);
    if (before !== undefined)
      throw new ImportFault(line, `the key "${plainText(key)}" stands in line ${before} already`);
    lines.set(key, line);
  }
}

function parsed(text: string, line: number): unknown {
  const json = line === 1 ? text.replace(/^\ufeff/, '') : text;
  try {
    return JSON.parse(json);
  } catch (error) {
    const { message } = error as Error;
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? (/end of JSON/.test(message) ? json.length : 0));
    throw new ImportFault(line + json.slice(0, position).split('\n').length - 1, `no JSON: ${plainText(message)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
