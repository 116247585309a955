// @ts-check
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

/**
 * @param {string} directory
 * @param {'always' | 'no'} appendfsync
 */
export async function startRedis(directory, appendfsync) {
  const port = await freePort();
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    appendonly: 'yes',
    appendfsync,
    save: '',
    'auto-aof-rewrite-percentage': '0',
    daemonize: 'no',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', words, { stdio: 'ignore' });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const gone = new Promise((resolve) => server.once('exit', resolve));
  void gone.then(() => process.removeListener('exit', kill));
  await listening(port, gone);
  const stop = () => {
    server.kill('SIGTERM');
    return gone;
  };
  return { port, pid: /** @type {number} */ (server.pid), stop };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/** @param {number} port @param {Promise<unknown>} gone */
async function listening(port, gone) {
  let ended = false;
  void gone.then(() => {
    ended = true;
  });
  while (!(await answers(port))) {
    if (ended) throw new Error('redis-server did not start');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
