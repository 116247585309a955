/**
 * The quiz on a real data directory, in a process that dies before or after any write of it. Death is a cut at the
 * writes: one happens or does not, nothing is heard of it, and a copy of the directory is what the next process finds.
 * Time is the test's own, so that no disk is too slow for a round.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { GAME_CLOCK, GameModule, GameRecord, GameService } from '../../src/game/index.js';
import {
  AppendLogService,
  GameStateRepository,
  getRepositoryToken,
  LogRepository,
  PlayerRepository,
  StorageModule,
} from '../../src/storage/index.js';
import { ManualClock } from '../unit/game/table.js';

/** A dying process complains a lot. */
const silence: LoggerService = { log: () => {}, error: () => {}, warn: () => {} };

/** Where a process dies. Writes are counted from 1. */
export interface Cut {
  write: number;
  side: 'before' | 'after';
}

/** Counts a process's writes and ends its life at one of them. */
export class Life {
  writes = 0;
  dead = false;
  private underWay = 0;
  private bury = (_reason: Error): void => {};
  private readonly grave = new Promise<never>((_, reject) => {
    this.bury = reject;
  });

  constructor(private readonly cut?: Cut) {
    this.grave.catch(() => undefined);
  }

  guard<T extends object>(owner: T, ...methods: (keyof T & string)[]): void {
    for (const method of methods) {
      const write = (owner[method] as (...args: unknown[]) => Promise<unknown>).bind(owner);
      Object.assign(owner, { [method]: (...args: unknown[]) => this.write(() => write(...args)) });
    }
  }

  /** Resolves once nothing is written any more. */
  async still(): Promise<void> {
    while (this.underWay > 0) await sleep(1);
  }

  /** Lets what is left of the process be cleaned up. */
  end(): void {
    this.dead = true;
    this.bury(new Error('This process is dead.'));
  }

  private async write(perform: () => Promise<unknown>): Promise<unknown> {
    if (this.dead) return this.grave;
    this.writes++;
    const last = this.writes === this.cut?.write;
    if (last) this.dead = true;
    if (last && this.cut?.side === 'before') return this.grave;
    this.underWay++;
    const result = await perform().finally(() => this.underWay--);
    return this.dead ? this.grave : result;
  }
}

export interface Quiz {
  life: Life;
  clock: ManualClock;
  app: TestingModule;
  game: GameService;
}

/** Guards the steps of a game: saved, recorded, credited, cleared. */
export function guardGames(life: Life, app: TestingModule): void {
  life.guard(app.get(GameStateRepository), 'saveGameState', 'clearGameState');
  life.guard(app.get<LogRepository<GameRecord>>(getRepositoryToken(GameRecord)), 'set');
  life.guard(app.get(PlayerRepository), 'creditGame');
}

/** Guards every write to any log. */
export function guardLogs(life: Life, app: TestingModule): void {
  life.guard(app.get(AppendLogService), 'append', 'update', 'erase');
}

/** Starts the quiz; it may die while it starts, since what was left half done is finished then. */
export async function bootQuiz(
  dataDir: string,
  now?: number,
  cut?: Cut,
  guard: (life: Life, app: TestingModule) => void = guardGames,
): Promise<Quiz> {
  const clock = new ManualClock(now);
  const app = await Test.createTestingModule({ imports: [StorageModule.forRoot({ dataDir }), GameModule] })
    .overrideProvider(GAME_CLOCK)
    .useValue(clock)
    .setLogger(silence)
    .compile();
  const life = new Life(cut);
  guard(life, app);
  const started = app.init().then(
    () => true,
    () => true,
  );
  while (!life.dead && !(await Promise.race([started, sleep(2, false)]))) {}
  return { life, clock, app, game: app.get(GameService) };
}
