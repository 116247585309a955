// Compiles the tests and runs one group of them: node scripts/run-tests.js <all|append-log|storage> [Jest arguments].
// A type error fails a whole group, but only warns when files are named, so that one finished part of a tree in
// motion can be tested.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTests } from './compile-tests.js';
import { findOrInstallChromium, findOrInstallNatsServer, findOrInstallOpenssl } from './find-programs.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT_FILE = '--outputFile=';
const [group, ...given] = process.argv.slice(2);
// Tests are named by their source, which is what an editor or a shell completes, and run from their output.
const args = given
  .filter((arg) => !arg.startsWith(OUTPUT_FILE))
  .map((arg) => (arg.startsWith('-') ? arg : arg.replace(/^\.\//, '').replace(/\.ts$/, '.js')));
const environment = { ...process.env, TEST_GROUP: group };

// A word right after an option is its value, as in `-t "a name"`.
const areFilesNamed = args.some((arg, i) => !arg.startsWith('-') && !args[i - 1]?.startsWith('-'));
if (!compileTests()) {
  if (!areFilesNamed) fail('The types are wrong; no test was run.');
  console.error('The types are wrong; the named tests run all the same.');
}
const specs = jest(['--listTests', ...args], 'pipe').stdout;
if (/jetstream[\w-]*\.spec/.test(specs)) prepareJetStream();
if (specs.includes(join('build', 'test', 'e2e'))) prepareEndToEnd();

const named = given.find((arg) => arg.startsWith(OUTPUT_FILE))?.slice(OUTPUT_FILE.length);
const outputFile = named ?? join('build', `results-${process.pid}.json`);
rmSync(join(root, outputFile), { force: true });
const { status } = jest([...args, '--json', OUTPUT_FILE + outputFile], 'inherit');
// No file is written for --help and the like.
const results = existsSync(join(root, outputFile)) && JSON.parse(readFileSync(join(root, outputFile), 'utf8'));
if (named === undefined) rmSync(join(root, outputFile), { force: true });
if (status !== 0) fail();
if (results && results.numPassedTests === 0) fail('No test was run.');

/** The end-to-end tests start dist/main.js and open its page in a browser. */
function prepareEndToEnd() {
  try {
    environment.CHROMIUM_PATH = findOrInstallChromium();
  } catch (error) {
    fail(error.message);
  }
  const build = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
  if (build.status !== 0) fail('The build failed; no test was run.');
}

/** The specs named after JetStream start real servers. */
function prepareJetStream() {
  try {
    environment.NATS_SERVER_PATH = findOrInstallNatsServer();
    if (specs.includes('jetstream-tls.spec')) environment.OPENSSL_PATH = findOrInstallOpenssl();
  } catch (error) {
    fail(error.message);
  }
}

function jest(words, output) {
  const program = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--enable-source-maps'];
  return spawnSync(process.execPath, [...flags, program, ...words], {
    cwd: root,
    env: environment,
    stdio: ['ignore', output, 'inherit'],
    encoding: 'utf8',
  });
}

function fail(message) {
  if (message) console.error(message);
  process.exit(1);
}
