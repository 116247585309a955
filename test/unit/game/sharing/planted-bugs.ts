/**
 * Bugs for the simulation to find: copies of the compiled leases, each with one change in its text. A simulation that
 * finds nothing wrong with these would find nothing wrong with ours.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Change, replaceOnce } from '../../../crash/lab/planted-bugs.js';
import type { LifeOptions } from './life.js';
import type { LeaseCode } from './simulated-bot.js';

/** The compiled leases that the compiled tests import. */
const LEASES = fileURLToPath(new URL('../../../../src/game/sharing/', import.meta.url));
/** Inside of the build, where the packages that they import can be found. */
const plantedFolder = fileURLToPath(new URL(`../../../../planted-leases/${process.pid}/`, import.meta.url));

export interface PlantedBug {
  /** What the leases do wrong. */
  name: string;
  changes: readonly Change[];
  /** Lives in which it must be found. */
  within: number;
  /** A seed that finds it soon, to save time. */
  seed: number;
  options?: Partial<LifeOptions>;
}

const LEASE = 'process-lease.service.js';
const GAMES = 'shared-games.js';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'wait no longer than a process counts itself alive',
    changes: [{ file: 'living.js', find: 'const MARGIN = 0.25;', replace: 'const MARGIN = 0;' }],
    within: 30,
    seed: 2,
  },
  {
    name: 'take what they have not heard for what was not said',
    changes: [{ file: LEASE, find: 'this.provenAt = begunAt;', replace: 'this.provenAt = clock.now();' }],
    within: 30,
    seed: 5,
  },
  {
    name: 'judge by the moment at which they look',
    changes: [{ file: 'living.js', find: 'provenAt - sign.at >=', replace: 'now - sign.at >=' }],
    within: 30,
    seed: 5,
  },
  {
    name: 'count themselves alive from the moment at which a beat was taken',
    changes: [
      { file: LEASE, find: 'this.validUntil = begunAt + ttlMs;', replace: 'this.validUntil = clock.now() + ttlMs;' },
    ],
    within: 30,
    seed: 1,
  },
  {
    // Either of the two would do but for a few milliseconds, which a unit test knows.
    name: 'neither see on waking that they slept for too long nor that they were buried',
    changes: [
      { file: LEASE, find: 'if (isKnown && clock.now() >= this.validUntil)', replace: 'if (false)' },
      { file: LEASE, find: 'if (current === undefined && isKnown)', replace: 'if (false)' },
    ],
    within: 60,
    seed: 30,
  },
  {
    name: 'believe their lease until a timer tells them otherwise',
    changes: [
      {
        file: LEASE,
        find: 'return this.isKnown && !this.hasLeft && this.options.clock.now() < this.validUntil;',
        replace: 'return this.isKnown && !this.hasLeft;',
      },
    ],
    within: 10,
    seed: 1,
  },
  {
    name: 'come back under a name that was buried',
    changes: [{ file: LEASE, find: 'if (current === undefined && isKnown)', replace: 'if (false)' }],
    within: 30,
    seed: 5,
    options: { losesTime: true },
  },
  {
    name: 'keep their id after a loss',
    changes: [
      {
        file: LEASE,
        find: `this.process = randomUUID();
        this.isKnown = false;`,
        replace: 'this.isKnown = false;',
      },
    ],
    within: 10,
    seed: 1,
  },
  {
    name: 'save without looking who holds the game',
    changes: [
      {
        file: GAMES,
        find: 'if (term === 0 ? !isFree : !isHeldBy(holder, state, stored))',
        replace: 'if (term === 0 && !isFree)',
      },
    ],
    within: 30,
    seed: 2,
  },
  {
    name: 'begin a game where one is',
    changes: [
      {
        file: GAMES,
        find: 'if (term === 0 ? !isFree : !isHeldBy(holder, state, stored))',
        replace: 'if (term !== 0 && !isHeldBy(holder, state, stored))',
      },
    ],
    within: 3,
    seed: 1,
  },
  {
    name: 'end a game without looking who holds it',
    changes: [
      { file: GAMES, find: 'if (stored !== undefined && !isHeldBy(holder, state, stored))', replace: 'if (false)' },
    ],
    within: 30,
    seed: 7,
  },
  {
    name: 'take a game without looking who took it meanwhile',
    changes: [
      {
        file: GAMES,
        find: 'isTaken = stored !== undefined && isSameHolder(holderOf(stored), seen);',
        replace: 'isTaken = stored !== undefined;',
      },
    ],
    within: 3,
    seed: 1,
  },
  {
    name: 'take games of those who are alive',
    changes: [
      {
        file: GAMES,
        find: 'return !holder || holder.process === this.lease.id || this.lease.isGone(holder.process);',
        replace: 'return true;',
      },
    ],
    within: 3,
    seed: 1,
  },
  {
    name: 'leave a game alone whose first save seemed to fail',
    changes: [{ file: GAMES, find: 'holder.process === this.lease.id || ', replace: '' }],
    within: 60,
    seed: 27,
  },
  {
    name: 'tell of a duty without looking whether they were lost on the way',
    changes: [{ file: LEASE, find: 'return this.isCurrent && process === this.process;', replace: 'return true;' }],
    within: 30,
    seed: 8,
  },
  {
    name: 'take a duty without looking who took it meanwhile',
    changes: [{ file: LEASE, find: 'if (!isSameHolder(current, seen))', replace: 'if (false)' }],
    within: 10,
    seed: 1,
  },
  {
    name: 'never believe that anybody is gone',
    changes: [
      { file: 'living.js', find: 'return sign !== undefined && ', replace: 'return false && sign !== undefined && ' },
    ],
    within: 3,
    seed: 1,
  },
];

/** Runs `use` with a copy of the leases in which some text is another; the copy is gone afterwards. */
export async function withPlanted<T>(changes: readonly Change[], use: (code: LeaseCode) => Promise<T>): Promise<T> {
  copies += 1;
  // None is imported twice: what was imported once is never read again.
  const folder = join(plantedFolder, String(copies));
  try {
    await cp(LEASES, folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
    for (const file of ['holder.js', 'living.js', LEASE, 'process-record.js', GAMES]) {
      const text = await readFile(join(LEASES, file), 'utf8');
      const changed = changes.filter((change) => change.file === file).reduce(replaceOnce, text);
      await writeFile(join(folder, file), withPlaces(changed));
    }
    const { ProcessLease } = (await import(join(folder, LEASE))) as Pick<LeaseCode, 'ProcessLease'>;
    const { SharedGames } = (await import(join(folder, GAMES))) as Pick<LeaseCode, 'SharedGames'>;
    return await use({ ProcessLease, SharedGames });
  } finally {
    await rm(plantedFolder, { recursive: true, force: true });
  }
}

let copies = 0;

/** What lies outside of the leases is imported from where it is, so that there is one of each class. */
function withPlaces(text: string): string {
  return text.replace(/from '(\.\.\/[^']+)'/g, (_, path: string) => `from '${new URL(path, `file://${LEASES}`).href}'`);
}
