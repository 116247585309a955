/** Prints what differs between two states, key by key. */
import type { StateChange } from '../storage/log/index.js';
import { keyText, shortValue } from './printable.js';
import type { Terminal } from './terminal.js';
import { memberChanges, memberChangeText } from './value-changes.js';

export async function printChanges(terminal: Terminal, log: string, changes: readonly StateChange[]): Promise<void> {
  const { colours } = terminal;
  for (const { key, kind, from, to } of changes) {
    const name = `${log} ${keyText(key)}`;
    if (kind === 'added') await terminal.line(colours.green(`+ ${name} ${shortValue(to)}`));
    else if (kind === 'removed') await terminal.line(colours.red(`- ${name} ${shortValue(from)}`));
    else {
      await terminal.line(colours.yellow(`~ ${name}`));
      for (const change of memberChanges(from, to)) await terminal.line(`    ${memberChangeText(change)}`);
    }
  }
}

/** `2 added, 1 changed, 0 removed`. */
export function changesText(changes: readonly StateChange[]): string {
  const count = (kind: StateChange['kind']) => changes.filter((change) => change.kind === kind).length;
  return `${count('added')} added, ${count('changed')} changed, ${count('removed')} removed`;
}
