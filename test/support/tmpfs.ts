/**
 * A small file system of memory, mounted for one process alone: it lives in a mount namespace of that process and goes
 * with it, however it ends. As root or not; where the kernel allows neither, a test that needs it fails and says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Message } from './child.js';
import { scratchDirectory } from './scratch.js';

export interface TmpfsOptions {
  bytes: number;
  /** How many files there may be; by default more than anybody needs. */
  inodes?: number;
}

/** A user of its own may mount what it likes; root may do without where users of one's own are forbidden. */
const WAYS = [
  ['unshare', '-Urm'],
  ['unshare', '-m'],
];
const MOUNT_AND_RUN = 'mount -t tmpfs -o "$1" append-log-test "$2" && shift 2 && exec "$@"';

let knownWay: string[] | undefined;

function command(mount: string, options: string, program: readonly string[]): [string, string[]] {
  knownWay ??= findWay(mount);
  const [unshare, ...words] = knownWay as [string, ...string[]];
  return [unshare, [...words, 'sh', '-c', MOUNT_AND_RUN, 'sh', options, mount, ...program]];
}

function findWay(mount: string): string[] {
  const refusals: string[] = [];
  for (const way of WAYS) {
    const [unshare, ...words] = way as [string, ...string[]];
    const given = [...words, 'sh', '-c', MOUNT_AND_RUN, 'sh', 'size=64k', mount, 'true'];
    const { status, stderr, error } = spawnSync(unshare, given, { encoding: 'utf8' });
    if (status === 0) return way;
    refusals.push(`${way.join(' ')}: ${error?.message ?? stderr.trim()}`);
  }
  throw new Error(
    `No tmpfs can be mounted here, so what a full disk does cannot be tested. Missing is \`unshare\` (util-linux) with ` +
      `user namespaces, or root with CAP_SYS_ADMIN. ${refusals.join('; ')}`,
  );
}

/**
 * Runs a script of Node to its end with a tmpfs at a scratch directory, which it is handed as `mount` with the argument.
 * @returns what it told (see parent.ts)
 * @throws Error with its standard error where it fails or takes longer than `longestMs`
 */
export async function runOnTmpfs(
  script: URL,
  argument: object,
  { bytes, inodes }: TmpfsOptions,
  longestMs: number,
): Promise<Message[]> {
  const mount = scratchDirectory();
  const options = `size=${bytes}${inodes === undefined ? '' : `,nr_inodes=${inodes}`}`;
  const program = [process.execPath, '--enable-source-maps', script.pathname, JSON.stringify({ ...argument, mount })];
  const [file, words] = command(mount, options, program);
  const child = spawn(file, words, {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const messages: Message[] = [];
  let stderr = '';
  child.stderr?.on('data', (piece) => {
    stderr += piece;
  });
  const told = createInterface({ input: child.stdio[3] as Readable });
  told.on('line', (line) => messages.push(JSON.parse(line) as Message));
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const ended = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? String(code)));
  });
  clearTimeout(timer);
  if (ended !== '0') throw new Error(`On its tmpfs the child ended with ${ended}. ${stderr}`);
  return messages;
}
