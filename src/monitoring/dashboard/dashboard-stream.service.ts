import type { ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, Optional, ServiceUnavailableException } from '@nestjs/common';
import { Subscription } from 'rxjs';
import { CompactionService } from '../../compaction/index.js';
import { AppendLogService, type LogEntry } from '../../storage/index.js';
import { DashboardState } from './dashboard-state.service.js';
import type { EntryChoice } from './shown-entry.js';
import { Viewer } from './viewer.js';
import { WriteRate, type WrittenSecond } from './write-rate.js';

/** Entries go out this often at most. */
const ENTRIES_MS = 250;
const SNAPSHOT_MS = 1_000;
/** How much of the past a page gets when it opens. */
const HISTORY_MS = 300_000;
/** Open pages. Each costs a little of the program that writes the logs. */
const VIEWERS_MAX = 50;

/**
 * Tells every open page what happens. All of them share one subscription to the engine and one snapshot a second; while
 * nobody looks there is neither, and no timer.
 */
@Injectable()
export class DashboardStream implements BeforeApplicationShutdown {
  readonly #viewers = new Set<Viewer>();
  readonly #rate = new WriteRate();
  /** The newest last. */
  #seconds: (WrittenSecond & { sizeBytes: number })[] = [];
  #watching: Subscription | undefined;
  #lastSnapshotAt = 0;
  #isClosing = false;

  constructor(
    private readonly logs: AppendLogService,
    private readonly state: DashboardState,
    @Optional() private readonly compaction?: CompactionService,
  ) {}

  /** How many pages are open. */
  get viewers(): number {
    return this.#viewers.size;
  }

  /** Whether the engine is being listened to. */
  get isWatching(): boolean {
    return this.#watching !== undefined;
  }

  /**
   * Streams to a page until it goes away or the application shuts down.
   * @throws ServiceUnavailableException where there are too many, or at shutdown
   */
  open(response: ServerResponse, choice: EntryChoice, about: object): void {
    if (this.#isClosing) throw new ServiceUnavailableException('The application is shutting down.');
    if (this.#viewers.size >= VIEWERS_MAX) throw new ServiceUnavailableException('Too many dashboards are open.');
    // It may have left while its guards were thinking; then it would never be heard to leave.
    if (response.destroyed || response.writableEnded) return;
    const viewer = new Viewer(response, choice);
    this.#viewers.add(viewer);
    response.once('close', () => {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.#stopWatching();
    });
    this.#watch();
    const hello = { ...about, seconds: this.#seconds, compactions: this.state.compactions() };
    viewer.send('hello', JSON.stringify(hello));
    void this.#sendFirstState(viewer);
  }

  /** An open stream would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.#isClosing = true;
    for (const viewer of this.#viewers) viewer.end();
    this.#stopWatching();
  }

  /** A page shall not begin with what was wrong hours ago, when the last one was open. */
  async #sendFirstState(viewer: Viewer): Promise<void> {
    await this.state.ready();
    if (!this.#viewers.has(viewer) || this.#isClosing) return;
    viewer.send('state', JSON.stringify(this.state.snapshot(this.#rate.peek(Date.now()), this.#viewers.size)));
  }

  #watch(): void {
    if (this.#watching !== undefined) return;
    const watching = new Subscription();
    this.#rate.take(0, 0);
    this.#lastSnapshotAt = performance.now();
    // The engine tells the entries of a batch and then the batch, in one turn: from it they get the name of their log.
    let untold: LogEntry[] = [];
    watching.add(this.logs.changes().subscribe((entry) => untold.push(entry)));
    watching.add(
      this.logs.onBatch((batch) => {
        this.#rate.add(batch);
        for (const viewer of this.#viewers) for (const entry of untold) viewer.window.add(batch.log, entry);
        untold = [];
      }),
    );
    watching.add(
      this.compaction
        ?.outcomes()
        .subscribe(({ error: _, ...report }) => this.#tell('compaction', JSON.stringify(report))),
    );
    const timer = setInterval(() => this.#tick(), ENTRIES_MS);
    watching.add(() => clearInterval(timer));
    this.#watching = watching;
  }

  #stopWatching(): void {
    this.#watching?.unsubscribe();
    this.#watching = undefined;
  }

  #tick(): void {
    for (const viewer of this.#viewers) viewer.sendEntries();
    const elapsedMs = performance.now() - this.#lastSnapshotAt;
    // The timer is a little early or late; half a step of it decides.
    if (elapsedMs < SNAPSHOT_MS - ENTRIES_MS / 2) return;
    this.#lastSnapshotAt = performance.now();
    const second = this.#rate.take(Date.now(), elapsedMs);
    const snapshot = this.state.snapshot(second, this.#viewers.size);
    const sizeBytes = snapshot.logs.reduce((sum, log) => sum + log.sizeBytes, 0);
    this.#seconds = [...this.#seconds.filter(({ at }) => at > second.at - HISTORY_MS), { ...second, sizeBytes }];
    this.#tell('state', JSON.stringify(snapshot));
  }

  #tell(event: string, json: string): void {
    for (const viewer of this.#viewers) viewer.send(event, json);
  }
}
