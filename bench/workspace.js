// @ts-check
// The one temporary directory of a run, and the promise that nothing of it stays behind.
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TMPFS = 0x01021994;

export class Workspace {
  #root = mkdtempSync(join(tmpdir(), 'append-log-bench-'));
  #count = 0;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #children = new Set();
  isAbandoned = false;

  constructor() {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.once(signal, () => this.#abandon());
    }
    process.on('exit', () => rmSync(this.#root, { recursive: true, force: true }));
  }

  /** In memory an fsync costs nothing, and no durable figure means anything. */
  get isInMemory() {
    return statfsSync(this.#root).type === TMPFS;
  }

  /** A new empty directory. */
  directory(/** @type {string} */ name) {
    const path = join(this.#root, `${name}-${this.#count++}`);
    mkdirSync(path);
    return path;
  }

  remove(/** @type {string} */ path) {
    rmSync(path, { recursive: true, force: true });
  }

  /** A child that dies with the run. */
  adopt(/** @type {import('node:child_process').ChildProcess} */ child) {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
  }

  // Children get a moment to end the servers that they started; then their files can go.
  async #abandon() {
    this.isAbandoned = true;
    const gone = [...this.#children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#children) child.kill('SIGTERM');
    await Promise.race([Promise.all(gone), new Promise((resolve) => setTimeout(resolve, 2000))]);
    for (const child of this.#children) child.kill('SIGKILL');
    process.exit(130);
  }
}
