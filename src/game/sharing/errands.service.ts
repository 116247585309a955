import { randomUUID } from 'node:crypto';
import { BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { InjectRepository, type LogEntry, LogRepository } from '../../storage/index.js';
import { gameElsewhere } from '../errors.js';
import { Errand, type ErrandCall, type ErrandOutcome, type ErrandResults } from './errand.js';
import { outcomeOf, resultOf } from './errand-outcome.js';
import { LEASE_OPTIONS, type LeaseOptions, ProcessLease } from './process-lease.service.js';

type Handler = (call: ErrandCall) => Promise<unknown>;

const META = { actor: 'game', reason: 'asked of another process' };

/** Carries what somebody wants of a game to the process that runs it, and the outcome back: over the store, by its log. */
@Injectable()
export class Errands implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Processes');
  /** Those that this process waits for. */
  private readonly waiting = new Map<string, (outcome: ErrandOutcome) => void>();
  private readonly hearing: Subscription;
  private handler: Handler | undefined;

  constructor(
    @InjectRepository(Errand) private readonly errands: LogRepository<Errand>,
    private readonly lease: ProcessLease,
    @Inject(LEASE_OPTIONS) private readonly options: LeaseOptions,
  ) {
    this.hearing = errands.changes().subscribe((entry) => this.hear(entry));
    lease.onBeat(() => void this.sweep());
  }

  beforeApplicationShutdown(): void {
    this.hearing.unsubscribe();
  }

  /** Who does what other processes ask of this one. */
  handleWith(handler: Handler): void {
    this.handler = handler;
  }

  /**
   * Has another process do something.
   * @throws what it threw there
   * @throws GameError GAME_ELSEWHERE where nothing came back within the time that a process may be silent: it may have
   * been done, and asking again does no harm
   */
  async ask<C extends ErrandCall>(to: string, call: C): Promise<ErrandResults[C['what']]> {
    const id = randomUUID();
    let cancel = () => {};
    const answered = new Promise<ErrandOutcome | undefined>((resolve) => {
      this.waiting.set(id, resolve);
      cancel = this.options.clock.setTimeout(() => resolve(undefined), this.options.ttlMs);
    });
    try {
      await this.errands.set(id, { from: this.lease.id, to, call }, META);
      const outcome = await answered;
      if (!outcome) throw gameElsewhere();
      return resultOf(outcome) as ErrandResults[C['what']];
    } finally {
      cancel();
      this.waiting.delete(id);
      // What stays behind is swept away by whoever finds its process gone.
      this.errands.delete(id, META).catch(() => undefined);
    }
  }

  private hear({ op, key = '', value }: LogEntry): void {
    if (op !== 'SET') return;
    const { to, call, outcome } = value as Errand;
    if (outcome) this.waiting.get(key)?.(outcome);
    else if (to === this.lease.id) void this.run(key, call);
  }

  private async run(id: string, call: ErrandCall): Promise<void> {
    const outcome = await outcomeOf(async () => {
      if (!this.handler) throw gameElsewhere();
      return this.handler(call);
    });
    // Deleted means that nobody waits any more.
    await this.errands
      .update(id, (errand) => errand && { ...errand, outcome }, META)
      .catch((error: unknown) => this.logger.warn(`What another process asked could not be answered: ${error}`));
  }

  /** Errands of processes that died while they waited. There are hardly ever any at all. */
  private async sweep(): Promise<void> {
    try {
      for await (const [id, { from }] of this.errands.entries()) {
        if (this.lease.isGone(from)) await this.errands.delete(id, META);
      }
    } catch {
      // The next beat tries again.
    }
  }
}
