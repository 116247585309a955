// @ts-check
import { withUnit } from './units.js';

/** @param {import('./results.js').Results} results @param {string} plot its file name */
export function markdownOf(results, plot) {
  const { scenarios } = results;
  return [
    '# Benchmarks',
    circumstancesText(results),
    ...warnings(results),
    `![Every scenario, against its raw limit](${plot})`,
    '## Goals',
    table(
      ['', 'Goal', 'Target', 'Measured', ''],
      scenarios.flatMap(({ id, goals }) =>
        goals.map((goal) => [
          id,
          goal.stretch ? `${goal.text} (stretch)` : goal.text,
          goal.target,
          goal.measured,
          goal.verdict,
        ]),
      ),
    ),
    ...scenarios.flatMap(scenarioSection),
    '## Versions',
    Object.entries(results.versions)
      .map(([name, version]) => `- ${name}: ${version}`)
      .join('\n'),
    '',
  ].join('\n\n');
}

/** @param {Pick<import('./results.js').Results, 'takenAt' | 'node' | 'cores' | 'processor' | 'kernel'>} results */
export function machineText({ takenAt, node, cores, processor, kernel }) {
  return `Taken ${takenAt.slice(0, 16).replace('T', ' ')} UTC with Node ${node} on ${cores} cores (${processor}), ${kernel}`;
}

/** @param {number} rounds */
export function roundsText(rounds) {
  return rounds === 1 ? 'one round' : `medians of ${rounds} interleaved rounds`;
}

/** @param {import('./results.js').Results} results */
function circumstancesText(results) {
  return (
    `${machineText(results)}; rounds are interleaved. Each measurement runs in a process and a directory of its own. Ratios hold on ` +
    'other machines, absolute figures do not: each scenario names its stick, the raw limit measured in the same ' +
    `run. Main files (the JSON views) are ${results.mainFiles ? 'on, as they are by default' : 'off'}.`
  );
}

/** @param {import('./results.js').Results} results */
function warnings({ quick, isInMemory }) {
  const texts = [];
  if (quick) texts.push('**Small sizes (`--quick`): these figures only show that everything runs.**');
  if (isInMemory) texts.push('**The temporary directory is in memory: durable figures mean nothing. Set `TMPDIR`.**');
  return texts;
}

/** @param {import('./results.js').ScenarioResult} scenario */
function scenarioSection({ id, title, what, rounds, stick, ratio, figures, entrants }) {
  const shown = figures.filter(({ name }) => entrants.some(({ medians }) => medians[name] !== undefined));
  const [first, ...others] = shown;
  if (!first) return [`## ${id} · ${title}`, 'Nothing was measured.'];
  const better = ratio === 'speed' ? 'greater is better' : 'smaller is better';
  return [
    `## ${id} · ${title}`,
    `${what[0]?.toUpperCase()}${what.slice(1)}; ${roundsText(rounds)}. Stick: ${stick}. × stick is about ${first.label}; ${better}.`,
    table(
      ['', '× stick', first.label, ...others.map(({ label }) => label)],
      entrants.map((entrant) => [
        entrant.participant === 'ours' ? `**${entrant.label}**` : entrant.label,
        entrant.fails ?? withUnit(entrant.timesStick, '×'),
        ...shown.map(({ name, unit }) => withUnit(entrant.medians[name], unit)),
      ]),
    ),
  ];
}

/** @param {string[]} head @param {string[][]} rows */
export function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, i) => (i < 1 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
