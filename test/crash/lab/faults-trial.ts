/** One trial: a program, one fault, and what must be true while it lasts, after it, after reopening and a power cut. */
import type { Random } from '../../support/random.js';
import type { EngineUnderTest } from './experiment.js';
import { compact } from './faults-compaction.js';
import type { PlannedFault } from './faults-injection.js';
import type { Program } from './faults-programs.js';
import type { Scene } from './faults-scenes.js';
import { PLAYERS, Stage } from './faults-stage.js';
import { Platter, type Survival } from './power-cut.js';

export interface TrialOutcome {
  /** Whether the program went as far as the fault. */
  hit: boolean;
  poisoned: boolean;
  powerCuts: number;
  complaints: readonly string[];
}

const LONGEST_TRIAL_MS = 30_000;
const LONG_MS = 60_000;
const SURVIVALS: readonly Survival[] = ['nothing', 'prefix', 'pages'];

export async function faultTrial(
  program: Program,
  fault: PlannedFault | undefined,
  engineOn: EngineUnderTest,
  random: Random,
): Promise<TrialOutcome> {
  const scene = await program.scene();
  const stage = new Stage(scene, fault, engineOn, program.maxStaleMs ?? LONG_MS);
  const outcome = { hit: false, poisoned: false, powerCuts: 0, complaints: stage.complaints };
  await guarded(stage, async () => {
    await program.run(stage);
    outcome.hit = stage.disk.hit;
    if (fault !== undefined && !outcome.hit) return;
    const closedByItself = !stage.isOpen;
    if (!closedByItself) {
      outcome.poisoned = await afterTheFault(stage);
      await stage.close();
    }
    stage.disk.heal();
    await onAWellDisk(stage, !closedByItself && !outcome.poisoned);
    judgeKept(stage, scene);
    await afterPowerCut(stage, engineOn, random);
    outcome.powerCuts += 1;
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

/** In the same process: a poisoned log reads on and refuses, every other goes on by itself once the disk is well. */
async function afterTheFault(stage: Stage): Promise<boolean> {
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
    const compacted = await compact(stage, log);
    if (!poisoned && !(done && counts)) stage.complain(`${log} is not poisoned and refuses writes on a well disk`);
    if (!poisoned && !compacted) stage.complain(`${log} cannot be compacted on a well disk`);
    if (!poisoned && staleness(stage, log))
      stage.complain(`the main file of ${log} is not mended: ${staleness(stage, log)}`);
    await stage.judge(log, 'after further writes');
  }
  return anyPoisoned;
}

/** Why the main file does not show what the log holds. */
function staleness(stage: Stage, log: string): string | undefined {
  const { mainFileError, mainFileSeq, seq } = stage.engine.stats(log);
  return mainFileError ?? (mainFileSeq === seq ? undefined : `it shows seq ${mainFileSeq} of ${seq}`);
}

/** The same engine opens again: everything is there and goes on. */
async function onAWellDisk(stage: Stage, closedWell: boolean): Promise<void> {
  await stage.openAll();
  for (const log of stage.accounts.keys()) {
    const { clean, events } = stage.engine.recoveryReport(log);
    if (closedWell && !clean) stage.complain(`a clean close left something to mend: ${events[0]?.message}`);
    if (!(await stage.write(log, { op: 'SET', key: 'reopened', value: log }))) stage.complain(`${log} refuses a write`);
    await stage.write(log, { op: 'DELETE', key: 'after' });
  }
  await compact(stage, PLAYERS);
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

/** The power goes while the engine is open; nothing acknowledged may be lost, nothing deleted may be back. */
async function afterPowerCut(stage: Stage, engineOn: EngineUnderTest, random: Random): Promise<void> {
  const { lying } = stage.disk;
  const platter = new Platter(lying.image);
  for (const event of lying.tape) platter.take(event);
  const survival = random.pick(SURVIVALS);
  const image = platter.cut(survival, random);
  const states = Object.fromEntries([...stage.accounts].map(([log, account]) => [log, account.state]));
  const after = new Stage({ name: survival, image, states }, undefined, engineOn, LONG_MS);
  await after.openAll();
  for (const [log, { seq }] of stage.accounts) {
    const found = after.engine.stats(log).seq;
    if (found !== seq) after.complain(`${log} stands at seq ${found}, not ${seq}`);
    await after.write(log, { op: 'SET', key: 'after the cut', value: 1 });
    await after.judge(log, 'at last');
  }
  await after.close();
  for (const complaint of after.complaints) stage.complain(`after a power cut that left ${survival}: ${complaint}`);
  await stage.close();
}
