// @ts-check
// Scenario by scenario, and in each of them round by round: A B C A B C …, so that what the machine does meanwhile
// falls on everybody.
import { copyDirectory, linkDirectory } from './fixtures.js';
import { inChild } from './in-child.js';
import { withUnit } from './report/units.js';
import { completeEntrant } from './scenarios/scenario.js';

/**
 * @typedef {object} Outcome
 * @property {import('./scenarios/scenario.js').Scenario} scenario
 * @property {import('./scenarios/scenario.js').Sizes} sizes
 * @property {import('./scenarios/scenario.js').Entrant[]} entrants
 * @property {import('./scenarios/scenario.js').Round[]} rounds
 * @property {Map<string, string>} failures why an entrant has no figures
 */

export class Run {
  /** @type {Map<string, { directory: string, fails?: string }>} */
  #fixtures = new Map();

  /**
   * @param {import('./workspace.js').Workspace} workspace
   * @param {import('./options.js').Options} options
   * @param {Map<string, { version?: string, missing?: string }>} participants
   * @param {(text: string) => void} tell
   * @param {string[]} [flags] for the process that measures
   */
  constructor(workspace, options, participants, tell, flags = []) {
    this.workspace = workspace;
    this.options = options;
    this.participants = participants;
    this.tell = tell;
    this.flags = flags;
  }

  /**
   * @param {import('./scenarios/scenario.js').Scenario} scenario
   * @returns {Promise<Outcome>}
   */
  async measure(scenario) {
    const sizes = this.options.quick ? scenario.sizes.quick : scenario.sizes.full;
    const entrants = scenario.entrants
      .map(completeEntrant)
      .filter(({ participant }) => this.options.participants.includes(participant))
      .filter(({ optional }) => !optional || this.options.keys >= 1e7);
    /** @type {Outcome} */
    const outcome = { scenario, sizes, entrants, rounds: [], failures: new Map() };
    for (const { id, participant } of entrants) {
      const missing = this.participants.get(participant)?.missing;
      if (missing !== undefined) outcome.failures.set(id, `left out: ${missing}`);
    }
    const rounds = this.options.rounds * (this.options.quick ? 1 : (scenario.repeats ?? 1));
    for (let round = 1; round <= rounds; round++) await this.#playRound(outcome, `round ${round} of ${rounds}`);
    return outcome;
  }

  /** Forgets the fixtures that no coming scenario needs: together they would fill a small disk. */
  keepFixturesOf(/** @type {import('./scenarios/scenario.js').Scenario[]} */ scenarios) {
    const needed = new Set(
      scenarios.flatMap((scenario) => {
        const sizes = this.options.quick ? scenario.sizes.quick : scenario.sizes.full;
        return scenario.entrants.map((one) => scenario.fixture?.(sizes, completeEntrant(one))?.name);
      }),
    );
    for (const [id, { directory }] of this.#fixtures) {
      if (needed.has(id.slice(0, id.indexOf('/')))) continue;
      this.workspace.remove(directory);
      this.#fixtures.delete(id);
    }
  }

  /** @param {Outcome} outcome @param {string} name */
  async #playRound(outcome, name) {
    /** @type {import('./scenarios/scenario.js').Round} */
    const round = new Map();
    for (const entrant of outcome.entrants) {
      // Who failed once would fail again, and perhaps take as long.
      if (outcome.failures.has(entrant.id)) continue;
      this.tell(`${outcome.scenario.id} ${name}: ${entrant.label}`);
      const { result, fails } = await this.#measureOne(outcome, entrant);
      if (fails !== undefined) outcome.failures.set(entrant.id, `fails: ${fails}`);
      else round.set(entrant.id, result);
      this.tell(describe(outcome, entrant, result, fails));
    }
    outcome.rounds.push(round);
  }

  /** @param {Outcome} outcome @param {import('./scenarios/scenario.js').Entrant} entrant */
  async #measureOne({ scenario, sizes }, entrant) {
    const fixture = await this.#fixtureFor(scenario, sizes, entrant);
    if (fixture?.fails !== undefined) return { result: undefined, fails: fixture.fails };
    const directory = this.workspace.directory(`${scenario.id}-${entrant.id}`);
    if (fixture?.use === 'link') linkDirectory(fixture.directory, directory);
    if (fixture?.use === 'copy') copyDirectory(fixture.directory, directory);
    try {
      const { mainFiles } = this.options;
      const context = { directory, fixture: fixture?.directory, sizes, options: { mainFiles } };
      const job = { task: 'measure', scenario: scenario.id, entrant: entrant.id, ...context };
      return await inChild(this.workspace, job, [...this.flags, ...(scenario.flags ?? [])]);
    } finally {
      this.workspace.remove(directory);
    }
  }

  /**
   * @param {import('./scenarios/scenario.js').Scenario} scenario
   * @param {import('./scenarios/scenario.js').Sizes} sizes
   * @param {import('./scenarios/scenario.js').Entrant} entrant
   */
  async #fixtureFor(scenario, sizes, entrant) {
    const fixture = scenario.fixture?.(sizes, entrant);
    if (!fixture) return undefined;
    const participant = fixture.of ?? entrant.participant;
    const id = `${fixture.name}/${participant}`;
    const made = this.#fixtures.get(id);
    if (made) return { ...made, use: fixture.use };
    this.tell(`filling ${fixture.name} for ${participant}`);
    const directory = this.workspace.directory(`fixture-${participant}`);
    const { fails } = await inChild(this.workspace, { task: 'load', directory, fixture, participant });
    const answer = fails === undefined ? { directory } : { directory, fails };
    this.#fixtures.set(id, answer);
    return { ...answer, use: fixture.use };
  }
}

/**
 * @param {Outcome} outcome
 * @param {import('./scenarios/scenario.js').Entrant} entrant
 * @param {any} result
 * @param {string | undefined} fails
 */
function describe({ scenario }, entrant, result, fails) {
  if (fails !== undefined) return `${scenario.id} ${entrant.label} fails: ${fails}\n`;
  const figures = scenario.figures.filter(({ name }) => result[name] !== undefined);
  return `${scenario.id} ${entrant.label}: ${figures.map((figure) => labelled(figure, result)).join(', ')}\n`;
}

/** @param {import('./scenarios/scenario.js').Figure} figure @param {any} result */
function labelled({ name, label, unit }, result) {
  return `${label} ${withUnit(result[name], unit)}`;
}
