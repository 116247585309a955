/** A process that writes, compacts, reads, fails and reopens for as long as one likes, and may not grow by it. */
import assert from 'node:assert/strict';
import { Child } from '../../../support/child.js';
import { inTime } from '../../../support/patience.js';
import { removeScratch, scratchDirectory } from '../../../support/scratch.js';
import type { Leak, SoakArgument } from '../../soak-child.js';
import type { Experiment, Round } from '../experiment.js';
import { growing, type Sample } from './judgement.js';

const SCRIPT = new URL('../../soak-child.js', import.meta.url);
const CI_MS = 14_000;
const HANGS_MS = 60_000;

/** @param leak a bug to be found: what the process forgets to let go */
export function soakFor(ms: number, leak?: Leak): Experiment {
  return {
    name: 'soak',
    summary: 'One process under load, with failing writes and reopenings: memory, handles and files level off.',
    run: (round) => round.trial('lives of a process', `${ms} ms under load`, () => soakOnce(round, ms, leak)),
  };
}

export const soak = soakFor(CI_MS);

async function soakOnce(round: Round, ms: number, leak: Leak | undefined): Promise<void> {
  const dataDir = scratchDirectory();
  const given: SoakArgument = { dataDir, seed: round.random.below(2 ** 32), ms, ...(leak && { leak }) };
  const child = new Child(SCRIPT, given, { execArgv: ['--expose-gc'] });
  try {
    const [, tallies] = await inTime('The process', ms + HANGS_MS, child.message('done'));
    for (const [what, times] of Object.entries(tallies as Record<string, number>)) round.count(what, times);
    const samples = child.messages.flatMap(([kind, sample]) => (kind === 'sample' ? [sample as Sample] : []));
    round.count('samples', samples.length);
    assert.deepEqual(growing(samples, ms), []);
    const wrong = child.messages.flatMap(([kind, what]) => (kind === 'wrong' ? [what] : []));
    assert.deepEqual(wrong, [], 'what the process found wrong');
  } finally {
    await child.kill();
    removeScratch(dataDir);
  }
}
