/**
 * Several real processes want one directory: one has it, writes and compacts, others ask again and again, another reads
 * the files. The holder is killed, or leaves; one of the waiting goes on from where it was.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ANNOUNCED_LOGS } from '../../support/announced-writes.js';
import { auditBytes, auditDirectory } from '../../support/audit.js';
import { Child, type Message } from '../../support/child.js';
import { inTime } from '../../support/patience.js';
import type { Random } from '../../support/random.js';
import { removeScratch, scratchDirectory } from '../../support/scratch.js';
import { stateDigest } from '../../support/state-digest.js';
import { LogModel, takeMessage } from '../../support/write-model.js';
import type { ContenderArgument } from '../second-process-child.js';
import type { ReaderArgument } from '../second-process-reader-child.js';
import type { Experiment, Round } from './experiment.js';

const CONTENDER = new URL('../second-process-child.js', import.meta.url);
const READER = new URL('../second-process-reader-child.js', import.meta.url);
const TAKEOVERS = 14;
/** One that holds, two that wait. */
const CONTENDERS = 3;
const IDS_EACH = 1_000_000;
/** A lock is free the moment that its holder is gone; starting a process takes longer than anything here. */
const HANGS_MS = 30_000;

export const secondProcess = contest(false);

/** @param lockless whether the processes forget to lock: a bug to be found */
export function contest(lockless: boolean): Experiment {
  return {
    name: 'second-process',
    summary: 'Processes that want a directory which another holds, take over when it is killed, and read its files.',
    async run(round) {
      const dataDir = scratchDirectory();
      const scene = new Scene(round, dataDir, lockless);
      try {
        await round.trial('directories', 'processes after each other', () => scene.play());
      } finally {
        await scene.end();
        removeScratch(dataDir);
      }
    },
  };
}

/** One process that asks, and perhaps holds. */
class Contender {
  readonly child: Child;
  readonly messages: Message[] = [];
  readonly holding: Promise<Contender>;
  /** It asked while another had the directory. */
  readonly refused: Promise<void>;
  /** When it began to hold, and when it was about to be over, in microseconds. */
  began = 0;
  over = Number.POSITIVE_INFINITY;

  constructor(given: ContenderArgument) {
    let holds: (contender: Contender) => void = () => undefined;
    let waits: () => void = () => undefined;
    this.refused = new Promise((resolve) => {
      waits = resolve;
    });
    this.holding = new Promise((resolve) => {
      holds = resolve;
    });
    this.child = new Child(CONTENDER, given, {
      onMessage: (message) => {
        this.messages.push(message);
        if (message[0] === 'leaving') this.over = message[1] as number;
        if (message[0] === 'refused') waits();
        if (message[0] !== 'holding') return;
        this.began = message[1] as number;
        holds(this);
      },
    });
  }
}

class Scene {
  readonly #models = new Map(ANNOUNCED_LOGS.map((log) => [log, new LogModel()]));
  readonly #random: Random;
  readonly #contenders = new Set<Contender>();
  readonly #pids = new Set<string>(['another']);
  readonly #reader: Child;
  #reads: [logs: number, views: number] = [0, 0];
  #born = 0;
  #freeSince = 0;

  constructor(
    private readonly round: Round,
    private readonly dataDir: string,
    private readonly lockless: boolean,
  ) {
    this.#random = round.random;
    this.#reader = new Child(READER, { dataDir } satisfies ReaderArgument, {
      onMessage: ([kind, logs, views]) => {
        if (kind === 'read') this.#reads = [logs as number, views as number];
      },
    });
  }

  async play(): Promise<void> {
    for (let takeover = 0; takeover < TAKEOVERS; takeover += 1) {
      while (this.#contenders.size < CONTENDERS) this.#contenders.add(this.#contender());
      const holder = await this.#nextHolder();
      await this.#hold(holder);
      await this.#judge(holder);
      this.round.count('takeovers');
    }
    await Promise.all([...this.#contenders].map(({ child }) => child.kill()));
    for (const contender of this.#contenders) await this.#judge(contender);
    auditBytes(this.dataDir, this.#models);
    await auditDirectory(this.dataDir, this.#models);
    this.round.count('logs read by another process', this.#reads[0]);
    this.round.count('main files read by another process', this.#reads[1]);
    assert.equal(this.#reader.stderr, '', 'the reader');
  }

  async end(): Promise<void> {
    await Promise.all([this.#reader, ...[...this.#contenders].map(({ child }) => child)].map((child) => child.kill()));
  }

  #contender(): Contender {
    this.#born += 1;
    const random = this.#random;
    const contender = new Contender({
      dataDir: this.dataDir,
      seed: random.below(2 ** 32),
      firstId: this.#born * IDS_EACH,
      writers: 1 + random.below(32),
      slowDisk: random.chance(0.5),
      lockless: this.lockless,
    });
    this.#pids.add(`${contender.child.pid}`);
    return contender;
  }

  /** The first of those that wait. Nobody can have the directory before the one before was about to be over. */
  async #nextHolder(): Promise<Contender> {
    const failing = [...this.#contenders].map(async ({ child }) => {
      await child.ended;
      throw new Error(`A process that waits ended: ${child.stderr}`);
    });
    for (const each of failing) each.catch(() => undefined);
    const waiting = [...this.#contenders].map(({ holding }) => holding);
    const holder = await inTime('Taking over', HANGS_MS, Promise.race([...waiting, ...failing]));
    const early = this.#freeSince - holder.began;
    assert.ok(early <= 0, `a second process held the directory ${early} µs before it was free`);
    return holder;
  }

  /** Lets it write for a while, and ends it: mostly by kill -9, at any moment since it has the directory. */
  async #hold(holder: Contender): Promise<void> {
    const random = this.#random;
    const waiting = [...this.#contenders].filter((each) => each !== holder).map(({ refused }) => refused);
    if (random.chance(0.8)) await inTime('Being refused', HANGS_MS, Promise.race(waiting));
    if (random.chance(0.8)) await delay(40 + random.next() ** 2 * 200);
    const leaves = random.chance(0.25);
    this.#freeSince = Number(process.hrtime.bigint() / 1000n);
    if (leaves) {
      holder.child.say('leave');
      await inTime('Leaving', HANGS_MS, holder.child.ended);
      this.#freeSince = holder.over;
    } else {
      await holder.child.kill();
    }
    this.#contenders.delete(holder);
    this.round.count(leaves ? 'holders that left' : 'holders killed');
    assert.equal(holder.child.stderr, '', 'what the holder complained of');
  }

  /** What a process that is over found and wrote. Those who never held said nothing of either. */
  async #judge({ child, messages }: Contender): Promise<void> {
    await child.ended;
    for (const message of messages) {
      const [kind, ...rest] = message;
      if (kind === 'holding') {
        this.round.count('times the directory was refused', rest[1] as number);
        const unknown = (rest[2] as string[]).filter((pid) => !this.#pids.has(pid));
        assert.deepEqual(unknown, [], 'holders that were named and never were');
      } else if (kind === 'found') {
        this.#judgeFound(...(rest as [string, number, string]));
      } else {
        if (kind === 'acknowledged') this.round.count('acknowledged writes');
        takeMessage(this.#models, message);
      }
    }
    for (const { complaints } of this.#models.values()) assert.deepEqual(complaints, []);
  }

  #judgeFound(log: string, seq: number, digest: string): void {
    const model = this.#models.get(log) as LogModel;
    assert.ok(seq >= model.owedSeq, `${log} was found to reach seq ${seq}, but ${model.owedSeq} was acknowledged`);
    assert.ok(seq <= model.sentSeq, `${log} was found to reach seq ${seq}, but only ${model.sentSeq} were sent`);
    assert.equal(digest, stateDigest(model.stateAt(seq)), `the state of ${log} found at seq ${seq}`);
    model.settle(seq);
  }
}
