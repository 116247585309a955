// @ts-check
import { scenario as b1 } from './bot-channels.js';
import { scenario as cluster } from './cluster.js';
import { scenario as growth } from './growth.js';
import { scenario as s1 } from './s1-durable-sequential.js';
import { scenario as s2 } from './s2-durable-concurrent.js';
import { scenario as s3 } from './s3-relaxed-concurrent.js';
import { scenario as s4 } from './s4-open.js';
import { scenario as s4l } from './s4l-open-large.js';
import { scenario as s5 } from './s5-compaction.js';
import { scenario as s6 } from './s6-memory.js';
import { scenario as s7 } from './s7-random-gets.js';
import { scenario as s8 } from './s8-leaderboards.js';
import { scenario as s9 } from './s9-bytes-written.js';
import { scenario as s10 } from './s10-large-log.js';

export const SCENARIOS = Object.freeze([s1, s2, s3, s4, s4l, s5, s6, s7, s8, s9, s10, b1]);

/** @param {string} id */
export function scenarioNamed(id) {
  const scenario = [...SCENARIOS, growth, cluster].find((one) => one.id === id);
  if (!scenario) throw new Error(`There is no scenario ${id}; there are ${SCENARIOS.map((one) => one.id).join(', ')}.`);
  return scenario;
}
