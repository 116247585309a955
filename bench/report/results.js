// @ts-check
// What a run found, as plain values: the medians of its rounds, and how they stand to the stick and to the goals.
import { cpus, release, type } from 'node:os';
import { figureOf } from '../scenarios/scenario.js';
import { median } from '../statistics.js';
import { withUnit } from './units.js';

/**
 * @typedef {object} EntrantResult
 * @property {string} id
 * @property {string} participant
 * @property {string} label
 * @property {Record<string, number>} medians
 * @property {number} [timesStick] of the first figure; the median of the rounds' own ratios
 * @property {string} [fails] why there are no figures
 *
 * @typedef {object} GoalResult
 * @property {string} text
 * @property {string} target
 * @property {string} measured
 * @property {'reached' | 'not reached' | 'not measured'} verdict
 * @property {boolean} stretch
 * @property {number} [mark] where the goal stands on the plot
 *
 * @typedef {object} ScenarioResult
 * @property {string} id
 * @property {string} title
 * @property {string} what
 * @property {number} rounds
 * @property {string} stick
 * @property {'speed' | 'cost'} ratio
 * @property {import('../scenarios/scenario.js').Figure[]} figures
 * @property {EntrantResult[]} entrants
 * @property {GoalResult[]} goals
 *
 * @typedef {ReturnType<typeof resultsOf>} Results
 */

/**
 * @param {import('../run.js').Outcome[]} outcomes
 * @param {import('../options.js').Options} options
 * @param {Map<string, { version?: string, missing?: string }>} participants
 * @param {boolean} isInMemory
 */
export function resultsOf(outcomes, options, participants, isInMemory) {
  return {
    ...circumstances(),
    rounds: options.rounds,
    quick: options.quick,
    mainFiles: options.mainFiles,
    isInMemory,
    versions: Object.fromEntries(
      [...participants].map(([name, { version, missing }]) => [name, version ?? missing ?? '']),
    ),
    scenarios: outcomes.map(scenarioResult),
  };
}

export function circumstances() {
  return {
    takenAt: new Date().toISOString(),
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    kernel: `${type()} ${release()}`,
  };
}

/** @param {import('../run.js').Outcome} outcome @returns {ScenarioResult} */
function scenarioResult({ scenario, sizes, entrants, rounds, failures }) {
  const { id, title, stick, ratio, figures, goals } = scenario;
  return {
    id,
    title,
    rounds: rounds.length,
    what: scenario.what(sizes).replace(/\d{4,}/g, (number) => Number(number).toLocaleString('en-US')),
    stick,
    ratio,
    figures,
    entrants: entrants.map((entrant) => ({
      id: entrant.id,
      participant: entrant.participant,
      label: entrant.label,
      medians: mediansOf(figures, rounds, entrant.id),
      timesStick: medianOf(rounds.map((round) => againstStick(scenario, round, entrant.id))),
      fails: failures.get(entrant.id),
    })),
    goals: goals.map((goal) => goalResult(goal, rounds)),
  };
}

/**
 * @param {import('../scenarios/scenario.js').Figure[]} figures
 * @param {import('../scenarios/scenario.js').Round[]} rounds
 * @param {string} id
 */
function mediansOf(figures, rounds, id) {
  /** @type {Record<string, number>} */
  const medians = {};
  for (const { name } of figures) {
    const value = medianOf(rounds.map((round) => figureOf(round, id, name)));
    if (value !== undefined) medians[name] = value;
  }
  return medians;
}

/**
 * @param {import('../scenarios/scenario.js').Scenario} scenario
 * @param {import('../scenarios/scenario.js').Round} round
 * @param {string} id
 */
function againstStick({ figures, ratio }, round, id) {
  const { name, unit } = /** @type {import('../scenarios/scenario.js').Figure} */ (figures[0]);
  const mine = figureOf(round, id, name);
  const stick = figureOf(round, 'stick', name);
  if (mine === undefined || stick === undefined) return undefined;
  return ratio === 'speed' && unit !== '/s' ? stick / mine : mine / stick;
}

/** @param {import('../scenarios/scenario.js').Goal} goal @param {import('../scenarios/scenario.js').Round[]} rounds @returns {GoalResult} */
function goalResult({ text, atLeast, atMost, unit, value, stretch = false, isOnPlot = false }, rounds) {
  const measured = medianOf(rounds.map(value));
  const target = atLeast === undefined ? `≤ ${withUnit(atMost, unit)}` : `≥ ${withUnit(atLeast, unit)}`;
  const isReached = measured !== undefined && (atLeast === undefined ? measured <= (atMost ?? 0) : measured >= atLeast);
  return {
    text,
    target,
    measured: withUnit(measured, unit),
    verdict: measured === undefined ? 'not measured' : isReached ? 'reached' : 'not reached',
    stretch,
    mark: isOnPlot ? (atLeast ?? atMost) : undefined,
  };
}

/** @param {(number | undefined)[]} values */
function medianOf(values) {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}
