/** `append-log get`: the value of a key, now or as of a moment. */
import type { Command } from 'commander';
import { act, command } from '../command.js';
import { chosenLogs, reading } from '../directory.js';
import { EXIT } from '../exit.js';
import { describePoint, engineTime, POINT_HELP, parsePoint } from '../point.js';
import { jsonText, keyText } from '../printable.js';
import type { TerminalOptions } from '../terminal.js';

export function getCommand(): Command {
  const made = command('get <log> <key>', 'the value of a key, now or as of a moment', [
    'get data players user123',
    "get data players user123 --at 'friday 18:00'",
  ])
    .option('--at <point>', 'as of this moment')
    .addHelpText('after', `\n${POINT_HELP}\n\nThe exit status is 1 where there is no such key.`);
  return act(made, async (terminal, options: TerminalOptions & { at?: string }, directory, log, key) => {
    const dataDir = directory as string;
    const [name] = (await chosenLogs(dataDir, log)) as [string];
    const at = options.at === undefined ? undefined : parsePoint(options.at, new Date(), '--at');
    if (at) terminal.say(`At ${describePoint(at)}`);
    const value = await reading(dataDir, async (engine) => {
      await engine.openLog(name);
      if (!at) return engine.get(name, key as string);
      const state = await engine.rebuildState(name, { at: engineTime(at) });
      return Object.hasOwn(state, key as string) ? state[key as string] : undefined;
    });
    const found = value !== undefined;
    if (terminal.json) {
      await terminal.document({ log: name, key, ...(at && { at: engineTime(at) }), found, ...(found && { value }) });
    } else if (found) await terminal.line(jsonText(value, 2));
    else terminal.complain(`There is no key ${keyText(key as string)} in ${name}${at ? ' at that moment' : ''}.`);
    return found ? EXIT.done : EXIT.found;
  });
}
