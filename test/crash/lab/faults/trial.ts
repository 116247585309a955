/** One trial: a program, one fault, and what must be true while it lasts, after it, after reopening and a power cut. */
import type { Random } from '../../../support/random.js';
import type { EngineUnderTest } from '../experiment.js';
import { Platter, type Survival } from '../power-loss/power-cut.js';
import { Account } from './account.js';
import { compact } from './compaction.js';
import type { PlannedFault } from './injection.js';
import { CHANGES } from './plans.js';
import type { Program } from './programs.js';
import type { Scene } from './scenes.js';
import { PLAYERS, Stage } from './stage.js';

export interface TrialOutcome {
  /** Whether the program went as far as the fault. */
  hit: boolean;
  poisoned: boolean;
  powerCuts: number;
  complaints: readonly string[];
}

const LONGEST_TRIAL_MS = 30_000;
const LONG_MS = 60_000;
/** Share of the trials without a refusal in which the power goes before the disk is well again as well. */
const EARLY_CUTS = 0.3;
/** Share of those in which it goes when the log has gone on and was not closed. */
const CUTS_BEFORE_CLOSING = 0.5;
// Pages in any order may rightly be refused, which another experiment counts.
const SURVIVALS: readonly Survival[] = ['nothing', 'prefix', 'everything'];

export async function faultTrial(
  program: Program,
  fault: PlannedFault | undefined,
  engineOn: EngineUnderTest,
  random: Random,
): Promise<TrialOutcome> {
  const scene = await program.scene();
  const options = { mainFiles: { maxStaleMs: LONG_MS }, ...program.options };
  const stage = new Stage(scene.image, fault, engineOn, options, (log) => new Account(scene.states[log] ?? new Map()));
  // Who asks for no fsync is promised nothing about the power.
  const fsynced = (options.fsync ?? 'always') === 'always';
  const outcome = { hit: false, poisoned: false, powerCuts: 0, complaints: stage.complaints };
  await guarded(stage, async () => {
    await program.run(stage);
    outcome.hit = stage.disk.hit;
    if (fault !== undefined && !outcome.hit) return;
    if (fsynced && (stage.refusal || random.chance(EARLY_CUTS))) {
      const when = stage.refusal ? 'at the first refusal' : 'at once';
      outcome.powerCuts += await afterPowerCut(stage, random, when, stage.refusal);
    }
    const closedByItself = !stage.isOpen;
    if (!closedByItself) {
      outcome.poisoned = await afterTheFault(stage, random.chance(0.5));
      if (fsynced && random.chance(CUTS_BEFORE_CLOSING)) {
        outcome.powerCuts += await afterPowerCut(stage, random, 'after further writes');
      }
      await stage.close();
    }
    stage.disk.heal();
    await onAWellDisk(stage, !closedByItself && !outcome.poisoned, random.chance(0.5));
    judgeKept(stage, scene);
    // Where only a look failed, nothing on the disk is other than it would have been.
    if (fsynced && (stage.disk.hasFailed(...CHANGES) || random.chance(EARLY_CUTS))) {
      outcome.powerCuts += await afterPowerCut(stage, random, 'at last');
    }
    await stage.close();
  });
  return outcome;
}

/** No trial may hang, and none may throw. */
async function guarded(stage: Stage, run: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), LONGEST_TRIAL_MS);
  });
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    stage.complain((error as Error).stack ?? String(error));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * In the same process: a poisoned log reads on and refuses, every other goes on by itself once the disk is well.
 * @param compacts a compaction writes everything anew, which would cover up what was lost
 */
async function afterTheFault(stage: Stage, compacts: boolean): Promise<boolean> {
  let anyPoisoned = false;
  const wasIll = stage.disk.ill;
  for (const log of stage.accounts.keys()) if (wasIll) await stage.judge(log, 'while the disk fails');
  stage.disk.heal();
  for (const log of stage.accounts.keys()) {
    await stage.judge(log, 'when the disk is well again');
    const poisoned = stage.poisoned(log) !== undefined;
    anyPoisoned ||= poisoned;
    const done = await stage.write(log, { op: 'SET', key: 'after', value: log });
    const counts = await stage.write(log, { op: 'COUNT', key: 'n' });
    if (!poisoned && !(done && counts)) stage.complain(`${log} is not poisoned and refuses writes on a well disk`);
    if (compacts) await compactOnAWellDisk(stage, log);
    await stage.judge(log, 'after further writes');
  }
  return anyPoisoned;
}

async function compactOnAWellDisk(stage: Stage, log: string): Promise<void> {
  const poisoned = stage.poisoned(log) !== undefined;
  const compacted = await compact(stage, log);
  if (poisoned) return;
  if (!compacted) stage.complain(`${log} cannot be compacted on a well disk`);
  const stale = staleness(stage, log);
  if (stale) stage.complain(`the main file of ${log} is not mended: ${stale}`);
}

/** Why the main file does not show what the log holds. */
function staleness(stage: Stage, log: string): string | undefined {
  const { mainFileError, mainFileSeq, seq } = stage.engine.stats(log);
  return mainFileError ?? (mainFileSeq === seq ? undefined : `it shows seq ${mainFileSeq} of ${seq}`);
}

/** The same engine opens again: everything is there and goes on. */
async function onAWellDisk(stage: Stage, closedWell: boolean, compacts: boolean): Promise<void> {
  await stage.openAll();
  for (const log of stage.accounts.keys()) {
    const { clean, events } = stage.engine.recoveryReport(log);
    if (closedWell && !clean) stage.complain(`a clean close left something to mend: ${events[0]?.message}`);
    if (!(await stage.write(log, { op: 'SET', key: 'reopened', value: log }))) stage.complain(`${log} refuses a write`);
    await stage.write(log, { op: 'DELETE', key: 'after' });
  }
  if (compacts) await compact(stage, PLAYERS);
  await stage.write(PLAYERS, { op: 'COUNT', key: 'n' });
}

/** What recovery took away it has kept. */
function judgeKept(stage: Stage, { keeps }: Scene): void {
  if (!keeps) return;
  const { lying } = stage.disk;
  const kept = lying.paths().filter((path) => path.includes(`.log.${keeps.as}.`));
  if (kept.some((path) => lying.bytesOf(path)?.equals(keeps.bytes))) return;
  stage.complain(`the ${keeps.as} bytes are kept nowhere (${kept})`);
}

/** The power goes while the engine is open; nothing acknowledged may be lost, nothing deleted or refused be there. */
async function afterPowerCut(stage: Stage, random: Random, when: string, moment = stage.now()): Promise<number> {
  const { lying } = stage.disk;
  const { tape, accounts } = moment;
  const platter = new Platter(lying.image);
  for (const event of lying.tape.slice(0, tape)) platter.take(event);
  const survival = random.pick(SURVIVALS);
  const after = stage.withPowerBack(platter.cut(survival, random), accounts);
  await after.openAll();
  for (const log of after.accounts.keys()) {
    await after.write(log, { op: 'SET', key: 'after the cut', value: 1 });
    await after.judge(log, 'after the cut');
  }
  await after.close();
  for (const complaint of after.complaints) stage.complain(`a power cut ${when} that left ${survival}: ${complaint}`);
  return 1;
}
