/** The life of some bots on one simulated store: what goes wrong when is drawn from a seed. */
import { ProcessLease, SharedGames } from '../../../../src/game/sharing/index.js';
import { Random } from '../../../support/random.js';
import { Machine, World } from '../../../support/simulated-machines.js';
import { SimulatedStore, StoreClient, type Trouble } from '../../../support/simulated-store.js';
import { Judge } from './judge.js';
import { type LeaseCode, SimulatedBot } from './simulated-bot.js';

export const OUR_CODE = { ProcessLease, SharedGames } as LeaseCode;

/** Of processes that were not all started with the same settings. */
const TTLS_MS = [10_000, 10_000, 10_000, 6_000, 15_000];

/**
 * How long after the last fault every game is run again: what was on its way arrives or fails, a process that nobody
 * ever heard of is waited for from the moment at which its name was first seen, and somebody looks.
 */
const REST_MS = 60_000;

export interface LifeOptions {
  /** True time during which things go wrong. */
  durationMs: number;
  /** Whether a machine may be suspended, so that its clock loses time. */
  losesTime?: boolean;
}

type Verdict = Pick<Judge, 'violation' | 'counts'>;

export async function life(
  seed: number,
  { durationMs, losesTime = false }: LifeOptions,
  code = OUR_CODE,
): Promise<Verdict> {
  const lives = new Life(new Random(seed), losesTime, code);
  const { stackTraceLimit } = Error;
  // Refusals are thrown by the thousand, and nobody asks where.
  Error.stackTraceLimit = 0;
  try {
    await lives.run(durationMs);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return lives.judge;
}

class Life {
  readonly bots: SimulatedBot[] = [];
  readonly judge: Judge;
  private readonly world: World;
  private readonly store = new SimulatedStore();
  private readonly places: number;
  private readonly channels: string[];
  private isOver = false;

  constructor(
    private readonly random: Random,
    private readonly losesTime: boolean,
    private readonly code: LeaseCode,
  ) {
    this.world = new World(random);
    this.judge = new Judge(this.bots, this.store, !losesTime);
    this.places = 3 + random.below(3);
    this.channels = Array.from({ length: 10 + random.below(21) }, (_, place) => `channel ${place}`);
  }

  async run(durationMs: number): Promise<void> {
    const isOver = () => this.judge.violation !== undefined;
    for (let place = 0; place < this.places; place += 1) this.start();
    this.goWrongAgain();
    await this.world.run(durationMs, isOver);
    this.isOver = true;
    this.mendAll();
    await this.world.run(durationMs + REST_MS, isOver);
    for (let looks = 0; looks < 10 && !isOver(); looks += 1) {
      this.judge.judgeRest();
      await this.world.run(this.world.now + 1_000, isOver);
    }
  }

  private start(): void {
    const { random, world } = this;
    const traits = { offsetMs: random.below(1_000_000), rate: random.pick([0.95, 1, 1.05]) };
    const machine = new Machine(world, traits);
    const client = new StoreClient(machine, this.store);
    const bot = new SimulatedBot(
      `bot ${this.bots.length}`,
      machine,
      client,
      this.channels,
      random.pick(TTLS_MS),
      this.code,
    );
    bot.isLively = !this.isOver;
    machine.onTurn = () => this.judge.judgeTurn(bot);
    this.bots.push(bot);
  }

  private get alive(): SimulatedBot[] {
    return this.bots.filter(({ machine }) => machine.isAlive);
  }

  private goWrongAgain(): void {
    this.world.after(this.random.next() * 12_000, () => {
      if (this.isOver) return;
      const victim = this.alive[this.random.below(this.alive.length)];
      // What comes together is worse than what comes alone.
      if (victim) for (let faults = 1 + this.random.below(3); faults > 0; faults -= 1) this.harm(victim);
      while (this.alive.length < this.places && this.random.chance(0.5)) this.start();
      this.goWrongAgain();
    });
  }

  private harm(bot: SimulatedBot): void {
    const { random, world } = this;
    const { machine, client } = bot;
    const forMs = random.next() * random.pick([1_000, 5_000, 15_000, 30_000]);
    const ends = (happen: () => Promise<void> | void) => world.after(forMs, happen);
    const sickens = (trouble: Partial<Trouble>) => {
      Object.assign(client.trouble, trouble);
      ends(() => client.mend());
    };
    const stops = () => {
      if (this.isOver) return;
      machine.stop();
      ends(() => this.wake(machine, forMs));
    };
    const faults: (() => void)[] = [
      () => sickens({ isCutOff: true }),
      () => sickens({ sendMs: random.next() * 12_000 }),
      () => sickens({ receiveMs: random.next() * 8_000 }),
      () => sickens({ lossRate: random.next() }),
      stops,
      () => {
        machine.stumbleMs = forMs;
      },
      () => this.sleepOnBeat(bot, stops),
      () => {
        if (random.chance(0.3)) this.end(bot);
      },
    ];
    random.pick(faults)();
  }

  /** It hears late of a beat, and is stopped when it has sent the next, which is on its way for long. */
  private sleepOnBeat({ client }: SimulatedBot, stops: () => void): void {
    client.trouble.receiveMs = 8_000;
    let beats = 0;
    client.onSend = (log) => {
      if (log === 'processes') beats += 1;
      if (beats < 2) return;
      client.onSend = () => {};
      client.trouble.sendMs = 10_000;
      stops();
      this.world.after(10_000, () => client.mend());
    };
  }

  private wake(machine: Machine, stoppedMs: number): Promise<void> | void {
    if (!machine.isStopped) return;
    if (this.losesTime && this.random.chance(0.5)) machine.loseTime(stoppedMs);
    return machine.goOn();
  }

  /** Killed, or in good order; what was under way is under way still. */
  private end(bot: SimulatedBot): void {
    if (this.random.chance(0.7)) bot.machine.kill();
    else bot.close();
  }

  private mendAll(): void {
    for (const bot of this.bots) {
      bot.isLively = false;
      bot.machine.stumbleMs = 0;
      bot.client.onSend = () => {};
      this.world.after(0, () => {
        bot.client.mend();
        return bot.machine.goOn();
      });
    }
    // Those that are on their way out, or never got in, are of no use to anybody.
    if (!this.alive.some(({ isReady, isClosing }) => isReady && !isClosing)) this.start();
  }
}
