// Compiles src and test together into build/ and copies beside them the files that are read at run time.
// Tells whether the types were right; the JavaScript is written either way.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitForLockSync } from 'fs-native-extensions';
import { removeStaleOutput } from './remove-stale-output.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const copied = [
  join('src', 'web', 'public'),
  join('src', 'monitoring', 'dashboard', 'public'),
  join('test', 'fixtures'),
];

export function compileTests() {
  mkdirSync(join(root, 'build'), { recursive: true });
  // Two compilers on one tree could each record the other's output as its own. The kernel frees the lock at exit.
  waitForLockSync(openSync(join(root, 'build', '.lock'), 'a'));

  for (const part of ['src', 'test']) removeStaleOutput(join(root, part), join(root, 'build', part));
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const result = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.test.json', '--pretty'], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const directory of copied) {
    const source = join(root, directory);
    if (!existsSync(source)) continue;
    cpSync(source, join(root, 'build', directory), { recursive: true, filter: (path) => !path.endsWith('.ts') });
  }
  return result.status === 0;
}
