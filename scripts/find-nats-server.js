// Finds the server of the JetStream tests, and installs it where that takes no more than apt.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export function findOrInstallNatsServer() {
  const found = findNatsServer();
  if (found !== undefined) return found;
  if (installWithApt('nats-server')) {
    const installed = findNatsServer();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'The JetStream tests need nats-server 2.9 or later, and none was found. Install it (Debian: sudo apt-get update && ' +
      'sudo apt-get install nats-server), or set NATS_SERVER_PATH to its executable.',
  );
}

function findNatsServer() {
  const chosen = process.env.NATS_SERVER_PATH;
  if (chosen) {
    if (!isExecutable(chosen)) throw new Error(`NATS_SERVER_PATH is ${chosen}, which cannot be executed.`);
    return chosen;
  }
  return onPath('nats-server');
}

/** Debian keeps servers where not every user's shell looks. */
export function onPath(name) {
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

/** @returns false where this is nothing that apt could do for this user */
export function installWithApt(name) {
  if (process.platform !== 'linux' || process.getuid() !== 0 || onPath('apt-get') === undefined) return false;
  console.log(`${name} is missing; installing it with apt-get for the JetStream tests.`);
  apt('update');
  apt('install', '--yes', '--no-install-recommends', name);
  return true;
}

function apt(...words) {
  const result = spawnSync('apt-get', words, {
    stdio: ['ignore', 'inherit', 'inherit'],
    // The package starts a service of its own; the tests start theirs.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  if (result.status !== 0)
    throw new Error(`apt-get ${words.join(' ')} failed; what the JetStream tests need could not be installed.`);
}
