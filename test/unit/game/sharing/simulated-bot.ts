/** A process that does with its games what GameService does: looks on each beat, saves steps, begins games, ends them. */
import { isElsewhere } from '../../../../src/game/errors.js';
import type { GameState } from '../../../../src/game/session/state.js';
import type { ProcessLease, SharedGames } from '../../../../src/game/sharing/index.js';
import type { LeaseOptions } from '../../../../src/game/sharing/process-lease.service.js';
import { GameStateRepository, type LogRepository } from '../../../../src/storage/index.js';
import { LogRepository as Repository } from '../../../../src/storage/log.repository.js';
import type { Random } from '../../../support/random.js';
import type { Machine } from '../../../support/simulated-machines.js';
import type { StoreClient } from '../../../support/simulated-store.js';
import { aGame } from '../table.js';

/** The code under test: ours, or a copy in which a bug was planted. */
export interface LeaseCode {
  ProcessLease: new (
    records: LogRepository<never>,
    duties: LogRepository<never>,
    options: LeaseOptions,
  ) => ProcessLease;
  SharedGames: new (...needed: ConstructorParameters<typeof SharedGames>) => SharedGames;
}

export const DUTIES = ['catalogue', 'sweeping'];
const STEP_MS = 3_000;
const STEP = { actor: 'simulation', reason: 'a step' };
/** Of the one write that may take a game out of the store. */
export const END = { actor: 'simulation', reason: 'the end' };

/** What a process was told when it asked for a duty. */
export interface DutyAnswer {
  mine: boolean;
  /** Who it was when it was told. */
  id: string;
  /** Whether its lease was good when it was told. */
  isCurrent: boolean;
}

/** A game that a process goes on with. */
interface Course {
  state: GameState;
  isAtWork: boolean;
}

export class SimulatedBot {
  readonly lease: ProcessLease;
  readonly games: SharedGames;
  /** Every id under which it has run games. */
  readonly ids = new Set<string>();
  /** Games that it may believe to hold, by gameId, also those that it let go of. */
  readonly known = new Map<string, GameState>();
  /** Games that it goes on with, by channel. */
  readonly running = new Map<string, Course>();
  readonly duties = new Map<string, DutyAnswer>();
  /** Whether games are begun and ended, beside being played. */
  isLively = true;
  isReady = false;
  isClosing = false;
  private readonly starting = new Set<string>();
  private readonly random: Random;
  private looking: Promise<void> | undefined;
  private begun = 0;

  constructor(
    readonly name: string,
    readonly machine: Machine,
    readonly client: StoreClient,
    readonly channels: readonly string[],
    ttlMs: number,
    code: LeaseCode,
  ) {
    this.random = machine.world.random;
    const { logs } = client;
    const plain = { read: (stored: unknown) => stored as never, check: (value: unknown) => value };
    const records = new Repository<never>(logs, 'processes', plain);
    const duties = new Repository<never>(logs, 'duties', plain);
    this.lease = new code.ProcessLease(records, duties, { ttlMs, clock: machine.clock });
    this.games = new code.SharedGames(new GameStateRepository(logs), this.lease);
    this.ids.add(this.lease.id);
    this.lease.onLoss(() => this.dropAll());
    this.lease.onBeat(() => this.look());
    machine.world.after(0, () => machine.turn(() => this.start()));
  }

  /** Whether this process may act for a game, as it would be told at this instant. */
  holds(state: GameState): boolean {
    try {
      this.games.assertHeld(state);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether it was told that a duty is its own, and nothing has happened since that it would notice. */
  hasDuty(duty: string): boolean {
    const answer = this.duties.get(duty);
    return answer?.mine === true && answer.id === this.lease.id && this.lease.isCurrent;
  }

  /** An orderly end. */
  close(): void {
    const end = async () => {
      this.isClosing = true;
      await this.looking;
      await this.lease.leave();
      this.machine.kill();
    };
    this.machine.world.after(0, () => this.machine.turn(end));
  }

  private async start(): Promise<void> {
    try {
      await this.client.open('processes', 'duties', 'game_state');
      await this.lease.ready();
      this.isReady = true;
      await this.take();
      this.stepAgain();
    } catch {
      // A bot that cannot start ends; somebody starts another.
      this.machine.kill();
    }
  }

  private dropAll(): void {
    this.ids.add(this.lease.id);
    this.games.letGo();
    this.running.clear();
  }

  private look(): void {
    for (const duty of DUTIES) void this.ask(duty);
    if (this.isClosing || this.looking || !this.isReady) return;
    this.looking = this.take()
      .catch(() => undefined)
      .finally(() => {
        this.looking = undefined;
      });
  }

  private async take(): Promise<void> {
    const isHere = (channel: string) => this.running.has(channel) || this.starting.has(channel);
    for await (const state of this.games.take(isHere, () => undefined)) {
      if (this.isClosing) return;
      this.known.set(state.gameId, state);
      this.running.set(state.channelId, { state, isAtWork: false });
    }
  }

  private async ask(duty: string): Promise<void> {
    const mine = await this.lease.takes(duty).catch(() => false);
    const { lease, machine } = this;
    // Where the clock went on within this turn, nobody can tell what it said when the answer was given.
    const isCurrent = lease.isCurrent || machine.localTime > machine.world.now;
    this.duties.set(duty, { mine, id: lease.id, isCurrent });
  }

  private stepAgain(): void {
    if (this.isClosing) return;
    this.machine.clock.setTimeout(() => {
      for (const course of this.running.values()) if (this.random.chance(0.5)) void this.step(course);
      if (this.isLively && this.random.chance(0.3)) void this.begin();
      this.stepAgain();
    }, STEP_MS * this.random.next());
  }

  /** One at a time for each game, and repeated where it failed. */
  private async step(course: Course): Promise<void> {
    if (course.isAtWork) return;
    course.isAtWork = true;
    const { state } = course;
    const isHere = () => this.running.get(state.channelId) === course;
    const isLast = this.isLively && state.round > 5 && this.random.chance(0.2);
    const next = { ...state, round: state.round + 1 };
    try {
      await (isLast ? this.games.clear(state, END) : this.games.save(next, STEP));
      if (isLast && isHere()) this.running.delete(state.channelId);
      course.state = next;
    } catch (error) {
      if (isElsewhere(error) && isHere()) this.running.delete(state.channelId);
    } finally {
      course.isAtWork = false;
    }
  }

  private async begin(): Promise<void> {
    const channelId = this.random.pick(this.channels);
    if (this.running.has(channelId) || this.starting.has(channelId)) return;
    this.begun += 1;
    const state = aGame({ gameId: `${this.name}-${this.begun}`, channelId });
    this.starting.add(channelId);
    this.games.begin(state.gameId);
    this.known.set(state.gameId, state);
    try {
      await this.games.save(state, STEP);
      this.games.assertHeld(state);
      this.running.set(channelId, { state, isAtWork: false });
    } catch {
      // Refused, or in doubt: if it was written after all, the next look finds it.
    } finally {
      this.starting.delete(channelId);
    }
  }
}
