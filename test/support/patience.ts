/** A guard against hanging: far beyond what the work takes on any machine, it is given up with a word. */
import { setTimeout as delay } from 'node:timers/promises';

export async function inTime<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  const patience = new AbortController();
  const hangs = delay(ms, undefined, { signal: patience.signal }).then(
    () => Promise.reject(new Error(`${what} hangs: it is not done after ${ms} ms.`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work, hangs]);
  } finally {
    patience.abort();
  }
}

/** Resolves once a look throws nothing any more; rejects with what was thrown last when that takes too long. */
export async function eventually(look: () => unknown, patienceMs = 20_000): Promise<void> {
  for (const deadline = performance.now() + patienceMs; ; await delay(20)) {
    try {
      await look();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
