/**
 * Processes in virtual time: one line of events, whose order a seed decides. Whatever a process does between two waits is
 * a turn. A turn reads only its own memory and its own clock, so it may take time, as if the process had been stopped in
 * the middle of it, without anything else having to happen in between.
 */
import type { GameClock } from '../../src/game/clock.js';
import type { Random } from './random.js';

interface Happening {
  at: number;
  order: number;
  happen(): Promise<void> | void;
}

export class World {
  /** True time, in milliseconds. */
  now = 0;
  private readonly heap: Happening[] = [];
  private orders = 0;

  constructor(readonly random: Random) {}

  after(delayMs: number, happen: Happening['happen']): void {
    this.at(this.now + delayMs, happen);
  }

  at(time: number, happen: Happening['happen']): void {
    this.orders += 1;
    const { heap } = this;
    heap.push({ at: Math.max(time, this.now), order: this.orders, happen });
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.isEarlier(child, parent)) break;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** Lets everything happen that is due, until `isOver`. */
  async run(untilMs: number, isOver: () => boolean): Promise<void> {
    while (this.heap.length > 0 && (this.heap[0] as Happening).at <= untilMs && !isOver()) {
      const next = this.takeFirst();
      this.now = next.at;
      await next.happen();
    }
    if (!isOver()) this.now = untilMs;
  }

  private takeFirst(): Happening {
    const { heap } = this;
    const first = heap[0] as Happening;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && this.isEarlier(child, least)) least = child;
      }
      if (least === parent) return first;
      this.swap(parent, least);
      parent = least;
    }
  }

  private isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.heap[a], this.heap[b]] as [Happening, Happening];
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b] as Happening, heap[a] as Happening];
  }
}

interface Due {
  run(): void;
  /** What came by one way stays in its order. */
  way: string | undefined;
}

export interface MachineTraits {
  /** What its clock says at the true time zero. */
  offsetMs: number;
  /** How fast its clock goes. */
  rate: number;
}

/** One process, from its start until it is killed. */
export class Machine {
  isAlive = true;
  isStopped = false;
  /** The next look at the clock is followed by a stop of so many milliseconds, as is the end of a turn. */
  stumbleMs = 0;
  /** Called after each turn, once the process would answer. */
  onTurn: () => void = () => {};
  private readonly due: Due[] = [];
  private isInTurn = false;
  private busyUntil = 0;
  private localNow = 0;
  private lostMs = 0;

  readonly clock: GameClock = {
    now: () => {
      const now = this.clockAt(this.isInTurn ? this.localNow : this.world.now);
      if (this.isInTurn && this.stumbleMs > 0 && this.world.random.chance(0.2)) this.stumble();
      return now;
    },
    setTimeout: (callback, delayMs) => {
      let isCancelled = false;
      let lostMs = this.lostMs;
      let dueAt = this.localTime + delayMs / this.traits.rate + this.world.random.next() * 20;
      const run = () => {
        dueAt += this.lostMs - lostMs;
        lostMs = this.lostMs;
        if (isCancelled) return;
        if (dueAt > this.localTime) wait();
        else callback();
      };
      const wait = () => this.world.at(dueAt, () => this.turn(run));
      wait();
      return () => {
        isCancelled = true;
      };
    },
  };

  constructor(
    readonly world: World,
    private readonly traits: MachineTraits,
  ) {}

  /** True time, as far as this turn has come. */
  get localTime(): number {
    return this.isInTurn ? this.localNow : this.world.now;
  }

  /** Whether it is in no state to do anything at this instant. */
  get isAway(): boolean {
    return !this.isAlive || this.isStopped || this.world.now < this.busyUntil;
  }

  /** Runs something in this process, and everything that follows from it without waiting. */
  turn(run: () => void): Promise<void> | void {
    return this.turns([run]);
  }

  /** @param way what comes by one way is run in its order */
  turns(runs: readonly (() => void)[], way?: string): Promise<void> | void {
    if (!this.isAlive) return;
    for (const run of runs) this.due.push({ run, way });
    return this.takeTurns();
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Everything that came meanwhile is due at once. */
  goOn(): Promise<void> | void {
    this.isStopped = false;
    return this.takeTurns();
  }

  kill(): void {
    this.isAlive = false;
    this.due.length = 0;
  }

  /** Its clock has stood still for so long, and its timers with it, as on a virtual machine that was suspended. */
  loseTime(ms: number): void {
    this.lostMs += ms;
  }

  private async takeTurns(): Promise<void> {
    while (this.due.length > 0 && !this.isAway) await this.takeTurn();
  }

  private async takeTurn(): Promise<void> {
    this.isInTurn = true;
    this.localNow = this.world.now;
    do this.next().run();
    while (this.due.length > 0 && this.world.random.chance(0.3));
    await allThatFollows();
    if (this.stumbleMs > 0 && this.world.random.chance(0.2)) this.stumble();
    this.isInTurn = false;
    if (this.localNow === this.world.now) {
      if (this.isAlive) this.onTurn();
      return;
    }
    this.busyUntil = this.localNow;
    this.world.at(this.busyUntil, () => {
      if (this.isAway) return;
      this.onTurn();
      return this.takeTurns();
    });
  }

  private next(): Due {
    const { due } = this;
    const drawn = due[this.world.random.below(due.length)] as Due;
    const place = drawn.way === undefined ? due.indexOf(drawn) : due.findIndex(({ way }) => way === drawn.way);
    return due.splice(place, 1)[0] as Due;
  }

  private stumble(): void {
    this.localNow += this.stumbleMs;
    this.stumbleMs = 0;
  }

  private clockAt(time: number): number {
    return this.traits.offsetMs + this.traits.rate * (time - this.lostMs);
  }
}

/** Every promise that can go on has done so by the time of the next macrotask. */
function allThatFollows(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
