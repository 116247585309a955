/** Threads that the engine starts, watched, and led astray where a test says so. */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { jest } from '@jest/globals';

/** Stands before the entry: at the second write to the disk something happens. */
function leadAstray(entry: URL, onWrite: string): URL {
  const text = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    import { workerData } from 'node:worker_threads';
    const { writeSync } = fs;
    let writes = 0;
    const onWrite = () => { ${onWrite} };
    fs.writeSync = (...words) => {
      writes += 1;
      if (writes === 2) onWrite();
      return writeSync(...words);
    };
    syncBuiltinESMExports();
    await import(${JSON.stringify(entry.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

export class WatchedThreads {
  readonly started: Worker[] = [];
  /** What every thread runs before its second write. */
  onWrite: string | undefined;
  /** Another entry than the engine's. */
  entry: URL | undefined;
  options: WorkerOptions = {};
  #gate = new Int32Array(new SharedArrayBuffer(8));

  /** Puts itself before the threads of modules that are imported from now on. */
  watch(): void {
    const threads = this;
    class WatchedWorker extends Worker {
      constructor(entry: URL, options: WorkerOptions) {
        const first = threads.entry ?? (threads.onWrite ? leadAstray(entry, threads.onWrite) : entry);
        const workerData = { ...options.workerData, gate: threads.#gate };
        super(first, { ...options, ...threads.options, workerData });
        threads.started.push(this);
      }
    }
    jest.unstable_mockModule('node:worker_threads', () => ({ Worker: WatchedWorker }));
  }

  /** From now on threads wait at their second write. */
  shutGate(): void {
    this.#gate = new Int32Array(new SharedArrayBuffer(8));
    this.onWrite = 'Atomics.store(workerData.gate, 1, 1); Atomics.wait(workerData.gate, 0, 0);';
  }

  /** A thread stands at the gate. */
  async arrived(): Promise<Worker> {
    while (Atomics.load(this.#gate, 1) === 0) await delay(2);
    return this.started.at(-1) as Worker;
  }

  openGate(): void {
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
  }

  reset(): void {
    this.openGate();
    this.started.length = 0;
    this.onWrite = undefined;
    this.entry = undefined;
    this.options = {};
  }
}
