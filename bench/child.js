// @ts-check
// Does one job in a process of its own and sends what came of it to the parent: no measurement inherits the heap, the
// compiled code or the open files of another.
import { pairsOf } from './fixtures.js';
import { participantNamed } from './participants/store.js';
import { scenarioNamed } from './scenarios/index.js';
import { completeEntrant } from './scenarios/scenario.js';

/**
 * @typedef {{ task: 'measure', scenario: string, entrant: string } & Omit<import('./scenarios/scenario.js').Context, 'entrant'>} MeasureJob
 * @typedef {{ task: 'load', directory: string, fixture: import('./scenarios/scenario.js').Fixture, participant: string }} LoadJob
 * @typedef {{ task: 'describe', participant: string }} DescribeJob
 */

// Whoever started a server ends it at exit.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => process.exit(1));
process.on('disconnect', () => process.exit(1));

const job = /** @type {MeasureJob | LoadJob | DescribeJob} */ (JSON.parse(process.argv[2] ?? ''));
try {
  tell({ result: await perform(job) });
} catch (error) {
  tell({ fails: reasonOf(error) });
  if (process.env.BENCH_DEBUG) console.error(error);
}

/** @param {MeasureJob | LoadJob | DescribeJob} job */
async function perform(job) {
  if (job.task === 'measure') return measure(job);
  const participant = await participantNamed(job.participant);
  if (job.task === 'describe') return { version: participant.version(), missing: participant.missing?.() };
  if (!participant.load) throw new Error('it cannot fill a directory');
  await participant.load(job.directory, pairsOf(job.fixture), {
    mainFiles: job.fixture.mainFiles,
    compactAfter: job.fixture.compactAfter,
  });
  return {};
}

/** @param {MeasureJob} job */
async function measure({ scenario: id, entrant: entrantId, ...context }) {
  const scenario = scenarioNamed(id);
  const entrant = scenario.entrants.map(completeEntrant).find((one) => one.id === entrantId);
  if (!entrant) throw new Error(`${id} has no entrant ${entrantId}`);
  return scenario.measure({ ...context, entrant });
}

/** One line that names no directory of this machine. @param {any} error */
function reasonOf(error) {
  if (error?.code === 'ERR_MODULE_NOT_FOUND') return 'it is not installed';
  const [line = ''] = String(error?.message ?? error).split('\n');
  return line.replace(/\/\S*append-log-bench-\w+\//g, '');
}

/** @param {object} message */
function tell(message) {
  process.send?.(message, () => process.exit(0));
}
