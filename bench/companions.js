// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('companion.js', import.meta.url));

/**
 * Starts another process on the same log; it ends with this one.
 * @param {import('./companion.js').Place} place
 */
export async function companion(place) {
  const child = fork(PROGRAM, [JSON.stringify(place)], { execArgv: ['--expose-gc', '--no-warnings'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const answer = () =>
    new Promise((resolve, reject) => {
      child.once('message', (/** @type {{ result?: any, fails?: string }} */ { result, fails }) => {
        if (fails === undefined) resolve(result);
        else reject(new Error(fails));
      });
      void gone.then(() => reject(new Error('a companion ended')));
    });
  return {
    /** @type {{ openMs: number, rssBytes: number, keys: number }} */
    began: await answer(),
    /** @param {object} message @returns {Promise<any>} */
    ask: (message) => {
      child.send(message);
      return answer();
    },
    stop: async () => {
      child.send({ task: 'close' });
      await answer();
      child.disconnect();
      await gone;
    },
  };
}
