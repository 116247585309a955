/**
 * Cuts the power at each moment of recorded lives of a log, and recovers from what is left: nothing acknowledged is
 * lost, nothing is shown that was not so at one moment, no deleted key is back, and life goes on. The power may go again
 * while the log recovers.
 */
import type { FsyncMode } from '../../../../src/storage/log/index.js';
import { Random } from '../../../support/random.js';
import type { EngineUnderTest, Experiment, Round } from '../experiment.js';
import type { KnownState, Ledger, Owed } from './ledger.js';
import {
  assertOwed,
  assertSame,
  describeImage,
  type Habits,
  LOG,
  live,
  type Opening,
  openOn,
  shownState,
} from './lives.js';
import { type DiskImage, LyingDisk } from './lying-disk.js';
import { Platter, type Survival } from './power-cut.js';

const STATES = 'power-loss states';
const LOSSES_WHILE_RECOVERING = 'power losses while recovering';
const OUT_OF_ORDER = 'power-loss states with pages in any order';
const REFUSED = 'refused, of those with pages in any order';

/** Legal states tried for each moment of a tape. */
const SURVIVALS: readonly Survival[] = ['nothing', 'everything', 'prefix', 'prefix', 'prefix', 'prefix'];

export const powerLoss: Experiment = {
  name: 'power-loss',
  summary: 'The power goes at every moment of recorded lives of a log, and again while it recovers.',
  run: (round) => tryLives(round, SURVIVALS),
};

/** Pages of one write that reach the disk in any order: nothing acknowledged may be lost, but a start may be refused. */
export const pagesInAnyOrder: Experiment = {
  name: 'pages-in-any-order',
  summary: 'As power-loss, with the pages of what was not fsynced there or not, each for itself.',
  run: (round) => tryLives(round, ['pages', 'pages']),
};

async function tryLives(round: Round, survivals: readonly Survival[]): Promise<void> {
  const { random, engineOn } = round;
  const fsync: FsyncMode = random.chance(0.8) ? 'always' : random.pick(['everysec', 'never']);
  const fsyncFails = fsync === 'always' && random.chance(0.4);
  const indexFile = random.chance(0.2) && { fromBytes: 0 };
  const opening: Opening = { fsync, indexFile, spaceAheadBytes: random.chance(0.2) ? 1500 : 0 };
  const habits: Habits = { lives: 1 + random.below(3), steps: 6 + random.below(10), fsyncFails, opening };
  const disk = new LyingDisk();
  let ledger: Ledger;
  try {
    ledger = await live(disk, random, engineOn, habits);
  } catch (error) {
    round.violations.push(`a life went wrong: ${(error as Error).stack}`);
    return;
  }
  const seen = new Set<string>();
  const platter = new Platter(disk.image);
  for (let moment = 0; moment <= disk.tape.length; moment += 1) {
    const owed = ledger.owedAt(moment);
    for (const survival of survivals) {
      if (round.enough()) return;
      const chance = new Random(random.below(2 ** 32));
      const image = platter.cut(survival, chance);
      const print = fingerprint(image, owed);
      if (seen.has(print)) continue;
      seen.add(print);
      const where = `${survival} at ${moment} of ${disk.tape.length} (${chance.seed}; ${describeImage(image)})`;
      await tryState(round, { image, owed, opening, where, survival });
    }
    const event = disk.tape[moment];
    if (event) platter.take(event);
  }
}

interface State {
  image: DiskImage;
  owed: Owed;
  opening: Opening;
  where: string;
  survival: Survival;
}

async function tryState(round: Round, { image, owed, opening, where, survival }: State): Promise<void> {
  const disk = new LyingDisk(image);
  const inAnyOrder = survival === 'pages';
  let recovered: Recovered | undefined;
  await round.trial(inAnyOrder ? OUT_OF_ORDER : STATES, where, async () => {
    recovered = await recover(disk, round.engineOn, opening, owed).catch((error) => {
      if (!inAnyOrder || (error as { code?: string }).code !== 'LOG_CORRUPT') throw error;
      round.count(REFUSED);
      return undefined;
    });
  });
  if (!recovered || !round.random.chance(0.02)) return;
  await loseAgain(round, disk, recovered, { image, owed, opening, where, survival });
}

/** The moment from which on the opened log was relied upon, and what it showed. */
interface Recovered {
  seq: number;
  openedAt: number;
}

async function recover(disk: LyingDisk, engineOn: EngineUnderTest, opening: Opening, owed: Owed): Promise<Recovered> {
  const engine = await openOn(disk, engineOn, opening);
  try {
    const report = await engine.openLog(LOG);
    const { seq } = engine.stats(LOG);
    const openedAt = disk.now;
    const expected = assertOwed(seq, await shownState(engine), owed);
    const rebuilt = Object.entries(await engine.rebuildState(LOG)).map(([key, value]) => [key, JSON.stringify(value)]);
    assertSame(rebuilt as [string, string][], expected, 'replays to');
    for (const { found, action, message } of report.events) {
      if (!EXPLAINED.has(found) && action !== 'healed')
        throw new Error(`recovery found what no power cut does: ${message}`);
    }
    await engine.append(LOG, { op: 'SET', key: 'after', value: seq });
    await engine.close();
    await assertGoesOn(disk, engineOn, opening, { seq: seq + 1, state: new Map(expected).set('after', `${seq}`) });
    return { seq, openedAt };
  } catch (error) {
    await engine.close().catch(() => undefined);
    throw error;
  }
}

/**
 * A torn tail, or a view that was not written yet. A last line that is whole but for a newline that reads as zero is
 * proven by its checksum and healed. Nothing may need more than that.
 */
const EXPLAINED = new Set(['torn-tail', 'lost-view']);

async function assertGoesOn(
  disk: LyingDisk,
  engineOn: EngineUnderTest,
  opening: Opening,
  known: { seq: number; state: KnownState },
): Promise<void> {
  const engine = await openOn(disk, engineOn, opening);
  try {
    const report = await engine.openLog(LOG);
    if (!report.clean) throw new Error(`a second opening mended again: ${report.events[0]?.message}`);
    if (engine.stats(LOG).seq !== known.seq) throw new Error(`a second opening stands at ${engine.stats(LOG).seq}`);
    assertSame(await shownState(engine), known.state, 'a second opening shows');
  } finally {
    await engine.close();
  }
  if (disk.openFiles > 0) throw new Error(`${disk.openFiles} files were left open`);
}

/** The power goes while what is left of the first loss is recovered, or while life goes on from it. */
async function loseAgain(round: Round, disk: LyingDisk, recovered: Recovered, first: State): Promise<void> {
  const { random } = round;
  const { owed, opening } = first;
  const platter = new Platter(disk.image);
  for (let moment = 0; moment <= recovered.openedAt; moment += 1) {
    for (const survival of first.survival === 'pages' ? [] : SURVIVALS.slice(0, 4)) {
      // Once it was opened, what it showed is owed.
      const relied = moment === recovered.openedAt ? { ...owed, atLeast: recovered.seq, atMost: recovered.seq } : owed;
      const image = platter.cut(survival, random);
      const where = `${first.where}, then ${survival} at ${moment} (${describeImage(image)})`;
      await round.trial(LOSSES_WHILE_RECOVERING, where, async () => {
        await recover(new LyingDisk(image), round.engineOn, opening, relied);
      });
    }
    const event = disk.tape[moment];
    if (event) platter.take(event);
  }
}

function fingerprint({ names, contents }: DiskImage, { atLeast, atMost }: Owed): string {
  const files = [...names].map(([path, file]) => `${path} ${file} ${contents.get(file)?.toString('latin1')}`);
  return [atLeast, atMost, ...files.sort()].join('\n');
}
