/** A disk that takes a few turns for each call, and refuses some of them while it is in the mood. */
import { setImmediate as turn } from 'node:timers/promises';
import type { FileSystem } from '../../../../src/storage/log/index.js';
import { type DiskCall, guardedDisk } from '../../../support/guarded-disk.js';
import { systemError } from '../../../support/memory-disk.js';
import { Random } from '../../../support/random.js';

/** Shares of the calls that fail. */
export interface Mood {
  /** Writes, short or not at all, of logs and of what a compaction writes. */
  writes: number;
  /** What undoes a failed write. */
  truncates: number;
  fsyncs: number;
  /** Links, renames and openings, and the fsync of a directory. */
  names: number;
}

export const CALM: Mood = { writes: 0, truncates: 0, fsyncs: 0, names: 0 };

export class MoodyDisk {
  mood: Mood = CALM;
  /** Calls that were refused. */
  refused = 0;
  readonly disk: FileSystem;

  constructor(base: FileSystem, random: Random) {
    // Main files are written when a timer says so: what they draw may not change what the others do.
    const ofViews = new Random(random.below(2 ** 32));
    this.disk = guardedDisk(async (call, perform) => {
      const chance = /\.json(\.tmp)?$/.test(call.path) ? ofViews : random;
      await pause(chance);
      if (call.changes && chance.chance(this.#shareOf(call))) {
        this.refused += 1;
        if (call.performHalf && chance.chance(0.5)) await call.performHalf();
        throw systemError(chance.chance(0.7) ? 'ENOSPC' : 'EIO', call.path);
      }
      const outcome = await perform();
      // What was done may be heard of late.
      await pause(chance);
      return outcome;
    }, base);
  }

  #shareOf({ name }: DiskCall): number {
    if (name === 'write') return this.mood.writes;
    if (name === 'truncate') return this.mood.truncates;
    if (name === 'sync') return this.mood.fsyncs;
    return ['open', 'link', 'rename', 'syncDirectory'].includes(name) ? this.mood.names : 0;
  }
}

async function pause(random: Random): Promise<void> {
  if (random.chance(0.4)) return;
  for (let turns = random.below(4); turns > 0; turns -= 1) await turn();
}
