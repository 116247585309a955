import type { TokenRepository } from '../storage/index.js';
import type { CatalogueSource, FetchedCatalogue } from './catalogue-source.js';
import { isSameCatalogue, objectionTo } from './catalogue-verdict.js';

/** How a refresh went. */
export interface RefreshReport {
  /** Name of the source. */
  source: string;
  /** Pieces fetched, and the artists who have a part in them; 0 where the source did not answer in full. */
  tokens: number;
  artists: number;
  /** Pieces of the source that were left out, since nobody could play them. */
  dropped: number;
  durationMs: number;
  /** Why the former catalogue stays. Missing where the fetched one is stored and played. */
  error?: string;
}

/** What a refresh needs of the application. */
export interface RefreshWorld {
  tokens: Pick<TokenRepository, 'get' | 'set' | 'loadTokens' | 'saveTokens' | 'needsTokenRefresh'>;
  logger: { log(message: string): void; warn(message: string): void };
  /** Called with a catalogue that is stored, to be played from now on. */
  play(catalogue: FetchedCatalogue): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `delayMs` without keeping the process alive; the returned function cancels. */
  later(callback: () => void, delayMs: number): () => void;
  /** Where processes share the store: whether this is the one that fetches. Left out, it is. */
  mayFetch?(): Promise<boolean>;
}

const REFRESH_HOURS = 24;
const MS_PER_HOUR = 3_600_000;
/** Wait after the first failure; doubled with each further one, up to the time between two refreshes. */
const RETRY_MS = 15 * 60_000;
/** A longer delay would overflow Node's timer and fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;
/** After which another process looks whether the one that fetches is gone, and what it has fetched. */
const LOOK_MS = 60_000;
/** Between two lines that tell of progress. */
const PROGRESS_MS = 10_000;

/** Fetches the catalogue of a source when it is due, one fetch at a time. A failure leaves what is stored as it is. */
export class CatalogueRefresh {
  /** The newest refresh that ended. */
  last: RefreshReport | undefined;
  private readonly closing = new AbortController();
  private running: Promise<RefreshReport> | undefined;
  private cancelTimer: () => void = () => {};
  private failures = 0;

  constructor(
    private readonly source: CatalogueSource,
    private readonly world: RefreshWorld,
  ) {}

  /** Refreshes at once if that is due, and from now on whenever it is; waits for neither. */
  async start(): Promise<void> {
    const { source, world } = this;
    if (!(await this.mayFetch())) {
      this.schedule(LOOK_MS);
      return;
    }
    const isOurs = (await world.tokens.get('source')) === source.name;
    if (!isOurs || (await world.tokens.needsTokenRefresh(source.refreshHours ?? REFRESH_HOURS))) void this.run();
    else this.schedule(Date.parse(String(await world.tokens.get('lastUpdated'))) + this.intervalMs - world.now());
  }

  /**
   * Refreshes now; joins the refresh that is running already. Never rejects.
   * @param force takes the catalogue even if it has lost most of its pieces. @default false
   */
  run(force = false): Promise<RefreshReport> {
    this.cancelTimer();
    this.running ??= this.refresh(force).finally(() => {
      this.running = undefined;
      this.schedule(this.pauseMs);
    });
    return this.running;
  }

  /** Ends the schedule, and the refresh under way with it; nothing is written after this. */
  async close(): Promise<void> {
    this.closing.abort(new Error('The application is shutting down.'));
    this.cancelTimer();
    await this.running;
  }

  /** A store that does not answer is no reason to fetch, and none not to start. */
  private async mayFetch(): Promise<boolean> {
    return (await this.world.mayFetch?.().catch(() => false)) ?? true;
  }

  private get intervalMs(): number {
    return (this.source.refreshHours ?? REFRESH_HOURS) * MS_PER_HOUR;
  }

  private get pauseMs(): number {
    return this.failures === 0 ? this.intervalMs : Math.min(this.intervalMs, RETRY_MS * 2 ** (this.failures - 1));
  }

  private schedule(delayMs: number): void {
    if (this.closing.signal.aborted) return;
    const inTimeMs = Math.min(this.intervalMs, DELAY_MS_MAX, Math.max(0, delayMs));
    const due = this.world.mayFetch ? () => void this.startAgain() : () => void this.run();
    this.cancelTimer = this.world.later(due, inTimeMs);
  }

  /** Another process may fetch by now, or may have fetched. */
  private async startAgain(): Promise<void> {
    if (this.closing.signal.aborted) return;
    await this.start().catch(() => this.schedule(LOOK_MS));
  }

  private async refresh(force: boolean): Promise<RefreshReport> {
    const { source, world } = this;
    const startedAt = world.now();
    const report: RefreshReport = { source: source.name, tokens: 0, artists: 0, dropped: 0, durationMs: 0 };
    try {
      const fetched = await this.fetch();
      report.tokens = fetched.tokens.length;
      report.artists = Object.keys(fetched.artistInfo).length;
      report.dropped = fetched.dropped;
      await this.adopt(fetched, force);
      this.failures = 0;
    } catch (error) {
      report.error = error instanceof Error ? error.message : String(error);
      this.failures++;
    }
    report.durationMs = world.now() - startedAt;
    this.last = report;
    this.say(report);
    return report;
  }

  /** A source that does not hear the signal is not waited for, either. */
  private async fetch(): Promise<FetchedCatalogue> {
    const { signal } = this.closing;
    signal.throwIfAborted();
    let giveUp = () => {};
    const aborted = new Promise<never>((_, reject) => {
      giveUp = () => reject(signal.reason);
    });
    signal.addEventListener('abort', giveUp);
    try {
      return await Promise.race([this.source.fetch({ signal, progress: this.progress() }), aborted]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async adopt(fetched: FetchedCatalogue, force: boolean): Promise<void> {
    const { source, world } = this;
    const stored = await world.tokens.loadTokens();
    const acceptsShrinking = force || source.acceptsShrinking === true;
    const objection = objectionTo(fetched, stored, { source: source.name, acceptsShrinking });
    if (objection !== undefined) throw new Error(`${source.name} was read in full, but ${objection}.`);
    this.closing.signal.throwIfAborted();
    if (stored?.source === source.name && isSameCatalogue(stored, fetched)) {
      // Most days bring nothing new: the log need not hold the same list again.
      const meta = { actor: source.name, reason: 'catalogue fetched, unchanged' };
      await world.tokens.set('lastUpdated', new Date(world.now()).toISOString(), meta);
    } else {
      const meta = { actor: source.name, reason: 'catalogue fetched' };
      await world.tokens.saveTokens(fetched.tokens, fetched.artistInfo, meta, source.name);
    }
    world.play(fetched);
  }

  private progress(): (done: number, of?: number) => void {
    const { source, world } = this;
    let saidAt = world.now();
    return (done, of) => {
      if (world.now() - saidAt < PROGRESS_MS) return;
      saidAt = world.now();
      world.logger.log(`${source.name}: ${done}${of === undefined ? '' : ` of ${of}`} pieces so far.`);
    };
  }

  private say({ source, tokens, artists, dropped, durationMs, error }: RefreshReport): void {
    if (this.closing.signal.aborted) return;
    if (error === undefined) {
      const seconds = (durationMs / 1000).toFixed(1);
      this.world.logger.log(
        `${source}: ${tokens} pieces by ${artists} artists, ${dropped} left out, fetched in ${seconds} s.`,
      );
    } else {
      const minutes = Math.ceil(this.pauseMs / 60_000);
      this.world.logger.warn(
        `The catalogue was not refreshed and the former one is played. ${error} Next try in ${minutes} min.`,
      );
    }
  }
}
