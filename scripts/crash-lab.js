// Compiles the tests and starts the crash lab: npm run crash-lab -- [options]; --help names them.

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const compiler = new URL('compile-tests.js', import.meta.url).href;
const lab = fileURLToPath(new URL('../build/test/crash/lab/main.js', import.meta.url));

compile();
const child = spawn(process.execPath, ['--enable-source-maps', lab, ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal tells both of them, anybody else only this one; the lab ends once, however often it is told.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 1;
  if (signal) console.error(`The lab was ended by ${signal}.`);
});

// In a process of its own, since the lock that it takes is held as long as it lives: a lab that runs for an hour must
// not keep the tests waiting.
function compile() {
  const line = process.stderr.isTTY;
  if (line) process.stderr.write('Compiling…');
  const text = `import { compileTests } from ${JSON.stringify(compiler)}; process.exitCode = compileTests() ? 0 : 1;`;
  // The last word stands where a program's file would: what is imported looks for it there.
  const words = ['--input-type=module', '--eval', text, fileURLToPath(import.meta.url)];
  const { status, signal } = spawnSync(process.execPath, words, { stdio: ['ignore', 2, 2] });
  if (line) process.stderr.write('\r\x1b[K');
  if (signal) process.exit(130);
  if (status !== 0) console.error('The types are wrong; the lab runs all the same.');
}
