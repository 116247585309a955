/** Whether what a process holds levels off: the middle of its life against the end of it. */

export interface Sample {
  /** Of the process's life, in milliseconds. */
  atMs: number;
  rssBytes: number;
  heapBytes: number;
  /** Memory of buffers, which is no part of the heap. */
  externalBytes: number;
  openFiles: number;
  /** Timers and whatever else keeps the event loop alive. */
  resources: number;
  filesInDirectory: number;
}

const MEBIBYTE = 1024 * 1024;

/** How much more of each may be held in the last quarter than in the second: what chance and the collector make of it. */
const ALLOWED: Record<Exclude<keyof Sample, 'atMs'>, (before: number) => number> = {
  rssBytes: (before) => Math.max(16 * MEBIBYTE, before * 0.15),
  heapBytes: () => 1.5 * MEBIBYTE,
  externalBytes: () => 3 * MEBIBYTE,
  openFiles: () => 2,
  resources: () => 2,
  filesInDirectory: () => 2,
};

/** Fewer samples in a quarter have no middle worth the name. */
const FEWEST = 3;

/** @returns one complaint for each thing that goes on growing */
export function growing(samples: readonly Sample[], lifeMs: number): string[] {
  const second = samples.filter(({ atMs }) => atMs >= lifeMs / 4 && atMs < lifeMs / 2);
  const last = samples.filter(({ atMs }) => atMs >= (lifeMs * 3) / 4);
  if (Math.min(second.length, last.length) < FEWEST) {
    return [`only ${second.length} and ${last.length} samples were taken in the second and the last quarter`];
  }
  return Object.entries(ALLOWED).flatMap(([what, allowed]) => {
    const [before, after] = [second, last].map((quarter) => median(quarter.map((each) => each[what as keyof Sample])));
    const growth = (after as number) - (before as number);
    return growth > allowed(before as number) ? [`${what} grew from ${before} to ${after} between the medians`] : [];
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}
