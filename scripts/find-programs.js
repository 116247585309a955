// Finds the programs that tests start beside Node, and installs them where that takes no more than apt.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser of the end-to-end tests. */
export function findOrInstallChromium() {
  return findOrInstall({
    title: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debianPackage: 'chromium',
    variable: 'CHROMIUM_PATH',
    variableNames: 'a Chromium or Chrome executable',
    tests: 'end-to-end tests',
  });
}

/** The server of the JetStream tests. */
export function findOrInstallNatsServer() {
  return findOrInstall({
    title: 'nats-server',
    names: ['nats-server'],
    debianPackage: 'nats-server',
    variable: 'NATS_SERVER_PATH',
    variableNames: 'its executable',
    tests: 'JetStream tests',
    needs: 'nats-server 2.9 or later',
  });
}

/** What makes the certificates of the tests of TLS. */
export function findOrInstallOpenssl() {
  return findOrInstall({
    title: 'openssl',
    names: ['openssl'],
    debianPackage: 'openssl',
    variable: 'OPENSSL_PATH',
    variableNames: 'its executable',
    tests: 'tests of TLS',
  });
}

function findOrInstall(program) {
  const found = find(program);
  if (found !== undefined) return found;
  const { title, debianPackage, variable, variableNames, tests, needs = title } = program;
  if (process.platform === 'linux' && process.getuid() === 0 && onPath('apt-get') !== undefined) {
    console.log(`${title} is missing; installing it with apt-get for the ${tests}.`);
    apt(title, 'update');
    apt(title, 'install', '--yes', '--no-install-recommends', debianPackage);
    const installed = find(program);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    `The ${tests} need ${needs}, and none was found. Install it (Debian: sudo apt-get update && ` +
      `sudo apt-get install ${debianPackage}), or set ${variable} to ${variableNames}.`,
  );
}

function find({ names, variable }) {
  const chosen = process.env[variable];
  if (!chosen) return names.map(onPath).find((path) => path !== undefined);
  if (!isExecutable(chosen)) throw new Error(`${variable} is ${chosen}, which cannot be executed.`);
  return chosen;
}

/** Debian keeps servers where not every user's shell looks. */
function onPath(name) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
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

function apt(title, ...words) {
  const result = spawnSync('apt-get', words, {
    stdio: ['ignore', 'inherit', 'inherit'],
    // A package of a server starts a service of its own; the tests start theirs.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  if (result.status !== 0) throw new Error(`apt-get ${words.join(' ')} failed; ${title} could not be installed.`);
}
