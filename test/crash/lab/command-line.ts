/** The words behind `npm run crash-lab --`: what they ask for, or what is wrong with them. */
import { parseArgs } from 'node:util';
import type { Experiment } from './experiment.js';
import { EXPERIMENTS, FOR_LONG_RUNS } from './experiments.js';

export interface Wanted {
  experiments: readonly Experiment[];
  /** How long to go on; one round of each where it is undefined. */
  minutes: number | undefined;
  /** Of the first round; the ones after it count on from there. */
  seed: number | undefined;
  json: boolean;
  /** Only words are wanted, no rounds. */
  instead: 'help' | 'list' | undefined;
}

export const USAGE = `Usage: npm run crash-lab -- [options]

Tries to break the engine: one round of each experiment, which takes two or three minutes.

  --minutes N    go on with fresh seeds for N minutes, sharing the time between the experiments
  --only a,b     these experiments only
  --seed S       begin with this seed; with --only and one experiment it repeats exactly that round
  --list         name the experiments and what they try
  --json         print nothing but a report as JSON
  --help         this text

Exit status: 0 where nothing was found, 1 where something was, 2 where the words are wrong, 130 where it was interrupted.
`;

/** What was asked for cannot be done; the message says why. */
export class WrongUsage extends Error {}

const OPTIONS = {
  minutes: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string', multiple: true },
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws WrongUsage */
export function readCommandLine(words: readonly string[]): Wanted {
  const values = parsed(words);
  const minutes = values.minutes === undefined ? undefined : minutesOf(values.minutes);
  const only = values.only?.flatMap((names) => names.split(',')).map((name) => name.trim());
  return {
    experiments: only
      ? only.map(named)
      : EXPERIMENTS.filter((each) => minutes !== undefined || !FOR_LONG_RUNS.has(each)),
    minutes,
    seed: values.seed === undefined ? undefined : seedOf(values.seed),
    json: values.json ?? false,
    instead: values.help ? 'help' : values.list ? 'list' : undefined,
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, strict: true }).values;
  } catch (error) {
    // What Node says goes on about positional arguments, which there are none of.
    throw new WrongUsage((error as Error).message.split(/\.?\n|\. |\.$/, 1)[0]);
  }
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== '' && minutes > 0 && Number.isFinite(minutes)) return minutes;
  throw new WrongUsage(`--minutes wants a number above 0, not "${text}"`);
}

function seedOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new WrongUsage(`--seed wants a whole number from 0 to ${2 ** 32 - 1}, not "${text}"`);
}

function named(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (found) return found;
  const names = EXPERIMENTS.map((experiment) => experiment.name).join(', ');
  throw new WrongUsage(`There is no experiment "${name}"; there are ${names}`);
}
