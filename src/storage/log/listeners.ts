/** Those who are told what an engine did, whichever engine it is. */
import type { EngineLogger } from './log-engine.js';

/** A listener that fails is told of, and keeps nobody else from being told. */
export function tell<A extends unknown[]>(
  listeners: ReadonlySet<(...heard: A) => void>,
  logger: EngineLogger,
  ...heard: A
): void {
  for (const listener of [...listeners]) {
    try {
      listener(...heard);
    } catch (error) {
      logger.error(`A listener to changes failed: ${(error as Error)?.message ?? error}`);
    }
  }
}
