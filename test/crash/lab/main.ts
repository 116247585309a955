/** The crash lab as a program: `npm run crash-lab` compiles it and starts it in plain Node. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { styleText } from 'node:util';
import { killAllChildren } from '../../support/child.js';
import { removeAllScratch } from '../../support/scratch.js';
import { Campaign } from './campaign.js';
import { readCommandLine, USAGE, type Wanted, WrongUsage } from './command-line.js';
import { freshSeed } from './experiment.js';
import { EXPERIMENTS } from './experiments.js';
import { Progress } from './progress.js';
import { type Ending, finalReport, heading, jsonReport, listing, type Paint, type Place } from './report.js';

const WIDTH = 120;
const FOUND = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

const out = process.stdout;
const paint: Paint = (style, text) => styleText(style, text, { stream: out });
const width = (): number => Math.min(out.columns ?? WIDTH, 160);

function place(): Place {
  const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
  const { platform, arch, versions } = process;
  return { version, node: versions.node, system: `${platform} ${arch}`, cores: availableParallelism() };
}

async function main(): Promise<void> {
  const wanted = read();
  if (wanted.instead === 'help') end(0, USAGE);
  if (wanted.instead === 'list') end(0, listing(EXPERIMENTS, width(), paint));
  const campaign = new Campaign(wanted.experiments, wanted.seed ?? freshSeed(), wanted.minutes);
  if (!wanted.json) out.write(`${heading(place(), campaign, paint)}\n`);
  const progress = wanted.json ? undefined : new Progress(campaign, out, paint);

  const finish = (ending: Ending): never => {
    campaign.stop();
    progress?.end();
    const report = wanted.json ? jsonReport(place(), campaign, ending) : finalReport(campaign, ending, width(), paint);
    const found = campaign.tallies.some(({ violations }) => violations.length > 0);
    return end(found ? FOUND : ending === 'interrupted' ? INTERRUPTED : 0, report);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => finish('interrupted'));
  // What nobody waits for would end an application: that is a finding like any other.
  const complain = (what: string) => (reason: unknown) => {
    campaign.running?.round.violations.push(`${what}: ${(reason as Error)?.stack ?? reason}`);
  };
  process.on('unhandledRejection', complain('an unhandled rejection'));
  process.on('uncaughtException', complain('an uncaught exception'));

  await campaign.run(() => progress?.changed());
  finish('finished');
}

function read(): Wanted {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error;
    process.stderr.write(`${error.message}.\nnpm run crash-lab -- --help tells what can be asked for.\n`);
    process.exit(WRONG_USAGE);
  }
}

/** Says it and ends, leaving neither processes nor files behind. */
function end(status: number, text: string): never {
  void killAllChildren();
  for (let attempts = 20; attempts > 0; attempts -= 1) {
    try {
      removeAllScratch();
      break;
    } catch {
      // A process that was killed this very moment may still have made a file. Nothing else may run meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
  out.write(text);
  process.exit(status);
}

await main();
