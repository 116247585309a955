/** A state in one word, for one process to tell another what it found. */
import { createHash } from 'node:crypto';
import type { ModelState } from './write-model.js';

export function stateDigest(state: ModelState): string {
  const entries = [...state].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha1').update(JSON.stringify(entries)).digest('hex');
}
