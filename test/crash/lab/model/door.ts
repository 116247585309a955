/**
 * The file door of a process that dies at once: nothing of it is performed any more, nothing answered, and the disk
 * stays as it is. A fuse lets it die in the middle of whatever it does.
 */
import type { FileSystem } from '../../../../src/storage/log/index.js';
import { guardedDisk } from '../../../support/guarded-disk.js';
import type { MemoryDisk } from '../../../support/memory-disk.js';

/** The call to die at, counted from the arming, and how far it gets. */
export interface Fuse {
  calls: number;
  point: 'before' | 'half' | 'after';
}

/** Thrown to whoever waits for a process that died. */
export class Died extends Error {}

/** A new one each time: a promise holds on to all who ever waited for it. */
export const never = () => new Promise<never>(() => undefined);

export class MortalDoor {
  readonly disk: FileSystem;
  /** Resolves at the death, with what is on the disk then. */
  readonly died: Promise<MemoryDisk>;
  #fuses: Fuse[];
  #left = 0;
  #dead = false;
  #tellDeath: (left: MemoryDisk) => void = () => undefined;

  constructor(
    readonly base: MemoryDisk,
    fuses: readonly Fuse[] = [],
    /** The way to `base`, where it is not straight. */
    disk: FileSystem = base,
  ) {
    this.#fuses = [...fuses];
    this.#left = this.#fuses[0]?.calls ?? 0;
    this.died = new Promise((resolve) => {
      this.#tellDeath = resolve;
    });
    this.disk = guardedDisk(async (call, perform) => {
      if (this.#dead) return never();
      const burns = this.#left > 0 && --this.#left === 0;
      const point = burns ? this.#fuses[0]?.point : undefined;
      if (point === 'before') return this.#die();
      const performed = await (point === 'half' ? (call.performHalf ?? perform)() : perform());
      if (point !== undefined) return this.#die();
      return this.#dead ? never() : (performed as Awaited<ReturnType<typeof perform>>);
    }, disk);
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Fuses for the processes that follow; the first still burns where this one did not die of it. */
  get fuses(): readonly Fuse[] {
    return this.#left > 0 ? [{ ...(this.#fuses[0] as Fuse), calls: this.#left }, ...this.#fuses.slice(1)] : this.#fuses;
  }

  /** Does nothing where one burns already. */
  arm(fuses: readonly Fuse[]): void {
    if (this.#left > 0) return;
    this.#fuses = [...fuses];
    this.#left = this.#fuses[0]?.calls ?? 0;
  }

  /** SIGKILL. */
  kill(): void {
    if (!this.#dead) void this.#die();
  }

  /** The outcome of something this process does. @throws Died */
  async alive<T>(work: Promise<T>): Promise<T> {
    const outcome = await Promise.race([work, this.died.then(() => DEAD)]);
    if (outcome === DEAD || this.#dead) throw new Died();
    return outcome as T;
  }

  #die(): Promise<never> {
    if (this.#left === 0) this.#fuses.shift();
    this.#left = 0;
    this.#dead = true;
    this.#tellDeath(this.base.copy());
    return never();
  }
}

const DEAD = Symbol('dead');
