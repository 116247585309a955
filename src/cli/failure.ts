/** Failures as one line that says what, one that says what to do, and an exit status. */
import { CommanderError } from 'commander';
import { LogError } from '../storage/log/index.js';
import { EXIT, type ExitStatus, UsageError } from './exit.js';
import type { Terminal } from './terminal.js';

const HINTS: Partial<Record<LogError['code'], string>> = {
  LOG_LOCKED:
    'Stop that process first. stats, verify, tail, dump, get, history, diff, export and backup work beside it.',
  LOG_CORRUPT: 'verify names every place; repair --dry-run tells what can be healed.',
  LOG_CONFLICT: 'Change or delete these first; nothing was changed.',
  LOG_NOT_RETAINED: 'What was folded away longer ago than backups and archives reach cannot be told.',
};

export function reportFailure(error: unknown, terminal: Terminal): ExitStatus {
  if (error instanceof CommanderError) {
    // commander has said it already.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (process.env.DEBUG && error instanceof Error) terminal.say(error.stack ?? error.message);
  if (error instanceof UsageError) {
    terminal.complain(error.message, error.hint);
    return EXIT.usage;
  }
  if (error instanceof LogError) {
    terminal.complain(withoutHint(error), HINTS[error.code] ?? error.hint);
    if (error.code === 'LOG_LOCKED') return EXIT.held;
    return error.code === 'LOG_NOT_RETAINED' ? EXIT.usage : EXIT.found;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError && message.startsWith('Expected ')) {
    terminal.complain(message);
    return EXIT.usage;
  }
  const { code } = error as { code?: string };
  const isOfSystem = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  terminal.complain(message, isOfSystem ? undefined : 'DEBUG=1 shows where.');
  return EXIT.found;
}

/** The engine puts its hint behind the message; here it has a line of its own. */
export function withoutHint({ message, hint }: LogError): string {
  return hint && message.endsWith(` ${hint}`) ? message.slice(0, -hint.length - 1) : message;
}
