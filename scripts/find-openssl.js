// Finds the program that makes the certificates of the JetStream tests, and installs it where that takes no more than apt.

import { installWithApt, onPath } from './find-nats-server.js';

export function findOrInstallOpenssl() {
  if (onPath('openssl') !== undefined) return;
  if (installWithApt('openssl') && onPath('openssl') !== undefined) return;
  throw new Error(
    'The tests of TLS need openssl for their certificates, and none was found on the PATH. Install it (Debian: sudo ' +
      'apt-get update && sudo apt-get install openssl).',
  );
}
