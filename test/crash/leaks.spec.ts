import { afterEach, describe, expect, test } from '@jest/globals';
import { Child, killAllChildren } from '../support/child.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';
import type { CyclesArgument, Holdings } from './cycles-child.js';

const SCRIPT = new URL('./cycles-child.js', import.meta.url);
const MEBIBYTE = 1024 * 1024;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

async function holdingsOf(given: Omit<CyclesArgument, 'dataDir'>): Promise<Holdings[]> {
  const child = new Child(SCRIPT, { ...given, dataDir: scratchDirectory() }, { execArgv: ['--expose-gc'] });
  await child.message('done');
  await child.ended;
  return child.messages.flatMap(([kind, holdings]) => (kind === 'holds' ? [holdings as Holdings] : []));
}

function expectLevel(holdings: readonly Holdings[]): void {
  const [warm, ...later] = holdings as [Holdings, ...Holdings[]];
  for (const { cycle, files, resources, heapBytes } of later) {
    expect({ cycle, files, resources }).toEqual({ cycle, files: warm.files, resources: warm.resources });
    expect(heapBytes - warm.heapBytes).toBeLessThan(MEBIBYTE / 2);
  }
}

describe('one process that opens the same directory again and again', () => {
  test('holds no more files, timers and memory after 200 lives than after 50', async () => {
    const holdings = await holdingsOf({ kind: 'lives', cycles: 200, tellEach: 50 });
    expect(holdings).toHaveLength(4);
    expectLevel(holdings);
  }, 60_000);

  test.each(['refused: held', 'refused: corrupt'] as const)(
    'holds nothing of what was %s',
    async (kind) => {
      const holdings = await holdingsOf({ kind, cycles: 60, tellEach: 20 });
      expect(holdings).toHaveLength(3);
      expectLevel(holdings);
    },
    30_000,
  );
});
