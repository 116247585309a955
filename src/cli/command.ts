/** What all commands have in common: the directory first, `--json`, examples in the help, an exit status at the end. */
import { Command } from 'commander';
import { EXIT, type ExitStatus } from './exit.js';
import { reportFailure } from './failure.js';
import { Terminal, type TerminalOptions } from './terminal.js';

export type Handler<O> = (
  terminal: Terminal,
  options: O,
  ...args: (string | undefined)[]
) => Promise<ExitStatus | undefined>;

/** @param usage name and arguments behind the data directory, as in `get <log> <key>` */
export function command(usage: string, summary: string, examples: string[]): Command {
  const [name = '', ...rest] = usage.split(' ');
  const made = new Command(name).arguments(['<directory>', ...rest].join(' '));
  made.summary(summary).description(summary);
  made.option('--json', 'one JSON document, or one a line, on stdout and nothing else there');
  made.option('--no-color', 'no colour, as with NO_COLOR=1');
  made.addHelpText('after', `\nExamples:\n${examples.map((example) => `  append-log ${example}\n`).join('')}`);
  return made;
}

export function act<O extends TerminalOptions>(made: Command, handler: Handler<O>): Command {
  return made.action(async (...words: unknown[]) => {
    const options = words.at(-2) as O;
    const args = words.slice(0, -2) as (string | undefined)[];
    const terminal = new Terminal(options);
    try {
      process.exitCode = (await handler(terminal, options, ...args)) ?? EXIT.done;
    } catch (error) {
      process.exitCode = reportFailure(error, terminal);
    }
  });
}
