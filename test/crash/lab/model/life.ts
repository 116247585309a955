/** One process of a model program, from opening to its close or death, with all that it has under way. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type LogChange,
  type LogEngine,
  type LogError,
  type RecoveryEvent,
  resolveLogOptions,
} from '../../../../src/storage/log/index.js';
import { rawLog, stateOfEntries } from '../../../support/audit.js';
import { silent } from '../../../support/parent.js';
import type { EngineUnderTest } from '../experiment.js';
import type { MortalDoor } from './door.js';
import { assertSame, type ModelLog, sameState, shown, textsOf } from './log.js';
import type { OpeningDraw } from './program.js';
import { StreamJudge } from './reading.js';

export const DIRECTORY = 'data';
export const logPath = (log: string) => `${DIRECTORY}/logs/${log}.log`;
export const mainPath = (log: string) => `${DIRECTORY}/${log}.json`;

export class Life {
  readonly engine: LogEngine;
  readonly complaints: unknown[] = [];
  /** Logs with a whole state under way. */
  readonly replacing = new Set<string>();
  readonly #errors: string[] = [];
  readonly #under = new Set<Promise<void>>();
  readonly #followers: Promise<void>[] = [];
  readonly #hadMain: Set<string>;
  #closing = false;

  constructor(
    readonly door: MortalDoor,
    engineOn: EngineUnderTest,
    private readonly logs: ReadonlyMap<string, ModelLog>,
    private readonly opening: OpeningDraw,
    private readonly afterCrash: boolean,
  ) {
    const { fsync, cacheBytes, mainFiles, indexFile, spaceAheadBytes } = opening;
    const given = { dataDir: DIRECTORY, fsync, cacheBytes, mainFiles, indexFile, spaceAheadBytes };
    const options = resolveLogOptions(given);
    this.engine = engineOn(door.disk)(options, { ...silent, error: (message) => void this.#errors.push(message) });
    this.#hadMain = new Set([...logs.keys()].filter((log) => door.base.has(mainPath(log))));
  }

  log(name: string): ModelLog {
    return this.logs.get(name) as ModelLog;
  }

  /** After a crash the logs say how far they reach; after a close that is known. @throws Died */
  async open(): Promise<void> {
    await this.door.alive(this.engine.open());
    if (this.afterCrash || !this.opening.lazily) {
      for (const name of this.logs.keys()) await this.door.alive(this.#openLog(name));
    }
    if (this.opening.listens) this.#listen();
  }

  async #openLog(name: string): Promise<void> {
    await this.engine.openLog(name);
    this.log(name).settle(this.engine.stats(name).seq);
    const main = this.door.base.has(mainPath(name)) ? this.door.base.bytesOf(mainPath(name)).toString() : undefined;
    if (main === undefined) return;
    const shows = textsOf(JSON.parse(main) as Record<string, unknown>);
    const seq = this.log(name).momentFrom(0, (state) => sameState(state, shows));
    if (seq === undefined) assert.fail(`${mainPath(name)} shows what never was: ${shown(shows)}`);
  }

  #listen(): void {
    const judges = new Map<string, StreamJudge>();
    this.engine.onChange((name, entry) => {
      try {
        const log = this.log(name);
        const judge = judges.get(name) ?? new StreamJudge(log, entry.seq as number, true);
        judges.set(name, judge);
        judge.take(entry);
      } catch (error) {
        this.complaints.push(error);
      }
    });
  }

  append(name: string, change: LogChange): void {
    const log = this.log(name);
    const seq = log.send(change);
    this.begin(`append to ${name}`, this.engine.append(name, change), (entry) => {
      assert.equal(entry.seq, seq, `seq of an append to ${name}`);
      log.owe(seq, entry.timestamp);
    });
  }

  /** Goes on while others begin; what it finds wrong is a complaint. @param mayClose where a close may refuse it */
  begin<T>(what: string, work: Promise<T>, judge: (result: T) => void, mayClose = false): void {
    const under = work.then(judge).catch((error) => {
      if (mayClose && this.#closing && (error as LogError).code === 'LOG_CLOSED') return;
      this.complaints.push(new Error(`${what}: ${(error as Error)?.message ?? error}`, { cause: error }));
    });
    this.#under.add(under);
    void under.finally(() => this.#under.delete(under));
  }

  /** A reader that goes on until it has `takes` entries, or until the log closes. */
  follow(name: string, fromSeq: number, backups: boolean, takes: number | undefined): void {
    const judge = new StreamJudge(this.log(name), fromSeq, backups);
    const run = async () => {
      if (takes === 0) return;
      let given = 0;
      for await (const entry of this.engine.stream(name, { fromSeq, backups, follow: true })) {
        judge.take(entry);
        given += 1;
        if (given === takes) return;
      }
      judge.end(this.log(name).sent);
    };
    const following = run().catch((error) => {
      if (this.#closing && (error as LogError).code === 'LOG_CLOSED') return;
      this.complaints.push(new Error(`following ${name} from ${fromSeq}: ${(error as Error).message}`));
    });
    this.#followers.push(following);
  }

  /** Waits for all that is under way: everything sent is then acknowledged. @throws Died */
  async settle(): Promise<void> {
    while (this.#under.size > 0) await this.door.alive(Promise.all(this.#under));
    this.replacing.clear();
    if (this.complaints.length > 0) return;
    for (const [name, log] of this.logs) assert.equal(log.owed, log.sent, `${name}: acknowledged and sent`);
    this.#checkReports();
  }

  get isIdle(): boolean {
    return this.#under.size === 0 && this.opening.mainFiles !== false && this.opening.mainFiles.maxStaleMs > 0;
  }

  /** Closes; what was accepted before is written, what comes after is refused. @throws Died */
  async close(): Promise<void> {
    const opened = this.engine.logNames();
    if ([...this.logs.keys()].some((name) => !opened.includes(name))) await this.settle();
    this.#closing = true;
    const closed = this.engine.close();
    for (const when of ['behind the close', 'once it is closed']) {
      const late = this.engine.append('a', { op: 'SET', key: 'late', value: 'late' });
      await assert.rejects(late, { code: 'LOG_CLOSED' }, `an append ${when}`);
      await this.door.alive(closed);
    }
    await this.settle();
    await this.door.alive(Promise.all(this.#followers));
    await this.door.alive(turn());
    for (const [name, log] of this.logs) if (opened.includes(name)) this.#checkFiles(name, log);
  }

  /** A crash leaves a torn tail at most, a close leaves nothing; a view is missed where there was none. */
  #checkReports(): void {
    for (const name of this.engine.logNames()) {
      const isExpected = ({ found }: RecoveryEvent) =>
        (found === 'torn-tail' && this.afterCrash) || (found === 'lost-view' && !this.#hadMain.has(name));
      const unexpected = this.engine.recoveryReport(name).events.filter((event) => !isExpected(event));
      assert.deepEqual(unexpected, [], `opening ${name}`);
    }
    assert.deepEqual(this.#errors, [], 'errors logged');
  }

  /** What stands in the files after a close, by the words of the format page alone. */
  #checkFiles(name: string, log: ModelLog): void {
    const { base } = this.door;
    const { entries, wholeBytes, size } = rawLog(base.bytesOf(logPath(name)));
    assert.equal(wholeBytes, size, `${logPath(name)} is whole after closing`);
    assert.equal(entries.at(-1)?.seq ?? 0, log.sent, `${logPath(name)} reaches its end`);
    assertSame(stateOfEntries(entries), log.newest, `${logPath(name)} after closing`);
    const withView = log.sent > 0 && this.opening.mainFiles !== false;
    const unfinished = [`${logPath(name)}.compacting`, `${logPath(name)}.seal.tmp`];
    // A view that a crash left half written stays until the next one is written.
    if (withView) unfinished.push(`${mainPath(name)}.tmp`);
    const left = unfinished.filter((path) => base.has(path));
    assert.deepEqual(left, [], 'left behind');
    if (!withView) return;
    const view = textsOf(JSON.parse(base.bytesOf(mainPath(name)).toString()) as Record<string, unknown>);
    assertSame(view, log.newest, `${mainPath(name)} after closing`);
  }
}
