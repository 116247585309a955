/** Programs for a log engine to die in: plain lists of steps, which a child process can be handed. */
import {
  type FileSystem,
  type FsyncMode,
  fileEngineOn,
  type LogEngine,
  type LogEngineFactory,
  type RecoveryMode,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { guardedDisk } from './guarded-disk.js';
import { silent } from './parent.js';
import { countIn, type SentValue, sentState, sentValue, type WriteKind } from './write-model.js';

export interface PlannedWrite {
  kind: WriteKind;
  key: string;
}

export type Step =
  | { do: 'open'; log: string }
  /** All at once, so that they share batches. */
  | { do: 'write'; log: string; writes: PlannedWrite[] }
  /** Met by further writes, one at each other call of the disk. */
  | { do: 'compact'; log: string; meets: PlannedWrite[]; keepBackups: number }
  /** Closed and opened again: main files and seals. */
  | { do: 'close' };

export interface KillProgram {
  recovery: RecoveryMode;
  fsync: FsyncMode;
  /** Ids of its writes begin here, so that no two programs on one directory write the same value. */
  firstId: number;
  steps: Step[];
  /** Whether it ends with a close, as a process that is stopped does. */
  closes: boolean;
}

/** Says `sent`, `acknowledged` and `opened`, as `hear` of kill-truth.ts takes them in. */
export type Tell = (kind: string, ...rest: unknown[]) => void;

export type EngineOn = (disk: FileSystem) => LogEngineFactory;

export class ProgramRun {
  readonly engine: LogEngine;
  #nextId: number;
  #meeting: { log: string; writes: PlannedWrite[] } | undefined;
  #met: Promise<void>[] = [];
  #calls = 0;

  constructor(
    private readonly program: KillProgram,
    dataDir: string,
    disk: FileSystem,
    private readonly tell: Tell,
    engineOn: EngineOn = fileEngineOn,
  ) {
    this.#nextId = program.firstId;
    const watched = guardedDisk(async (_, perform) => {
      const result = await perform();
      this.#calls += 1;
      if (this.#calls % 2 === 0) this.#meet();
      return result;
    }, disk);
    const { recovery, fsync } = program;
    this.engine = engineOn(watched)(
      resolveLogOptions({ dataDir, recovery, fsync, mainFiles: { maxStaleMs: 60_000 } }),
      silent,
    );
  }

  async run(): Promise<void> {
    await this.engine.open();
    for (const step of this.program.steps) await this.#perform(step);
    if (this.program.closes) await this.engine.close();
  }

  async #perform(step: Step): Promise<void> {
    if (step.do === 'open') {
      await this.engine.openLog(step.log);
      this.tell('opened', step.log, this.engine.stats(step.log).seq);
    } else if (step.do === 'write') {
      await Promise.all(step.writes.map((write) => this.#write(step.log, write)));
    } else if (step.do === 'compact') {
      await this.#compact(step);
    } else {
      await this.engine.close();
      await this.engine.open();
    }
  }

  async #compact({ log, meets, keepBackups }: Step & { do: 'compact' }): Promise<void> {
    this.#meeting = { log, writes: [...meets] };
    await this.engine.compact(log, { keepBackups });
    this.#meeting = undefined;
    await Promise.all(this.#met.splice(0));
  }

  #meet(): void {
    const write = this.#meeting?.writes.shift();
    // A kept promise must have somebody who takes its failure until it is awaited.
    if (write) this.#met.push(handled(this.#write(this.#meeting?.log as string, write)));
  }

  async #write(log: string, { kind, key }: PlannedWrite): Promise<void> {
    if (kind === 'update') return this.#update(log, key);
    const id = this.#announce(log, kind, key);
    const { seq } = await this.engine.append(
      log,
      kind === 'replace'
        ? { op: 'SET', data: sentState(id) }
        : kind === 'delete'
          ? { op: 'DELETE', key }
          : { op: 'SET', key, value: sentValue(key, id) },
    );
    this.tell('acknowledged', log, id, seq);
  }

  async #update(log: string, key: string): Promise<void> {
    let id = -1;
    await this.engine.update<SentValue>(log, key, (current) => {
      id = this.#announce(log, 'update', key);
      return sentValue(key, id, countIn(current) + 1);
    });
    this.tell('acknowledged', log, id);
  }

  #announce(log: string, kind: WriteKind, key: string): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.tell('sent', log, id, kind, key);
    return id;
  }
}

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
