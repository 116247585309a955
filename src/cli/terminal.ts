/** What the command says: results on stdout, everything else on stderr. Colour, tables and progress on a terminal only. */
import cliProgress from 'cli-progress';
import Table from 'cli-table3';
import picocolors from 'picocolors';
import { bytesText, jsonText, plainText } from './printable.js';

export interface TerminalOptions {
  json?: boolean;
  /** False where `--no-color` was said. */
  color?: boolean;
}

export type Colours = ReturnType<typeof picocolors.createColors>;

export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

export class Terminal {
  readonly json: boolean;
  readonly colours: Colours;
  readonly #errorColours: Colours;
  readonly isTerminal: boolean;

  constructor(
    { json = false, color = true }: TerminalOptions = {},
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly err: NodeJS.WriteStream = process.stderr,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.json = json;
    this.isTerminal = out.isTTY === true;
    const mayColour = color && !env.NO_COLOR && env.TERM !== 'dumb';
    this.colours = picocolors.createColors(mayColour && this.isTerminal && !json);
    this.#errorColours = picocolors.createColors(mayColour && err.isTTY === true);
  }

  /** A line of the result. Waits where the reader is slow. */
  async line(text = ''): Promise<void> {
    await this.write(`${text}\n`);
  }

  async write(text: string): Promise<void> {
    if (this.out.write(text)) return;
    await new Promise<void>((resolve) => this.out.once('drain', resolve));
  }

  /** The whole result as one JSON document. */
  async document(value: unknown): Promise<void> {
    await this.line(jsonText(value, 2));
  }

  /** One line of a stream of JSON documents. */
  async record(value: unknown): Promise<void> {
    await this.line(jsonText(value));
  }

  /** A message, which is no part of the result. */
  say(text: string): void {
    this.err.write(`${text}\n`);
  }

  /** What went wrong, and what to do about it. */
  complain(what: string, hint?: string): void {
    this.say(`${this.#errorColours.red('append-log:')} ${plainText(what)}`);
    if (hint) this.say(`  ${plainText(hint)}`);
  }

  /** Right-aligned are the columns whose numbers are named. On a terminal a table; else columns between tabs. */
  async table(head: string[], rows: string[][], rightAligned: number[] = []): Promise<void> {
    if (!this.isTerminal) {
      for (const row of [head, ...rows]) await this.line(row.join('\t'));
      return;
    }
    const table = new Table({
      head: head.map((text) => this.colours.bold(text)),
      colAligns: head.map((_, column) => (rightAligned.includes(column) ? 'right' : 'left')),
      style: { head: [], border: [], compact: true },
    });
    table.push(...rows);
    await this.line(table.toString());
  }

  /** A bar on stderr where that is a terminal; nothing elsewhere. */
  progress(label: string, textOf: (amount: number) => string = bytesText): Progress {
    if (this.err.isTTY !== true) return { update: () => undefined, stop: () => undefined };
    const bar = new cliProgress.SingleBar({
      stream: this.err,
      format: `${label} {bar} {percentage}% {done} of {all}`,
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
    });
    let isStarted = false;
    return {
      update(done, total) {
        const shown = { done: textOf(done), all: textOf(total) };
        if (!isStarted) bar.start(Math.max(1, total), 0, shown);
        isStarted = true;
        bar.update(done, shown);
      },
      stop: () => bar.stop(),
    };
  }
}
