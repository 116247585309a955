// Removes compiled files whose source is gone, so that a deleted source neither ships nor keeps on being tested.
// Outputs are overwritten in place and never wiped as a whole: a program that runs from the directory stays whole.
//
//   node scripts/remove-stale-output.js <source directory> <output directory>

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const COMPILED = /(\.d\.ts|\.js)(\.map)?$/;

export function removeStaleOutput(sourceDir, outputDir) {
  if (!existsSync(outputDir)) return;
  for (const file of readdirSync(outputDir, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const output = join(file.parentPath, file.name);
    const place = output.slice(outputDir.length + 1);
    const isCompiled = COMPILED.test(place) && existsSync(join(sourceDir, place.replace(COMPILED, '.ts')));
    const isCopied = existsSync(join(sourceDir, place));
    if (!isCompiled && !isCopied) rmSync(output, { force: true });
  }
}

// Evaluated text has no file of its own.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [sourceDir, outputDir] = process.argv.slice(2);
  removeStaleOutput(resolve(sourceDir), resolve(outputDir));
}
