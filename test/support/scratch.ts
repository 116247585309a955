/** Directories that a test may fill; all of them are gone when it ends, however it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();

export function scratchDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'append-log-crash-'));
  made.add(path);
  return path;
}

export function removeScratch(path: string): void {
  rmSync(path, { recursive: true, force: true });
  made.delete(path);
}

/** For `afterEach`. */
export function removeAllScratch(): void {
  for (const path of made) removeScratch(path);
}
