// @ts-check
import { clusterPage } from './report/cluster-page.js';
import { circumstances } from './report/results.js';
import { writeResults } from './report/write.js';
import { Run } from './run.js';
import { scenario } from './scenarios/cluster.js';
import { figureOf, timesAs } from './scenarios/scenario.js';
import { median } from './statistics.js';

export const CLUSTER = ['ours', 'jetstream', 'raw-jetstream'];
/** Whom each entrant is compared with; medians of the rounds' own ratios. */
const COMPARED = [
  { id: 'ours-1', others: ['raw-1', 'files'] },
  { id: 'ours-3', others: ['raw-3', 'files'] },
];

/** Often 0, of which nothing is a multiple. */
const WITHOUT_RATIO = /^behind/;

/**
 * @param {import('./workspace.js').Workspace} workspace
 * @param {import('./options.js').Options} options
 * @param {Map<string, { version?: string, missing?: string }>} participants
 * @param {(text: string) => void} tell
 */
export async function cluster(workspace, options, participants, tell) {
  const run = new Run(workspace, { ...options, participants: CLUSTER }, participants, tell);
  const outcome = await run.measure(scenario);
  const results = {
    ...circumstances(),
    rounds: options.rounds,
    quick: options.quick,
    isInMemory: workspace.isInMemory,
    sizes: outcome.sizes,
    version: participants.get('jetstream')?.version,
    fails: Object.fromEntries(outcome.failures),
    rows: scenario.figures.map(({ name, label, unit }) => ({ name, label, unit, ...rowOf(outcome, name) })),
  };
  const name = options.quick ? 'quick-cluster' : 'cluster';
  return writeResults(name, { md: clusterPage(results), json: results });
}

/** @param {import('./run.js').Outcome} outcome @param {string} figure */
function rowOf({ entrants, rounds }, figure) {
  /** @type {Record<string, number>} */
  const medians = {};
  /** @type {Record<string, number>} */
  const ratios = {};
  for (const { id } of entrants) put(medians, id, (round) => figureOf(round, id, figure));
  for (const { id, others } of WITHOUT_RATIO.test(figure) ? [] : COMPARED) {
    for (const other of others) put(ratios, `${id}/${other}`, (round) => timesAs(round, id, figure, other));
  }
  return { medians, ratios };

  /** @param {Record<string, number>} into @param {string} name @param {(round: import('./scenarios/scenario.js').Round) => number | undefined} value */
  function put(into, name, value) {
    const values = rounds.map(value).filter((one) => one !== undefined);
    if (values.length > 0) into[name] = median(values);
  }
}
