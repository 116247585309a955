/** A disk as a process sees it that dies at one call: nothing is performed any more, nothing answered. */
import type { FileSystem } from '../../src/storage/log/index.js';
import { type DiskCall, guardedDisk } from './guarded-disk.js';

export type DeathPoint = 'before' | 'half' | 'after';

export interface MortalDisk extends FileSystem {
  readonly calls: DiskCall[];
  /** Resolves at the death, once nothing is under way and every file is closed, as the kernel does. */
  readonly died: Promise<void>;
}

/** @param call the one to die at, counted from 1; 0 to live */
export function mortalDisk(base: FileSystem, call = 0, point: DeathPoint = 'before'): MortalDisk {
  const calls: DiskCall[] = [];
  const open = new Set<{ close(): Promise<void> }>();
  const underWay = new Set<Promise<unknown>>();
  let dead = false;
  let tellDeath: () => void = () => undefined;
  const death = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });
  const die = async (): Promise<never> => {
    dead = true;
    tellDeath();
    return new Promise<never>(() => undefined);
  };
  const disk = guardedDisk(
    async (asked, perform) => {
      if (dead) return die();
      calls.push(asked);
      const dies = calls.length === call;
      if (dies && point === 'before') return die();
      const performed = dies && point === 'half' ? (asked.performHalf ?? perform)() : perform();
      underWay.add(performed);
      await performed.finally(() => underWay.delete(performed));
      if (dies || dead) return die();
      return performed as ReturnType<typeof perform>;
    },
    base,
    (file) => open.add(file),
  );
  const died = death.then(async () => {
    await Promise.allSettled(underWay);
    await Promise.all([...open].map((file) => file.close()));
  });
  return { ...disk, calls, died };
}
