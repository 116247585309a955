// @ts-check
import { growthPage } from './report/growth-page.js';
import { growthPlotOf } from './report/line-plot.js';
import { circumstances } from './report/results.js';
import { writeResults } from './report/write.js';
import { Run } from './run.js';
import { scenario } from './scenarios/growth.js';
import { figureOf } from './scenarios/scenario.js';
import { median } from './statistics.js';

/** @typedef {{ keys: number, figures: Record<string, number> }} GrowthRow figures by `entrant.figure` */

/**
 * @param {import('./workspace.js').Workspace} workspace
 * @param {import('./options.js').Options} options
 * @param {(text: string) => void} tell
 */
export async function growth(workspace, options, tell) {
  /** @type {GrowthRow[]} */
  const rows = [];
  for (const keys of decadesUpTo(options.keys, options.quick)) {
    const run = new Run(workspace, { ...options, participants: ['ours'] }, new Map(), tell);
    tell(`${keys.toLocaleString('en-US')} keys\n`);
    const outcome = await run.measure({ ...scenario, sizes: { full: { keys }, quick: { keys } } });
    run.keepFixturesOf([]);
    rows.push({ keys, figures: figuresOf(outcome) });
  }
  const results = {
    ...circumstances(),
    rounds: options.rounds,
    quick: options.quick,
    mainFiles: options.mainFiles,
    rows,
  };
  const name = options.quick ? 'quick-growth' : 'growth';
  return writeResults(name, { md: growthPage(results, `${name}.svg`), svg: growthPlotOf(results), json: results });
}

/** @param {number} most @param {boolean} quick */
function decadesUpTo(most, quick) {
  const counts = [];
  for (let keys = quick ? 1e3 : 1e4; keys <= (quick ? 1e4 : most); keys *= 10) counts.push(keys);
  return counts;
}

/** @param {import('./run.js').Outcome} outcome */
function figuresOf({ entrants, rounds }) {
  /** @type {Record<string, number>} */
  const figures = {};
  for (const { id } of entrants) {
    for (const { name } of scenario.figures) {
      const values = rounds.map((round) => figureOf(round, id, name)).filter((value) => value !== undefined);
      if (values.length > 0) figures[`${id}.${name}`] = median(values);
    }
  }
  return figures;
}
