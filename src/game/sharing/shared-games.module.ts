import { type DynamicModule, Module } from '@nestjs/common';
import { StorageModule } from '../../storage/index.js';
import type { GameClock } from '../clock.js';
import { Errand } from './errand.js';
import { Errands } from './errands.service.js';
import { Holder } from './holder.js';
import { LEASE_OPTIONS, type LeaseOptions, ProcessLease } from './process-lease.service.js';
import { ProcessRecord } from './process-record.js';

const DEFAULT_TTL_MS = 10_000;
const SHORTEST_TTL_MS = 1_000;

/** Time that never jumps. Its timers do not keep the process alive. */
const monotonicClock: GameClock = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** Lets several processes on one store share their games: import it where the store's engine is a replicated one. */
@Module({})
export class SharedGamesModule {
  /**
   * Global, since the quiz asks whether there are others without knowing who says so.
   * @throws TypeError naming the option that is wrong
   */
  static forRoot({ ttlMs = DEFAULT_TTL_MS, clock = monotonicClock }: Partial<LeaseOptions> = {}): DynamicModule {
    if (!Number.isSafeInteger(ttlMs) || ttlMs < SHORTEST_TTL_MS) {
      throw new TypeError(`Expected \`ttlMs\` to be a whole number ≥ ${SHORTEST_TTL_MS}, got ${ttlMs}`);
    }
    return {
      module: SharedGamesModule,
      global: true,
      imports: [StorageModule.forFeature([ProcessRecord, Holder, Errand])],
      providers: [ProcessLease, Errands, { provide: LEASE_OPTIONS, useValue: { ttlMs, clock } }],
      exports: [ProcessLease, Errands],
    };
  }
}
