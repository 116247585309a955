// @ts-check
import { parseArgs } from 'node:util';
import { PARTICIPANTS } from './participants/store.js';
import { SCENARIOS, scenarioNamed } from './scenarios/index.js';

export const HELP = `npm run bench -- [options]

  --only S1,S4            these scenarios only: ${SCENARIOS.map(({ id }) => id).join(', ')}
  --participants a,b      these only: ${PARTICIPANTS.join(', ')}
  --rounds N              interleaved rounds, of which the medians are given (3)
  --quick                 small sizes, one round: does everything still run? The figures mean nothing
  --no-main-files         ours without its JSON views, which are on by default as they are for users
  --output NAME           results go to bench/results/NAME.md, .svg and .json
                          (latest; quick and part for a part of the whole)
  --profile S2            runs our own part of one scenario under the sampling profiler and names what took the time
  --growth                how opening, memory, append, get and compaction grow with the number of keys
  --keys N                the most keys (1e6): of --growth, in powers of ten from 10,000; 1e7 and more has S6
                          open ten million, too
  --cluster               the replicated engine on one nats-server and on three, beside the raw limit and the files
  --help
`;

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} words */
export function readOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      only: { type: 'string' },
      participants: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-main-files': { type: 'boolean', default: false },
      output: { type: 'string' },
      profile: { type: 'string' },
      growth: { type: 'boolean', default: false },
      keys: { type: 'string', default: '1e6' },
      cluster: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    scenarios: values.only === undefined ? [...SCENARIOS] : listed(values.only).map(scenarioNamed),
    participants: participantsOf(values.participants),
    rounds: wholeNumber('rounds', values.rounds ?? (values.quick ? '1' : '3')),
    quick: values.quick,
    mainFiles: !values['no-main-files'],
    output: values.output ?? outputOf(values),
    profile: values.profile === undefined ? undefined : scenarioNamed(values.profile),
    growth: values.growth,
    keys: wholeNumber('keys', values.keys),
    cluster: values.cluster,
    help: values.help,
  };
}

/** A part of the whole does not take its place. @param {{ quick: boolean, only?: string, participants?: string }} values */
function outputOf({ quick, only, participants }) {
  if (quick) return 'quick';
  return only === undefined && participants === undefined ? 'latest' : 'part';
}

/** @param {string | undefined} text */
function participantsOf(text) {
  if (text === undefined) return [...PARTICIPANTS];
  const names = listed(text);
  const unknown = names.find((name) => !PARTICIPANTS.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no participant ${unknown}; there are ${PARTICIPANTS.join(', ')}.`);
  return names;
}

/** @param {string} text */
function listed(text) {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** @param {string} name @param {string} text */
function wholeNumber(name, text) {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number, got ${text}.`);
  return number;
}
