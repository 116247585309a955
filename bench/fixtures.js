// @ts-check
// Directories that take long to fill are filled once in a run, and measurements work on copies or links of them.
import { closeSync, copyFileSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf, playerOf, playerRecord } from './records.js';

/** Derived files that only make the opening faster; without them every byte of the log is read. */
const INDEX_FILE = /\.(index|hint)$/;
/** A lock belongs to an inode: links of one lock file would shut each other out. */
const LOCK_FILE = /^(LOCK|lock\.mdb)$/;

/**
 * So many sets over so many keys, under a name that scenarios share.
 * @param {Omit<import('./scenarios/scenario.js').Fixture, 'name'>} fixture
 * @returns {import('./scenarios/scenario.js').Fixture}
 */
export function setsFixture(fixture) {
  const { sets, keys, games } = fixture;
  return { name: `${sets}-sets-${keys}-keys-${games}-games`, ...fixture };
}

/**
 * @param {import('./scenarios/scenario.js').Fixture} fixture
 * @returns {Generator<[string, ReturnType<typeof playerRecord>]>}
 */
export function* pairsOf({ sets, keys, games }) {
  for (let i = 0; i < sets; i++) {
    const player = playerOf(i, keys);
    yield [keyOf(player), playerRecord(player, Math.floor(i / keys), games)];
  }
}

/**
 * What the fixture says of a player in the end.
 * @param {import('./scenarios/scenario.js').Fixture} fixture
 * @param {number} player
 */
export function finalRecord({ sets, keys, games }, player) {
  return playerRecord(player, Math.floor((sets - 1) / keys), games);
}

/** A directory of hard links: for those who read files and replace them, but do not change them in place. */
export function linkDirectory(/** @type {string} */ from, /** @type {string} */ to) {
  eachFile(from, to, linkSync);
}

/** Copies that are on the disk, so that writing them back does not fall into the measurement. */
export function copyDirectory(/** @type {string} */ from, /** @type {string} */ to) {
  eachFile(from, to, (source, target) => {
    copyFileSync(source, target);
    const file = openSync(target, 'r+');
    fsyncSync(file);
    closeSync(file);
  });
}

export function removeIndexFiles(/** @type {string} */ directory) {
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (INDEX_FILE.test(file)) rmSync(join(directory, file));
  }
}

/**
 * @param {string} from
 * @param {string} to
 * @param {(source: string, target: string) => void} place
 */
function eachFile(from, to, place) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    if (entry.isDirectory()) mkdirSync(target, { recursive: true });
    else if (!LOCK_FILE.test(entry.name)) {
      mkdirSync(join(target, '..'), { recursive: true });
      place(source, target);
    }
  }
}
