import { describe, expect, test } from '@jest/globals';
import { Campaign } from '../../crash/lab/campaign.js';
import type { Experiment, Round } from '../../crash/lab/experiment.js';
import { Progress } from '../../crash/lab/progress.js';
import {
  count,
  duration,
  finalReport,
  heading,
  jsonReport,
  listing,
  type Place,
  progressInAWord,
  progressLines,
  unpainted,
} from '../../crash/lab/report.js';

const place: Place = { version: '1.2.3', node: '20.20.0', system: 'linux x64', cores: 2 };

function experiment(name: string, run: (round: Round) => void): Experiment {
  return { name, summary: `Tries ${name}.`, run: async (round) => run(round) };
}

const sound = experiment('sound', (round) => {
  round.count('rare things', 2);
  round.count('states', 12_345);
});
const unsound = experiment('unsound-one', (round) => {
  round.count('states');
  for (let i = 1; i <= 5; i += 1) round.violations.push(`violation ${i}\nat line ${i}`);
});

async function lab(experiments: Experiment[], minutes?: number): Promise<Campaign> {
  const campaign = new Campaign(experiments, 7, minutes);
  await campaign.run(() => undefined);
  return campaign;
}

test.each([
  [0, '0.0 s'],
  [1234, '1.2 s'],
  [59_990, '1 min 00 s'],
  [125_400, '2 min 05 s'],
  [3_599_900, '1 h 00 min'],
  [3_700_000, '1 h 02 min'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

test('large numbers have separators', () => expect(count(1_234_567)).toBe('1,234,567'));

describe('the report', () => {
  test('begins with what repeats it', () => {
    const once = heading(place, new Campaign([sound, unsound], 7, undefined), unpainted);
    expect(once).toContain('Crash lab of nest-append-log 1.2.3 · Node 20.20.0 · linux x64 · 2 cores');
    expect(once).toContain('2 experiments, one round each · first seed 7');
    expect(heading(place, new Campaign([sound], 7, 90), unpainted)).toContain('1 experiment, for 90 minutes');
  });

  test('puts what was tried into aligned columns', async () => {
    const text = finalReport(await lab([sound, unsound]), 'finished', 80, unpainted);
    const [head = '', first = '', second = ''] = text.split('\n');
    expect(head).toMatch(/^experiment {3}rounds {2} +time {2}violations {2}tried$/);
    expect(first).toMatch(/^sound {8} +1 {2}0\.\d s {11}0 {2}12,345 states, 2 rare things$/);
    expect(second).toMatch(/^unsound-one {2} +1 {2}0\.\d s {11}5 {2}1 states$/);
    expect(first.indexOf('12,345')).toBe(head.indexOf('tried'));
  });

  test('goes on below where the line is full', async () => {
    const many = experiment('many', (round) => {
      for (let i = 0; i < 9; i += 1) round.count(`things of kind ${i}`, 100 - i);
    });
    const lines = finalReport(await lab([many]), 'finished', 80, unpainted).split('\n');
    const table = lines.slice(0, lines.indexOf(''));
    expect(table.length).toBeGreaterThan(3);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
    const at = (lines[0] as string).indexOf('tried');
    for (const line of table.slice(2)) expect(line).toMatch(new RegExp(`^ {${at}}\\d+ things`));
  });

  test('names the seed of each violation and the command that repeats it', async () => {
    const text = finalReport(await lab([sound, unsound]), 'finished', 80, unpainted);
    expect(text).toContain('unsound-one, seed 7: 5 violations');
    expect(text).toContain('  - violation 1\n    at line 1\n');
    expect(text).toContain('  … and 2 more\n');
    expect(text).toContain('  repeat: npm run crash-lab -- --only unsound-one --seed 7\n');
    expect(text).toMatch(/\n5 violations in 2 rounds; finished after 0\.\d s\.\n$/);
  });

  test('says that nothing was found', async () => {
    const text = finalReport(await lab([sound]), 'interrupted', 80, unpainted);
    expect(text).toMatch(/\nNothing was found in 1 round; interrupted after 0\.\d s\.\n$/);
  });

  test('is whole as JSON', async () => {
    const report = JSON.parse(jsonReport(place, await lab([sound, unsound]), 'finished')) as Record<string, unknown>;
    expect(report).toMatchObject({ ...place, firstSeed: 7, ending: 'finished', violations: 5 });
    const [first, second] = report.experiments as [object, { violations: object[] }];
    expect(first).toMatchObject({ name: 'sound', rounds: 1, tried: { states: 12_345 }, violations: [] });
    expect(second.violations).toHaveLength(5);
    expect(second.violations[4]).toEqual({
      seed: 7,
      text: 'violation 5\nat line 5',
      repeat: 'npm run crash-lab -- --only unsound-one --seed 7',
    });
  });

  test('lists the experiments', () => {
    expect(listing([sound, unsound], 80, unpainted)).toBe(
      'sound        Tries sound.\nunsound-one  Tries unsound-one.\n',
    );
  });
});

describe('a campaign', () => {
  test('shares its time fairly, counting the seeds on from the first', async () => {
    const seeds: Record<string, number[]> = { slow: [], quick: [] };
    const lasting = (name: string, ms: number): Experiment => ({
      name,
      summary: '',
      async run({ seed }) {
        seeds[name]?.push(seed);
        await new Promise((resolve) => setTimeout(resolve, ms));
      },
    });
    const { tallies } = await lab([lasting('slow', 80), lasting('quick', 10)], 0.8 / 60);
    const [slow, quick] = tallies.map(({ rounds }) => rounds) as [number, number];
    expect(slow).toBeGreaterThanOrEqual(1);
    expect(quick).toBeGreaterThan(slow);
    expect(seeds.quick).toEqual(Array.from({ length: quick }, (_, i) => 7 + i));
  });

  test('takes an experiment that throws for a finding', async () => {
    const [tally] = (
      await lab([
        experiment('broken', () => {
          throw new Error('by itself');
        }),
      ])
    ).tallies;
    expect(tally?.violations).toEqual([{ seed: 7, text: expect.stringContaining('by itself') }]);
  });

  test('that is stopped counts what was found until then, and nothing of what comes of it', async () => {
    let goOn: () => void = () => undefined;
    const waiting: Experiment = {
      name: 'waiting',
      summary: '',
      async run(round) {
        round.count('states', 3);
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        round.violations.push(`enough: ${round.enough()}`);
      },
    };
    const campaign = new Campaign([waiting, sound], 7, undefined);
    const over = campaign.run(() => undefined);
    expect(progressLines(campaign, unpainted)).toEqual([expect.stringMatching(/^▸ waiting .* 3 states$/), '· sound  ']);
    campaign.stop();
    goOn();
    await over;
    expect(campaign.tallies.map(({ rounds, violations }) => [rounds, violations.length])).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(campaign.tallies[0]?.tried.get('states')).toBe(3);
  });
});

describe('on the way', () => {
  async function shown(isTTY: boolean): Promise<string> {
    let text = '';
    const write = (piece: string): void => {
      text += piece;
    };
    const screen = { isTTY, columns: 60, rows: 20, write };
    const campaign = new Campaign([sound, unsound], 7, undefined);
    const progress = new Progress(campaign, screen, unpainted);
    await campaign.run(() => progress.changed());
    progress.end();
    expect(progressInAWord(campaign)).toMatch(/^0\.\d s: 2 rounds, 5 violations$/);
    return text;
  }

  test('a terminal shows a line for each experiment, drawn over until the report takes its place', async () => {
    const frames = (await shown(true)).split('\x1b[2A\r\x1b[J');
    expect(frames[0]?.replace('\x1b[J', '')).toMatch(/^▸ sound .*\n· unsound-one\n$/);
    expect(frames.at(-2)).toMatch(/^✓ sound +1 round .* 12,345 states\n✗ unsound-one +1 round .* 5 violations .*\n$/);
    expect(frames.at(-1)).toBe('');
    for (const line of frames.join('').split('\n')) expect(line.length).toBeLessThan(63);
  });

  test('a file is told of violations as they are found', async () => {
    expect(await shown(false)).toBe('Violations: npm run crash-lab -- --only unsound-one --seed 7\n');
  });
});
