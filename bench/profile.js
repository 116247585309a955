// @ts-check
// Our own part of one scenario under V8's sampling profiler: which functions took the time.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { digits } from './report/units.js';
import { Run } from './run.js';

const SHOWN = 30;
const ROOT = new URL('..', import.meta.url).href;

/**
 * @typedef {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number } }} ProfileNode
 * @typedef {{ nodes: ProfileNode[], samples: number[], timeDeltas: number[] }} Profile
 */

/**
 * @param {import('./workspace.js').Workspace} workspace
 * @param {import('./options.js').Options} options
 * @param {(text: string) => void} tell
 */
export async function profile(workspace, options, tell) {
  const scenario = /** @type {import('./scenarios/scenario.js').Scenario} */ (options.profile);
  const directory = workspace.directory('profile');
  const flags = ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', directory];
  const chosen = { ...options, participants: ['ours'], rounds: 1 };
  await new Run(workspace, chosen, new Map(), tell, flags).measure(scenario);
  for (const file of readdirSync(directory)) {
    const { nodes, samples, timeDeltas } = /** @type {Profile} */ (
      JSON.parse(readFileSync(join(directory, file), 'utf8'))
    );
    process.stdout.write(`\n${scenario.id}, ${file}\n${tableOf({ nodes, samples, timeDeltas })}`);
  }
}

/** @param {Profile} profile */
function tableOf({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  /** @type {Map<string, number>} */
  const selfUs = new Map();
  let totalUs = 0;
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    const us = timeDeltas[i] ?? 0;
    selfUs.set(name, (selfUs.get(name) ?? 0) + us);
    totalUs += us;
  }
  return [...selfUs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, us]) => `${digits(us / 1000).padStart(8)} ms ${digits((us / totalUs) * 100).padStart(6)} %  ${name}\n`)
    .join('');
}

/** @param {ProfileNode['callFrame']} frame */
function nameOf({ functionName, url, lineNumber }) {
  const file = url.startsWith('/') ? pathToFileURL(url).href : url;
  const place = file.replace(ROOT, '');
  return `${functionName || '(anonymous)'}${place ? `  ${place}:${lineNumber + 1}` : ''}`;
}
