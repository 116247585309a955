// @ts-check
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** A measurement that takes longer is given up, and reported as such. */
const LIMIT_MS = 20 * 60_000;

/**
 * @typedef {{ result?: any, fails?: string }} Answer
 * @param {import('./workspace.js').Workspace} workspace
 * @param {object} job
 * @param {string[]} [flags] for Node
 * @returns {Promise<Answer>}
 */
export function inChild(workspace, job, flags = []) {
  const words = ['--expose-gc', '--no-warnings', ...flags, CHILD, JSON.stringify(job)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 2, 2, 'ipc'] });
  workspace.adopt(child);
  return new Promise((resolve) => {
    /** @type {Answer} */
    let answer = {};
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
    }, LIMIT_MS);
    child.on('message', (message) => {
      answer = /** @type {Answer} */ (message);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      // Nothing goes on and nothing is reported: the run is cleaning up.
      if (workspace.isAbandoned) return;
      if (late) resolve({ fails: `takes more than ${LIMIT_MS / 60_000} minutes` });
      else if (answer.result || answer.fails) resolve(answer);
      else resolve({ fails: signal ? `ended by ${signal}` : `ended with status ${code}` });
    });
  });
}
