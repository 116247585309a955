import { describe, expect, test } from '@jest/globals';
import { readCommandLine, USAGE, WrongUsage } from '../../crash/lab/command-line.js';
import { EXPERIMENTS } from '../../crash/lab/experiments.js';

const namesOf = (...words: string[]) => readCommandLine(words).experiments.map(({ name }) => name);
const ALL = EXPERIMENTS.map(({ name }) => name);

describe('the command line of the crash lab', () => {
  test('without a word asks for one round of each experiment, but for those of long runs', () => {
    const { experiments, ...rest } = readCommandLine([]);
    expect(rest).toEqual({ minutes: undefined, seed: undefined, json: false, instead: undefined });
    expect(experiments.map(({ name }) => name)).toEqual(ALL.filter((name) => name !== 'thorough-faults'));
    expect(namesOf('--minutes', '1')).toEqual(ALL);
  });

  test('names experiments, a time and a seed', () => {
    expect(namesOf('--only', 'fuzz,damage', '--only', 'model')).toEqual(['fuzz', 'damage', 'model']);
    expect(namesOf('--only', 'thorough-faults')).toEqual(['thorough-faults']);
    expect(readCommandLine(['--minutes', '0.5', '--seed', '0', '--json'])).toMatchObject({
      minutes: 0.5,
      seed: 0,
      json: true,
    });
    expect(readCommandLine(['--seed=4294967295'])).toMatchObject({ seed: 4294967295 });
  });

  test('may ask for words instead', () => {
    expect(readCommandLine(['--list'])).toMatchObject({ instead: 'list' });
    expect(readCommandLine(['-h', '--list'])).toMatchObject({ instead: 'help' });
    for (const option of ['--minutes', '--only', '--seed', '--list', '--json']) expect(USAGE).toContain(option);
  });

  test.each([
    [['--minutes', 'ten'], '--minutes wants a number above 0, not "ten"'],
    [['--minutes', '0'], 'above 0'],
    [['--minutes='], 'above 0'],
    [['--minutes', 'Infinity'], 'above 0'],
    [['--seed', '1.5'], '--seed wants a whole number from 0 to 4294967295, not "1.5"'],
    [['--seed', '4294967296'], 'whole number'],
    [['--seed', '-1'], "'--seed'"],
    [['--only', 'fuz'], 'There is no experiment "fuz"; there are power-loss, '],
    [['--only', 'fuzz,'], 'There is no experiment ""'],
    [['--ever'], "Unknown option '--ever'"],
    [['fuzz'], "Unexpected argument 'fuzz'"],
  ])('%j is wrong', (words, complaint) => {
    expect(() => readCommandLine(words)).toThrow(WrongUsage);
    expect(() => readCommandLine(words)).toThrow(complaint);
  });
});

test('every experiment has a name of its own and says what it tries', () => {
  expect(new Set(ALL).size).toBe(ALL.length);
  for (const { name, summary } of EXPERIMENTS) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(summary).toMatch(/^[A-Z].*\.$/);
  }
});
