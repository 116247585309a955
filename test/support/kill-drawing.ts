/** Programs drawn by chance: how many appends, of which kinds and sizes, where compactions and closes fall. */
import type { FsyncMode, RecoveryMode } from '../../src/storage/log/index.js';
import type { KillProgram, PlannedWrite, Step } from './kill-program.js';
import type { Random } from './random.js';

const ODD_KEYS = ['', '__proto__', 'constructor', 'a"b\\', 'zeilen\nende', '😀'];
const LARGEST_KEY = 3_000;

export interface DrawnSize {
  /** Groups of writes, each with a compaction, a close or nothing behind it. */
  groups: number;
  /** At most so many writes in a group. */
  writes: number;
}

/** A few keys, some of them odd and one of any size, so that most writes meet an older value. */
export function drawKeys(random: Random): string[] {
  const plain = Array.from({ length: 3 + random.below(5) }, (_, i) => `k${i}`);
  const odd = ODD_KEYS.filter(() => random.chance(0.3));
  return [...plain, ...odd, `long ${'x'.repeat(Math.floor(LARGEST_KEY ** random.next()))}`];
}

export function drawWrites(random: Random, keys: readonly string[], atMost: number): PlannedWrite[] {
  return Array.from({ length: 1 + random.below(atMost) }, () => {
    const dice = random.next();
    if (dice < 0.03) return { kind: 'replace', key: '' };
    return { kind: dice < 0.2 ? 'delete' : dice < 0.35 ? 'update' : 'set', key: random.pick(keys) };
  });
}

/** What happens to one log between an opening and the end of the process. */
export function drawSteps(random: Random, log: string, { groups, writes }: DrawnSize): Step[] {
  const keys = drawKeys(random);
  const steps: Step[] = [];
  // Where nobody opens the log first, the first append does; an update would wait for it behind other writes.
  if (random.chance(0.7)) steps.push({ do: 'open', log });
  else steps.push({ do: 'write', log, writes: drawAppends(random, keys, writes) });
  for (let group = 0; group < groups; group += 1) {
    steps.push({ do: 'write', log, writes: drawWrites(random, keys, writes) });
    const dice = random.next();
    if (dice < 0.45) steps.push(drawCompaction(random, log, keys));
    else if (dice < 0.6) steps.push({ do: 'close' }, { do: 'open', log });
  }
  return steps;
}

function drawAppends(random: Random, keys: readonly string[], atMost: number): PlannedWrite[] {
  return drawWrites(random, keys, atMost).map(({ kind, key }) => ({ kind: kind === 'update' ? 'set' : kind, key }));
}

function drawCompaction(random: Random, log: string, keys: readonly string[]): Step {
  const meets = random.chance(0.6) ? drawWrites(random, keys, 8) : [];
  return { do: 'compact', log, meets, keepBackups: random.chance(0.8) ? 3 : random.below(3) };
}

export function drawFsync(random: Random): FsyncMode {
  return random.chance(0.7) ? 'always' : random.pick(['everysec', 'never']);
}

export function drawProgram(
  random: Random,
  log: string,
  size: DrawnSize,
  { recovery = 'heal' as RecoveryMode, firstId = 0 } = {},
): KillProgram {
  const steps = drawSteps(random, log, size);
  return { recovery, fsync: drawFsync(random), firstId, steps, closes: random.chance(0.9) };
}

/** Everything that a log goes through once: batches, two compactions, the first met by writes, main file and close. */
export function wholeLife(log: string): KillProgram {
  const sets = (from: number, count: number): PlannedWrite[] =>
    Array.from({ length: count }, (_, i) => {
      const n = from + i;
      return { kind: n % 5 === 4 ? 'delete' : n % 7 === 6 ? 'update' : 'set', key: `k${n % 7}` };
    });
  const steps: Step[] = [
    { do: 'open', log },
    { do: 'write', log, writes: sets(0, 1) },
    { do: 'write', log, writes: sets(1, 5) },
    { do: 'write', log, writes: sets(6, 9) },
    { do: 'compact', log, meets: sets(15, 8), keepBackups: 3 },
    { do: 'write', log, writes: sets(23, 3) },
    { do: 'close' },
    { do: 'open', log },
    { do: 'write', log, writes: sets(26, 4) },
    { do: 'write', log, writes: [{ kind: 'replace', key: '' }] },
    { do: 'compact', log, meets: [], keepBackups: 1 },
    { do: 'write', log, writes: sets(30, 2) },
  ];
  return { recovery: 'heal', fsync: 'always', firstId: 0, steps, closes: true };
}
