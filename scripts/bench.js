// Readies the benchmarks and runs them: npm run bench -- [options]; --help names them.
// What this project is compared with is installed in bench/ alone, from the registry and without install scripts: no
// program is fetched from anywhere else. SQLite is compiled here; where that fails it is left out of the tables.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bench = join(root, 'bench');
const binary = join(bench, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');

const words = process.argv.slice(2);
if (!words.includes('--help')) {
  if (isBuildStale()) build();
  if (!existsSync(join(bench, 'node_modules'))) installPeers();
}
const child = spawn(process.execPath, [join(bench, 'main.js'), ...words], { stdio: 'inherit' });
// A terminal tells both of them, anybody else only this one; the run cleans up once, however often it is told.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

function isBuildStale() {
  const built = join(root, 'dist', 'index.js');
  return !existsSync(built) || newestIn(join(root, 'src')) > newestIn(join(root, 'dist'));
}

function newestIn(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

function build() {
  if (npm(root, ['run', 'build']) !== 0) process.exit(1);
}

function installPeers() {
  if (npm(bench, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']) !== 0) {
    console.error('The peers could not be installed; those that are missing are left out.');
    return;
  }
  console.error('Compiling SQLite, which takes about a minute…');
  if (npm(bench, ['run', 'build:sqlite', '--silent'], 'ignore') !== 0 || !existsSync(binary)) {
    console.error('better-sqlite3 could not be compiled; it is left out.');
  }
}

function npm(cwd, args, output = 2) {
  // Node's own headers, where they lie beside it: node-gyp need not download them.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node_version.h')) ? { npm_config_nodedir: prefix } : {};
  return spawnSync('npm', args, { cwd, stdio: ['ignore', output, output], env: { ...headers, ...process.env } }).status;
}
