// @ts-check
import { readFileSync } from 'node:fs';

/** Version of a package as it is installed here; packages need not export their own description. */
export function versionOf(/** @type {string} */ name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}
