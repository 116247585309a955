// @ts-check
import { readFileSync } from 'node:fs';
import { CLUSTER, cluster } from './cluster.js';
import { growth } from './growth.js';
import { inChild } from './in-child.js';
import { HELP, readOptions } from './options.js';
import { profile } from './profile.js';
import { resultsOf } from './report/results.js';
import { writeReport } from './report/write.js';
import { Run } from './run.js';
import { Workspace } from './workspace.js';

const options = read();
if (options.help) process.stdout.write(HELP);
else await bench();

function read() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exit(2);
  }
}

async function bench() {
  const workspace = new Workspace();
  if (options.profile) return profile(workspace, options, tell);
  if (options.growth) return show(await growth(workspace, options, tell));
  const participants = await describeParticipants(workspace, options.cluster ? CLUSTER : options.participants);
  if (options.cluster) return show(await cluster(workspace, options, participants, tell));
  const run = new Run(workspace, options, participants, tell);
  const outcomes = [];
  for (const [i, scenario] of options.scenarios.entries()) {
    run.keepFixturesOf(options.scenarios.slice(i));
    outcomes.push(await run.measure(scenario));
    // After each scenario: whoever ends a long run keeps what it has found.
    const page = writeReport(options.output, resultsOf(outcomes, options, participants, workspace.isInMemory));
    if (i === options.scenarios.length - 1) show(page);
  }
}

/** @param {Workspace} workspace @param {string[]} names */
async function describeParticipants(workspace, names) {
  const described = new Map();
  for (const participant of names) {
    const { result, fails } = await inChild(workspace, { task: 'describe', participant });
    described.set(participant, result ?? { missing: fails });
  }
  return described;
}

/** @param {string} page */
function show(page) {
  process.stdout.write(`${readFileSync(page, 'utf8')}\n${page}\n`);
}

/** @param {string} text a line that ends in a newline stays; another one is overwritten by the next */
function tell(text) {
  if (!process.stderr.isTTY) process.stderr.write(text.endsWith('\n') ? text : '');
  else process.stderr.write(`\r\x1b[K${text}`);
}
