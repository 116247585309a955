/** The child's side of child.ts. */
import { writeSync } from 'node:fs';
import type { EngineLogger } from '../../src/storage/log/index.js';

const PIPE = 3;

/** What the parent handed over. */
export function argument<T>(): T {
  return JSON.parse(process.argv[2] as string) as T;
}

/** Returns when the kernel has it, so that a kill right after takes nothing of it away. */
export function tell(kind: string, ...rest: unknown[]): void {
  writeSync(PIPE, `${JSON.stringify([kind, ...rest])}\n`);
}

/** The parent holds the other end of this child's input: when that closes, nobody waits for this child any more. */
export function endWithParent(): void {
  process.stdin.on('end', () => process.exit(1)).resume();
}

export const silent: EngineLogger = { log: () => undefined, warn: () => undefined, error: () => undefined };
