/** What the lab tells: who and where at the start, a line per experiment on the way, a table and every violation at the end. */
import type { Campaign, Tally } from './campaign.js';
import type { Experiment } from './experiment.js';

export type Style = 'bold' | 'dim' | 'green' | 'red';
export type Paint = (style: Style, text: string) => string;
export const unpainted: Paint = (_, text) => text;

/** Where and on what the lab runs. */
export interface Place {
  version: string;
  node: string;
  system: string;
  cores: number;
}

export type Ending = 'finished' | 'interrupted';

/** Of a round that finds much, the first say what is wrong, the others mostly what comes of it. */
const SHOWN_OF_A_ROUND = 3;
const SHOWN_ROUNDS = 5;
const LONGEST_TEXT = 1500;
const GAP = '  ';
const MARK = '  ';

export const count = (n: number): string => n.toLocaleString('en-US');

export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

export const numbered = (n: number, one: string): string => `${count(n)} ${one}${n === 1 ? '' : 's'}`;

export function repeatCommand(experiment: string, seed: number): string {
  return `npm run crash-lab -- --only ${experiment} --seed ${seed}`;
}

export function heading(place: Place, campaign: Campaign, paint: Paint): string {
  const { tallies, minutes, firstSeed } = campaign;
  const { version, node, system, cores } = place;
  const howLong = minutes === undefined ? 'one round each' : `for ${numbered(minutes, 'minute')}`;
  return [
    `${paint('bold', 'Crash lab')} of nest-append-log ${version} · Node ${node} · ${system} · ${numbered(cores, 'core')}`,
    `${numbered(tallies.length, 'experiment')}, ${howLong} · first seed ${firstSeed}`,
    '',
  ].join('\n');
}

/** One line for each experiment, as it stands. */
export function progressLines({ tallies, running }: Campaign, paint: Paint): string[] {
  const names = widest(tallies.map(({ experiment }) => experiment.name));
  return tallies.map((tally) => {
    const { experiment, rounds, ms, violations } = tally;
    const isRunning = running?.tally === tally;
    const tried = new Map(tally.tried);
    if (isRunning) for (const [what, times] of running.round.tried) tried.set(what, (tried.get(what) ?? 0) + times);
    const found = violations.length + (isRunning ? running.round.violations.length : 0);
    const spent = ms + (isRunning ? performance.now() - running.since : 0);
    const mark = isRunning ? '▸' : rounds === 0 ? '·' : found > 0 ? paint('red', '✗') : paint('green', '✓');
    const name = experiment.name.padEnd(names);
    if (rounds === 0 && !isRunning) return `${mark} ${paint('dim', name)}`;
    const often = [...tried].sort(([, a], [, b]) => b - a)[0];
    return [
      `${mark} ${name}`,
      numbered(rounds, 'round').padStart(12),
      duration(spent).padStart(12),
      found > 0 ? paint('red', numbered(found, 'violation')) : undefined,
      often && paint('dim', `${count(often[1])} ${often[0]}`),
    ]
      .filter((part) => part !== undefined)
      .join(GAP);
  });
}

/** How far it is, in one line for a file that is read later. */
export function progressInAWord(campaign: Campaign): string {
  const { tallies, running, ms } = campaign;
  const rounds = tallies.reduce((sum, tally) => sum + tally.rounds, 0);
  const found = tallies.reduce((sum, { violations }) => sum + violations.length, 0);
  const now = running ? `, at ${running.tally.experiment.name} with seed ${running.round.seed}` : '';
  return `${duration(ms)}: ${numbered(rounds, 'round')}, ${numbered(found, 'violation')}${now}`;
}

export function finalReport(campaign: Campaign, ending: Ending, width: number, paint: Paint): string {
  const { tallies, ms } = campaign;
  const found = tallies.reduce((sum, { violations }) => sum + violations.length, 0);
  const rounds = tallies.reduce((sum, tally) => sum + tally.rounds, 0);
  const verdict = found > 0 ? paint('red', numbered(found, 'violation')) : paint('green', 'Nothing was found');
  return [
    ...table(tallies, width, paint),
    '',
    ...tallies.flatMap((tally) => violationsOf(tally, paint)),
    `${verdict} in ${numbered(rounds, 'round')}; ${ending} after ${duration(ms)}.`,
    '',
  ].join('\n');
}

/** Experiment, rounds, time, violations, and what was tried, which goes on under itself. */
function table(tallies: readonly Tally[], width: number, paint: Paint): string[] {
  const rows = [
    ['experiment', 'rounds', 'time', 'violations'],
    ...tallies.map(({ experiment, rounds, ms, violations }) => [
      experiment.name,
      count(rounds),
      rounds === 0 ? '–' : duration(ms),
      count(violations.length),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => widest(rows.map((row) => row[column] as string)));
  const room = Math.max(40, width - widths.reduce((sum, each) => sum + each + GAP.length, 0));
  return rows.flatMap((row, i) => {
    const tally = tallies[i - 1];
    const cells = row.map((cell, column) => {
      const text = column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number);
      if (tally && column === 3 && tally.violations.length > 0) return paint('red', text);
      return tally ? text : paint('bold', text);
    });
    const tried = tally ? wrapped(triedIn(tally), room) : [paint('bold', 'tried')];
    const indent = ' '.repeat(widths.reduce((sum, each) => sum + each + GAP.length, 0));
    const [first = '', ...rest] = tried;
    return [`${cells.join(GAP)}${GAP}${first}`.trimEnd(), ...rest.map((line) => indent + line)];
  });
}

function triedIn({ tried }: Tally): string[] {
  return [...tried].sort(([, a], [, b]) => b - a).map(([what, times]) => `${count(times)} ${what}`);
}

/** Puts items into lines, commas between them; none is broken. */
function wrapped(items: readonly string[], room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [i, item] of items.entries()) {
    const text = i === items.length - 1 ? item : `${item},`;
    if (line !== '' && line.length + 1 + text.length > room) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? text : ` ${text}`;
  }
  return line === '' ? lines : [...lines, line];
}

function violationsOf({ experiment, violations }: Tally, paint: Paint): string[] {
  const bySeed = new Map<number, string[]>();
  for (const { seed, text } of violations) bySeed.set(seed, [...(bySeed.get(seed) ?? []), text]);
  const lines = [...bySeed]
    .slice(0, SHOWN_ROUNDS)
    .flatMap(([seed, texts]) => [
      `${paint('red', `${experiment.name}, seed ${seed}`)}: ${numbered(texts.length, 'violation')}`,
      ...texts.slice(0, SHOWN_OF_A_ROUND).flatMap((text) => indented(shortened(text))),
      ...(texts.length > SHOWN_OF_A_ROUND ? [`${MARK}… and ${count(texts.length - SHOWN_OF_A_ROUND)} more`] : []),
      `${MARK}repeat: ${paint('bold', repeatCommand(experiment.name, seed))}`,
      '',
    ]);
  if (bySeed.size <= SHOWN_ROUNDS) return lines;
  return [...lines, `${experiment.name}: ${numbered(bySeed.size - SHOWN_ROUNDS, 'more round')} with violations`, ''];
}

function shortened(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${count(text.length)} characters)` : text;
}

function indented(text: string): string[] {
  return text.split('\n').map((line, i) => `${MARK}${i === 0 ? '- ' : '  '}${line}`);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

/** Everything, for programs. */
export function jsonReport(place: Place, campaign: Campaign, ending: Ending): string {
  const { tallies, firstSeed, minutes, ms } = campaign;
  const experiments = tallies.map((tally) => ({
    name: tally.experiment.name,
    rounds: tally.rounds,
    ms: Math.round(tally.ms),
    tried: Object.fromEntries(tally.tried),
    violations: tally.violations.map(({ seed, text }) => ({
      seed,
      text,
      repeat: repeatCommand(tally.experiment.name, seed),
    })),
  }));
  const violations = experiments.reduce((sum, each) => sum + each.violations.length, 0);
  const report = { ...place, firstSeed, minutes, ending, ms: Math.round(ms), violations, experiments };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** What `--list` prints. */
export function listing(experiments: readonly Experiment[], width: number, paint: Paint): string {
  const names = widest(experiments.map(({ name }) => name));
  const lines = experiments.flatMap(({ name, summary }) => {
    const [first = '', ...rest] = broken(summary, Math.max(40, width - names - GAP.length));
    return [`${paint('bold', name.padEnd(names))}${GAP}${first}`, ...rest.map((line) => ' '.repeat(names + 2) + line)];
  });
  return `${lines.join('\n')}\n`;
}

function broken(text: string, room: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
