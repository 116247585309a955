/** `append-log history`: everything that happened to one key, over the active log, backups and archives. */
import type { Command } from 'commander';
import type { LogEntry } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { reading } from '../directory.js';
import { EXIT } from '../exit.js';
import { keyPlace, LOG_MAY_BE_LEFT_OUT, onlyLog } from '../key-place.js';
import { keyText, plainText, shortValue } from '../printable.js';
import type { Terminal, TerminalOptions } from '../terminal.js';
import { type MemberChange, memberChanges, memberChangeText } from '../value-changes.js';

interface KeyEvent {
  timestamp: string;
  seq?: number;
  /** `known`: a CHECKPOINT, older than which nothing is kept, has the value. */
  kind: 'known' | 'set' | 'deleted';
  value?: unknown;
  changes: MemberChange[];
  actor?: string;
  reason?: string;
}

export function historyCommand(): Command {
  const made = command('history <log> [key]', 'everything that happened to one key: when, what, who and why', [
    'history data players user123',
    'history data user123',
    'history data players user123 --json | jq ".events[].changes"',
  ]).addHelpText('after', `\n${LOG_MAY_BE_LEFT_OUT}`);
  return act(made, async (terminal, _options: TerminalOptions, directory, first, second) => {
    const dataDir = directory as string;
    const place = await keyPlace(dataDir, first as string, second, 'ever');
    const { key } = place;
    const name = onlyLog(place);
    const events = await reading(dataDir, async (engine) => {
      const events: KeyEvent[] = [];
      if (name === undefined) return events;
      await engine.openLog(name);
      for await (const entry of engine.stream(name, { key, backups: true })) {
        const event = eventOf(entry, key, events.at(-1)?.value);
        if (event) events.push(event);
      }
      return events;
    });
    if (terminal.json) await terminal.document({ log: name, key, events });
    else for (const event of events) await printEvent(terminal, event);
    if (events.length > 0) return EXIT.done;
    terminal.complain(`Nothing kept of ${name ?? 'any log'} tells of the key ${keyText(key)}.`);
    return EXIT.found;
  });
}

/** Undefined where nothing happened to the key. */
function eventOf(entry: LogEntry, key: string, before: unknown): KeyEvent | undefined {
  const { timestamp, seq, op, meta } = entry;
  const whole = op === 'CHECKPOINT' ? entry.state : entry.key === undefined ? entry.data : undefined;
  const value = whole ? (Object.hasOwn(whole, key) ? whole[key] : undefined) : entry.value;
  const changes = memberChanges(before, value);
  // A CHECKPOINT repeats what is known; it tells something only where nothing older is kept.
  if (op === 'CHECKPOINT' && changes.length === 0) return undefined;
  if (whole && value === undefined && before === undefined) return undefined;
  return {
    timestamp,
    ...(seq !== undefined && { seq }),
    kind: op === 'CHECKPOINT' ? 'known' : value === undefined ? 'deleted' : 'set',
    ...(value !== undefined && { value }),
    changes,
    ...(meta?.actor !== undefined && { actor: meta.actor }),
    ...(meta?.reason !== undefined && { reason: meta.reason }),
  };
}

async function printEvent(terminal: Terminal, event: KeyEvent): Promise<void> {
  const { colours } = terminal;
  const { timestamp, seq, kind, value, changes, actor, reason } = event;
  const paint = { known: colours.cyan, set: colours.green, deleted: colours.red }[kind];
  const who = [actor && `by ${plainText(actor)}`, reason && `(${plainText(reason)})`].filter(Boolean).join(' ');
  await terminal.line(
    [colours.dim(plainText(timestamp)), `#${seq ?? '-'}`, paint(kind), who].filter(Boolean).join('  '),
  );
  if (kind === 'deleted') return;
  const isWhole = changes.length === 0 || changes.some(({ path }) => path === '');
  if (isWhole) await terminal.line(`    ${changes[0] ? memberChangeText(changes[0]) : shortValue(value)}`);
  else for (const change of changes) await terminal.line(`    ${memberChangeText(change)}`);
}
