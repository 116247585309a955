// @ts-check
// What a scenario consists of. The parent process reads everything but `measure`, which runs in a child.

/** @typedef {Record<string, number>} Sizes */
/** @typedef {Record<string, number | string>} Figures what one measurement found, by the names in `figures` */
/** @typedef {Map<string, Figures>} Round figures by entrant, of one round */

/**
 * @typedef {object} Entrant
 * @property {string} id
 * @property {string} participant
 * @property {string} label
 * @property {Record<string, any>} settings read by `measure`
 * @property {boolean} [optional] takes so long, or so much of the disk, that it must be asked for
 */

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {string} label
 * @property {import('../report/units.js').Unit} unit
 */

/**
 * @typedef {object} Goal
 * @property {string} text
 * @property {number} [atLeast]
 * @property {number} [atMost]
 * @property {import('../report/units.js').Unit} unit
 * @property {(round: Round) => number | undefined} value
 * @property {boolean} [stretch] worth telling, not promised
 * @property {boolean} [isOnPlot] it is the ratio that the plot shows
 */

/**
 * @typedef {object} Context
 * @property {string} directory empty, or a copy of the fixture
 * @property {string} [fixture] directory of the fixture itself, to be read only
 * @property {Sizes} sizes
 * @property {Entrant} entrant
 * @property {{ mainFiles: boolean }} options
 */

/**
 * @typedef {object} Fixture
 * @property {string} name
 * @property {number} sets
 * @property {number} keys
 * @property {number} games
 * @property {string} [of] whose files; the entrant's own where it is left out
 * @property {boolean} [mainFiles]
 * @property {number} [compactAfter] ours is compacted after so many sets
 * @property {'link' | 'copy' | 'read'} use what a measurement gets of it. `link`: its files are not changed in place.
 *   `copy`: they may be. `read`: nothing but the place of the fixture
 */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {string} stick what the raw limit does
 * @property {(sizes: Sizes) => string} what
 * @property {{ full: Sizes, quick: Sizes }} sizes
 * @property {string[]} [flags] of Node, for the processes that measure
 * @property {number} [repeats] of each round: where the disk has moods, many short measurements beat a long one
 * @property {(string | (Partial<Entrant> & { participant: string }))[]} entrants
 * @property {Figure[]} figures the first one is compared with the stick's
 * @property {'speed' | 'cost'} ratio `speed`: greater is better, stick ÷ entrant for times; `cost`: smaller is better
 * @property {Goal[]} goals
 * @property {(sizes: Sizes, entrant: Entrant) => Fixture | undefined} [fixture]
 * @property {(context: Context) => Promise<Figures>} measure
 */

/** @type {Record<string, string>} */
const LABELS = { ours: 'nest-append-log', stick: 'raw limit', redis: 'Redis AOF', nedb: '@seald-io/nedb' };

/** Ours, with the option that writes newlines ahead, so that an fsync need not grow the file. */
export const OURS_AHEAD = Object.freeze({
  participant: 'ours',
  id: 'ours-ahead',
  label: 'nest-append-log, space ahead',
  settings: { spaceAheadBytes: 1024 * 1024 },
});

/**
 * @param {Scenario['entrants'][number]} entrant
 * @returns {Entrant}
 */
export function completeEntrant(entrant) {
  const given = typeof entrant === 'string' ? { participant: entrant } : entrant;
  const { participant, id = participant, settings = {} } = given;
  const label = given.label ?? LABELS[participant] ?? participant;
  return { id, participant, label, settings, optional: given.optional };
}

/**
 * @param {Round} round
 * @param {string} id
 * @param {string} figure
 * @returns {number | undefined}
 */
export function figureOf(round, id, figure) {
  const value = round.get(id)?.[figure];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * How an entrant stands to the stick in one round; undefined where either is missing.
 * @param {Round} round
 * @param {string} id
 * @param {string} figure
 * @param {string} [other]
 */
export function timesAs(round, id, figure, other = 'stick') {
  const mine = figureOf(round, id, figure);
  const theirs = figureOf(round, other, figure);
  return mine === undefined || theirs === undefined ? undefined : mine / theirs;
}

/**
 * @param {Round} round
 * @param {string[]} peers those that are missing do not count
 * @param {string} figure
 */
export function timesTheBest(round, peers, figure) {
  const mine = figureOf(round, 'ours', figure);
  const theirs = peers.map((peer) => figureOf(round, peer, figure)).filter((value) => value !== undefined);
  return mine === undefined || theirs.length === 0 ? undefined : mine / Math.max(...theirs);
}
