/** Every experiment of the lab, in the order in which they are tried: those that find most in little time come first. */
import { damage } from './damage/damage.js';
import type { Experiment } from './experiment.js';
import { faults, thoroughFaults } from './faults/faults.js';
import { fuzz } from './fuzz/fuzz.js';
import { killPoints } from './kill-points/kill-points.js';
import { linearisability } from './linearisability/linearisability.js';
import { model } from './model/model.js';
import { pagesInAnyOrder, powerLoss } from './power-loss/power-loss.js';
import { secondProcess } from './second-process.js';
import { soak } from './soak/soak.js';

export const EXPERIMENTS: readonly Experiment[] = [
  powerLoss,
  pagesInAnyOrder,
  damage,
  fuzz,
  model,
  linearisability,
  secondProcess,
  killPoints,
  faults,
  soak,
  thoroughFaults,
];

/** What repeats another experiment at length: left out where each is tried once. */
export const FOR_LONG_RUNS: ReadonlySet<Experiment> = new Set([thoroughFaults]);
