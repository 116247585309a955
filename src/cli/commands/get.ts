/** `append-log get`: the value of a key, now or as of a moment. */
import type { Command } from 'commander';
import { act, command } from '../command.js';
import { reading } from '../directory.js';
import { EXIT } from '../exit.js';
import { keyPlace, LOG_MAY_BE_LEFT_OUT, onlyLog } from '../key-place.js';
import { describePoint, engineTime, POINT_HELP, parsePoint } from '../point.js';
import { jsonText, keyText } from '../printable.js';
import type { TerminalOptions } from '../terminal.js';

export function getCommand(): Command {
  const made = command('get <log> [key]', 'the value of a key, now or as of a moment', [
    'get data players user123',
    'get data user123',
    "get data players user123 --at 'friday 18:00'",
  ])
    .option('--at <point>', 'as of this moment')
    .addHelpText(
      'after',
      `\n${POINT_HELP}\n\n${LOG_MAY_BE_LEFT_OUT}\nThe exit status is 1 where there is no such key.`,
    );
  return act(made, async (terminal, options: TerminalOptions & { at?: string }, directory, first, second) => {
    const dataDir = directory as string;
    const at = options.at === undefined ? undefined : parsePoint(options.at, new Date(), '--at');
    if (at) terminal.say(`At ${describePoint(at)}`);
    const place = await keyPlace(dataDir, first as string, second, at ? 'ever' : 'now');
    const { key } = place;
    const name = onlyLog(place);
    const value = await reading(dataDir, async (engine) => {
      if (name === undefined) return undefined;
      await engine.openLog(name);
      if (!at) return engine.get(name, key);
      const state = await engine.rebuildState(name, { at: engineTime(at) });
      return Object.hasOwn(state, key) ? state[key] : undefined;
    });
    const found = value !== undefined;
    if (terminal.json) {
      await terminal.document({ log: name, key, ...(at && { at: engineTime(at) }), found, ...(found && { value }) });
    } else if (found) await terminal.line(jsonText(value, 2));
    else terminal.complain(`There is no key ${keyText(key)} in ${name ?? 'any log'}${at ? ' at that moment' : ''}.`);
    return found ? EXIT.done : EXIT.found;
  });
}
