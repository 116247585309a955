/**
 * Bugs for the lab to find: copies of the compiled engine, each with one change in its text. A lab that looks away when
 * an engine acknowledges too early would look away when ours does.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { damage } from './damage/damage.js';
import { type EngineUnderTest, type Experiment, Round } from './experiment.js';
import { tryEvery } from './faults/faults.js';
import { PROGRAMS } from './faults/programs.js';
import { pagesInAnyOrder, powerLoss } from './power-loss/power-loss.js';

/** The compiled engine that the compiled lab tests. */
const ENGINE = fileURLToPath(new URL('../../../src/storage/log/', import.meta.url));
/** Inside of the build, where the packages that the engine imports can be found. */
export const plantedFolder = fileURLToPath(new URL(`../../../planted/${process.pid}/`, import.meta.url));

/** One change in the text of a compiled file: `find` stands there once. */
export interface Change {
  file: string;
  find: string;
  replace: string;
}

export interface PlantedBug extends Change {
  /** What the engine does wrong. */
  name: string;
  foundBy: Experiment;
  /** Rounds in which it must be found; about ten times as many as it takes. */
  within: number;
  /** A seed that finds it soon, to save time. Where there is none, any seed has to do. */
  seed?: number;
}

/** A part of `faults`: a written life, and the faults that a bug in the writer answers wrongly. */
function failing(...ailments: string[]): Experiment {
  return failingIn('a life', ...ailments);
}

function failingIn(life: string, ...ailments: string[]): Experiment {
  return {
    name: 'faults',
    summary: `The program "${life}", in which comes, for every k: ${ailments.join(', ')}.`,
    async run(round) {
      const program = PROGRAMS.find(({ name }) => name === life);
      if (program) await tryEvery(round, program, ailments);
    },
  };
}

const AFTER_WRITING = `        await file.write(bytes, 0, length, end.offset);
        await this.sync();
`;

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'acknowledges before the fsync',
    file: 'log-tail.js',
    find: AFTER_WRITING,
    replace: `        await file.write(bytes, 0, length, end.offset);
        setImmediate(() => this.sync());
`,
    foundBy: powerLoss,
    within: 15,
  },
  {
    name: 'renames without the fsync of the directory',
    file: 'folding.js',
    find: 'durable: disk.syncDirectory(paths.directory)',
    replace: 'durable: Promise.resolve()',
    foundBy: powerLoss,
    within: 40,
  },
  {
    name: 'skips the checksum',
    file: 'log-scanner.js',
    find: 'extendCrc(chain, window.subarray(this.#from, tail.crcAt)) === tail.crc;',
    replace: 'true;',
    foundBy: damage,
    within: 3,
  },
  {
    name: 'swaps in a folded log that was not fsynced',
    file: 'folding.js',
    find: 'await folded.file.sync();',
    replace: '',
    foundBy: powerLoss,
    within: 60,
    seed: 9,
  },
  {
    name: 'goes on after a failed fsync',
    file: 'log-tail.js',
    find: "this.poison('an fsync failed', cause);",
    replace: '',
    foundBy: failing('sync EIO'),
    within: 2,
    seed: 6,
  },
  {
    name: 'goes on after a failed write that was to be durable',
    file: 'log-tail.js',
    find: `                this.poison('a durable write failed', error);`,
    replace: '                {}',
    foundBy: failingIn('a life, written through', 'sync EIO'),
    within: 2,
    seed: 6,
  },
  {
    name: 'leaves what a short write wrote',
    file: 'log-tail.js',
    find: `            await this.#cut();
            // Refused`,
    replace: '            // Refused',
    foundBy: failing('write EIO'),
    within: 2,
    seed: 6,
  },
  {
    name: 'undoes a refused write without making that durable',
    file: 'log-tail.js',
    find: `            if (this.options.fsync !== 'never')
                await this.file.sync();`,
    replace: '',
    foundBy: failing('write EIO'),
    within: 2,
    seed: 2,
  },
  {
    name: 'builds on what it found without making it durable',
    file: 'recovery.js',
    find: 'await settle(context, file, scan);',
    replace: 'await context.disk.syncDirectory(context.paths.directory);',
    foundBy: powerLoss,
    within: 100,
    seed: 16,
  },
  {
    name: 'trusts an fsync of what a failed fsync left',
    file: 'settling.js',
    find: 'await writeAgain(file, from, scan.end);',
    replace: '',
    foundBy: powerLoss,
    within: 150,
    seed: 16,
  },
  {
    name: 'forgets tombstones when it opens',
    file: 'recovery.js',
    find: 'index.delete();',
    replace: '',
    foundBy: damage,
    within: 3,
    seed: 4,
  },
  {
    name: 'ignores the seal',
    file: 'recovery.js',
    find: 'const truncated = seal !== undefined && scan.lastSeq < seal.seq;',
    replace: 'const truncated = false;',
    foundBy: damage,
    within: 3,
    seed: 6,
  },
  {
    name: 'leaves out what was appended during a compaction',
    file: 'compaction.js',
    find: 'await copyEntries(source.file, { from: copied, to: log.end.offset, chain }, folded);',
    replace: '',
    foundBy: powerLoss,
    within: 60,
    seed: 9,
  },
  {
    name: 'gives out values of lines that rotted',
    file: 'member-proof.js',
    find: 'throw damagedSince(file, offset, key);',
    replace: 'return;',
    foundBy: damage,
    within: 3,
    seed: 2,
  },
  {
    name: 'gives out values of a CHECKPOINT that rotted',
    file: 'member-proof.js',
    find: 'throw damagedSince(file, damaged);',
    replace: 'return;',
    foundBy: damage,
    within: 12,
    seed: 2,
  },
  {
    name: 'folds what it did not verify',
    file: 'members.js',
    find: 'chain !== whole.chain',
    replace: 'false',
    foundBy: damage,
    within: 12,
    seed: 2,
  },
];

/** Experiments that must find nothing in an engine that is copied and not changed. */
export const CONTROLS: readonly Experiment[] = [powerLoss, pagesInAnyOrder, damage, failing('sync EIO', 'write EIO')];

/** A change that changes nothing but the place where the engine lies. */
export const NO_CHANGE: Change = { file: 'log-tail.js', find: AFTER_WRITING, replace: AFTER_WRITING };

/** Runs `use` with a copy of the engine in which one text is another; the copy is gone afterwards. */
export async function withPlanted<T>(change: Change, use: (engineOn: EngineUnderTest) => Promise<T>): Promise<T> {
  copies += 1;
  // None is imported twice: what was imported once is never read again.
  const folder = join(plantedFolder, String(copies));
  try {
    await cp(ENGINE, folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
    // The lab knows its errors by their class.
    await writeFile(join(folder, 'errors.js'), "export * from '../../../src/storage/log/errors.js';\n");
    const file = join(folder, change.file);
    await writeFile(file, replaceOnce(await readFile(file, 'utf8'), change));
    const { fileEngineOn } = (await import(join(folder, 'index.js'))) as { fileEngineOn: EngineUnderTest };
    return await use(fileEngineOn);
  } finally {
    await rm(plantedFolder, { recursive: true, force: true });
  }
}

let copies = 0;

/** @throws Error where the text stands there never, or more than once: the bug would not be the one that is meant */
export function replaceOnce(text: string, { file, find, replace }: Change): string {
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} holds ${JSON.stringify(find)} ${times} times, not once.`);
  return text.replace(find, () => replace);
}

/** The rounds that it takes to find a violation, from one seed on, and the first violation. */
export async function hunt(
  experiment: Experiment,
  engineOn: EngineUnderTest,
  rounds: number,
  firstSeed: number,
): Promise<{ rounds: number; violation: string | undefined }> {
  for (let n = 0; n < rounds; n += 1) {
    const round = new Round((firstSeed + n) >>> 0, engineOn);
    round.enough = () => round.violations.length > 0;
    await experiment.run(round);
    if (round.violations.length > 0) return { rounds: n + 1, violation: round.violations[0] };
  }
  return { rounds, violation: undefined };
}
