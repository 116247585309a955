import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { type EntryMeta, InjectRepository, type LogEntry, LogRepository } from '../../storage/index.js';
import type { GameClock } from '../clock.js';
import { busyElsewhere } from '../errors.js';
import { Holder, isSameHolder, successorOf } from './holder.js';
import { Living } from './living.js';
import { ProcessRecord } from './process-record.js';

export interface LeaseOptions {
  /** How long a process counts as alive after it began a beat, in milliseconds. @default 10000 */
  ttlMs: number;
  /** Monotonic: it never jumps, and goes on while the process is stopped. */
  clock: GameClock;
}

export const LEASE_OPTIONS = Symbol('LEASE_OPTIONS');

/** Beats within the time to live: two may fail before anything is lost. */
const BEATS = 3;
/** Between two looks whether a duty is free. */
const TURN_MS = 50;

/** Thrown inside an atomic step to leave it without writing anything. */
const EVICTED = Symbol('evicted');
const OTHERWISE = Symbol('held otherwise');

/**
 * The one lease of this process, whatever it runs: a beat each third of the time to live. Who began no beat within that
 * time is lost, by its own clock: it lets go of everything and comes back under another id. Others wait a quarter longer,
 * from the moment at which they heard the last beat, which is later than it was begun.
 */
@Injectable()
export class ProcessLease {
  private readonly logger = new Logger('Processes');
  private readonly living: Living;
  private readonly beatListeners = new Set<() => void>();
  private readonly lossListeners = new Set<() => void>();
  private process = randomUUID();
  /** Ids that were lost and still have a record. */
  private readonly former = new Set<string>();
  private isKnown = false;
  private provenAt = Number.NEGATIVE_INFINITY;
  private validUntil = Number.NEGATIVE_INFINITY;
  private joining: Promise<void> | undefined;
  private beating: Promise<void> = Promise.resolve();
  private hearing: Subscription | undefined;
  private hasLeft = false;
  private cancelBeat = () => {};
  private cancelDeadline = () => {};

  constructor(
    @InjectRepository(ProcessRecord) private readonly records: LogRepository<ProcessRecord>,
    @InjectRepository(Holder) private readonly duties: LogRepository<Holder>,
    @Inject(LEASE_OPTIONS) private readonly options: LeaseOptions,
  ) {
    this.living = new Living(options.ttlMs);
  }

  /** Resolves once this process is known to the others. @throws LogError where the store does not take its first beat */
  ready(): Promise<void> {
    this.joining ??= this.join().catch((error: unknown) => {
      // The next call tries again.
      this.joining = undefined;
      throw error;
    });
    return this.joining;
  }

  /** What stands in the state of games that this process runs. Another one after each loss. */
  get id(): string {
    return this.process;
  }

  /** Whether nobody else may have taken what this process holds. */
  get isCurrent(): boolean {
    return this.isKnown && !this.hasLeft && this.options.clock.now() < this.validUntil;
  }

  /** Whether what a process holds may be taken. */
  isGone(process: string): boolean {
    if (process === this.process || !this.isCurrent) return false;
    return this.former.has(process) || this.living.isGone(process, this.provenAt, this.options.clock.now());
  }

  /** Calls back after each beat that the store took, and when a process has left: it is time to look whose holder is gone. */
  onBeat(listener: () => void): void {
    this.beatListeners.add(listener);
  }

  /** Calls back when this process has to let go of everything that it holds. */
  onLoss(listener: () => void): void {
    this.lossListeners.add(listener);
  }

  /** Takes, or keeps, a duty; false where another process has it, or may have it by now. */
  async takes(duty: string): Promise<boolean> {
    await this.ready();
    const { process } = this;
    const seen = await this.duties.get(duty);
    if (seen?.process !== process && !(await this.takeDuty(duty, seen))) return false;
    // Whoever was lost on the way may have lost the duty, too.
    return this.isCurrent && process === this.process;
  }

  private async takeDuty(duty: string, seen: Holder | undefined): Promise<boolean> {
    if (!this.isCurrent || (seen && !this.isGone(seen.process))) return false;
    const next = successorOf(seen, this.process);
    const meta = { actor: 'game', reason: `${duty} taken over` };
    return this.change(
      duty,
      (current) => {
        if (!isSameHolder(current, seen)) throw OTHERWISE;
        return next;
      },
      meta,
    );
  }

  /**
   * Runs a task while no other process runs one of this duty. Within a process the caller sees to it that one runs at a
   * time. A process that loses its lease in the middle goes on, so each step of the task must bear that another begins.
   * @throws GameError GAME_ELSEWHERE where the others took longer than three times a process may be silent
   */
  async exclusively<T>(duty: string, task: () => Promise<T>): Promise<T> {
    const { clock, ttlMs } = this.options;
    const deadline = clock.now() + ttlMs * BEATS;
    while (!(await this.takes(duty))) {
      if (this.hasLeft || clock.now() >= deadline) throw busyElsewhere();
      await new Promise<void>((resolve) => clock.setTimeout(resolve, TURN_MS));
    }
    try {
      return await task();
    } finally {
      await this.yields(duty).catch((error: unknown) => this.logger.warn(`${duty} could not be given back: ${error}`));
    }
  }

  /** Gives a duty back. */
  private async yields(duty: string): Promise<void> {
    const { process } = this;
    const meta = { actor: 'game', reason: `${duty} done` };
    const leave = (current: Holder | undefined): undefined => {
      if (current?.process !== process) throw OTHERWISE;
    };
    await this.change(duty, leave, meta);
  }

  /** False, and nothing is written, where another process was faster. */
  private async change(
    duty: string,
    next: (current: Holder | undefined) => Holder | undefined,
    meta: EntryMeta,
  ): Promise<boolean> {
    try {
      await this.duties.update(duty, next, meta);
      return true;
    } catch (error) {
      if (error !== OTHERWISE) throw error;
      return false;
    }
  }

  /** Says good-bye, so that others need not wait; what this process holds may be taken from now on. */
  async leave(): Promise<void> {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.cancelBeat();
    this.cancelDeadline();
    this.hearing?.unsubscribe();
    await this.beating;
    if (!this.joining) return;
    const left = [...this.former, this.process].map((process) => this.records.delete(process, BEAT_META));
    await Promise.allSettled(left);
  }

  /** Listens first and reads then, so that no beat is missed. */
  private async join(): Promise<void> {
    const { clock } = this.options;
    this.hearing?.unsubscribe();
    this.hearing = this.records.changes().subscribe((entry) => this.hear(entry));
    for await (const [process, { ttlMs }] of this.records.entries()) this.living.hear(process, ttlMs, clock.now());
    await this.beat();
    this.beatAgain();
  }

  private hear({ op, key, value }: LogEntry): void {
    if (key === undefined || key === this.process) return;
    if (op === 'DELETE') {
      this.living.bury(key);
      if (this.isCurrent) this.tellBeat();
    } else if (op === 'SET') {
      const { ttlMs = this.options.ttlMs } = value as Partial<ProcessRecord>;
      this.living.hear(key, ttlMs, this.options.clock.now());
    }
  }

  private beatAgain(): void {
    if (this.hasLeft) return;
    this.cancelBeat = this.options.clock.setTimeout(() => {
      this.beating = this.beat()
        .catch((error: unknown) => {
          if (error === EVICTED) this.lose('Others have taken this process for dead');
          else this.logger.warn(`A sign of life could not be written: ${error}`);
        })
        .finally(() => this.beatAgain());
    }, this.options.ttlMs / BEATS);
  }

  private async beat(): Promise<void> {
    const { clock, ttlMs } = this.options;
    const begunAt = clock.now();
    const { process, isKnown } = this;
    const next = (current: ProcessRecord | undefined): ProcessRecord => {
      if (current === undefined && isKnown) throw EVICTED;
      return { beat: (current?.beat ?? 0) + 1, ttlMs };
    };
    await this.records.update(process, next, BEAT_META);
    // Stopped for so long that the timer which tells of the loss has not had its turn yet.
    if (isKnown && clock.now() >= this.validUntil) this.lose();
    if (process !== this.process || this.hasLeft) return;
    this.isKnown = true;
    this.provenAt = begunAt;
    this.validUntil = begunAt + ttlMs;
    this.cancelDeadline();
    this.cancelDeadline = clock.setTimeout(() => this.lose(), Math.max(0, this.validUntil - clock.now()));
    this.buryTheLost();
    this.tellBeat();
  }

  private tellBeat(): void {
    for (const listener of this.beatListeners) listener();
  }

  private lose(why = `No sign of life was written for ${this.options.ttlMs} ms`): void {
    if (!this.isKnown || this.hasLeft) return;
    this.former.add(this.process);
    this.process = randomUUID();
    this.isKnown = false;
    this.validUntil = Number.NEGATIVE_INFINITY;
    this.cancelDeadline();
    this.logger.warn(`${why}: its games are let go of, for whoever comes first.`);
    for (const listener of this.lossListeners) listener();
  }

  /** Nobody need wait for them any more. What fails here is done after the next beat. */
  private buryTheLost(): void {
    const now = this.options.clock.now();
    for (const process of this.former) this.bury(process, () => this.forgetFormer(process));
    for (const process of this.living.lost(this.provenAt, now)) {
      this.bury(process, () => {
        // It may have given a sign after all, which was heard before this.
        if (this.living.isGone(process, this.provenAt, now)) this.living.bury(process);
      });
    }
  }

  private forgetFormer(process: string): void {
    this.living.bury(process);
    this.former.delete(process);
  }

  private bury(process: string, then: () => void): void {
    this.records.delete(process, BEAT_META).then(then, () => undefined);
  }
}

const BEAT_META = { actor: 'game', reason: 'sign of life' };
