// Finds the browser of the end-to-end tests, and installs it where that takes no more than apt.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function findOrInstallChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.platform === 'linux' && process.getuid() === 0 && onPath('apt-get') !== undefined) {
    console.log('Chromium is missing; installing it with apt-get for the end-to-end tests.');
    apt('update');
    apt('install', '--yes', '--no-install-recommends', 'chromium');
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'The end-to-end tests need Chromium, and none was found. Install it (Debian: sudo apt-get update && ' +
      'sudo apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome executable.',
  );
}

function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    if (!isExecutable(chosen)) throw new Error(`CHROMIUM_PATH is ${chosen}, which cannot be executed.`);
    return chosen;
  }
  return NAMES.map(onPath).find((path) => path !== undefined);
}

function onPath(name) {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function apt(...words) {
  const result = spawnSync('apt-get', words, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status !== 0) throw new Error(`apt-get ${words.join(' ')} failed; Chromium could not be installed.`);
}
