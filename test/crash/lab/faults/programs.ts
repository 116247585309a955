/** What an application does while its disk fails: a whole life, main files, compactions in a row, openings, closings. */
import type { Random } from '../../../support/random.js';
import type { Change } from './account.js';
import { compact } from './compaction.js';
import { SCENES, type Scene } from './scenes.js';
import { PLAYERS, type Stage, type StageOptions, TOKENS } from './stage.js';

export interface Program {
  name: string;
  scene(): Promise<Scene>;
  run(stage: Stage): Promise<void>;
  options?: StageOptions;
  /** Beginnings of the names of those ailments that are tried everywhere. @default all of them */
  ailments?: readonly string[];
}

const set = (key: string, value: unknown): Change => ({ op: 'SET', key, value });
const remove = (key: string): Change => ({ op: 'DELETE', key });
const replace = (data: Record<string, unknown>): Change => ({ op: 'SET', data });
const count = (key: string): Change => ({ op: 'COUNT', key });
const large = (n: number): string => `${n}`.padEnd(3000, 'large');

/** One batch each. */
const BATCH: Change[] = [set('k1', 1), count('n'), remove('k0'), set('k2', large(2)), count('n'), set('', 'é😀\n')];
const MEETINGS: Change[] = [set('k3', 'met'), remove('k1'), count('n'), set('k4', 'met'), count('n')];

async function live(stage: Stage): Promise<void> {
  await stage.openAll();
  await stage.write(PLAYERS, set('k0', { first: true }));
  await stage.write(TOKENS, set('t0', 0));
  await stage.writeAll(PLAYERS, BATCH);
  await stage.write(PLAYERS, count('n'));
  await stage.judge(PLAYERS, 'after a batch');
  await stage.write(PLAYERS, replace({ k5: 'all', k6: 6, n: { n: 10 } }));
  await Promise.all([stage.writeAll(PLAYERS, BATCH), stage.writeAll(TOKENS, [set('t1', 1), count('t2')])]);
  await compact(stage, PLAYERS, { meetings: MEETINGS });
  await stage.write(PLAYERS, remove('k2'));
  await stage.write(TOKENS, remove('t0'));
  await compact(stage, PLAYERS);
  await stage.write(PLAYERS, set('k7', 'last'));
  await stage.judge(PLAYERS, 'at the end');
  await stage.judge(TOKENS, 'at the end');
}

async function liveAndClose(stage: Stage): Promise<void> {
  await stage.openAll();
  await stage.writeAll(PLAYERS, BATCH);
  await stage.write(TOKENS, set('t0', 0));
  await stage.close();
  await stage.openAll();
  await stage.write(PLAYERS, count('n'));
  await stage.close();
}

/** More compactions than backups are kept. */
async function compactInARow(stage: Stage): Promise<void> {
  await stage.openAll();
  for (let n = 0; n < 3; n += 1) {
    await stage.writeAll(PLAYERS, [set('k', n), count('n')]);
    await compact(stage, PLAYERS, { keepBackups: 1, meetings: n === 1 ? MEETINGS : [] });
  }
  await stage.write(PLAYERS, set('k', 'last'));
  await compact(stage, PLAYERS, { keepBackups: 0 });
  await stage.judge(PLAYERS, 'at the end');
}

async function viewAgainAndAgain(stage: Stage): Promise<void> {
  await stage.openAll();
  for (let n = 0; n < 3; n += 1) {
    await stage.write(PLAYERS, set('k', n));
    await stage.view(PLAYERS);
  }
  await stage.judge(PLAYERS, 'at the end');
}

async function openAndClose(stage: Stage): Promise<void> {
  await stage.openAll();
  await stage.write(PLAYERS, count('n'));
  await stage.close();
}

async function openAndCompact(stage: Stage): Promise<void> {
  await stage.openAll();
  await compact(stage, PLAYERS, { meetings: [set('met', 1)] });
}

/** Where a write and its fsync are one call, it is these that are answered otherwise. */
const OF_WRITING = ['write', 'sync', 'truncate', 'whatever takes room', 'every change'];

export const PROGRAMS: readonly Program[] = [
  { name: 'a life', scene: SCENES.nothing, run: live },
  {
    name: 'a life, written through',
    scene: SCENES.nothing,
    run: live,
    options: { writesThrough: true },
    ailments: OF_WRITING,
  },
  { name: 'two lives, closed', scene: SCENES.nothing, run: liveAndClose },
  { name: 'compactions in a row', scene: SCENES.whole, run: compactInARow },
  {
    name: 'main files written behind',
    scene: SCENES.whole,
    run: viewAgainAndAgain,
    options: { mainFiles: { maxStaleMs: 0 } },
  },
  {
    name: 'two lives beside an index file, with space written ahead',
    scene: SCENES.nothing,
    run: liveAndClose,
    options: { indexFile: { fromBytes: 0 }, spaceAheadBytes: 800 },
  },
  {
    name: 'two lives with space written ahead, written through',
    scene: SCENES.nothing,
    run: liveAndClose,
    options: { spaceAheadBytes: 800, writesThrough: true },
    ailments: OF_WRITING,
  },
  { name: 'two lives, fsynced at their ends', scene: SCENES.nothing, run: liveAndClose, options: { fsync: 'never' } },
  {
    name: 'compactions, fsynced now and then',
    scene: SCENES.whole,
    run: compactInARow,
    options: { fsync: 'everysec' },
  },
  ...Object.entries(SCENES).map(([name, scene]) => ({ name: `opening, ${name}`, scene, run: openAndClose })),
  { name: 'compacting what was torn', scene: SCENES.torn, run: openAndCompact },
  { name: 'compacting what was healed', scene: SCENES.damaged, run: openAndCompact },
  { name: 'compacting what was adopted', scene: SCENES.older, run: openAndCompact },
];

/** A program that nobody wrote. */
export function drawnProgram(random: Random): Program {
  const scene = random.pick(Object.values(SCENES));
  const steps = Array.from({ length: 4 + random.below(12) }, () => drawnStep(random));
  return {
    name: 'drawn',
    scene,
    options: { writesThrough: random.chance(0.5) },
    async run(stage) {
      await stage.openAll();
      for (const step of steps) await step(stage);
      await stage.judge(PLAYERS, 'at the end');
    },
  };
}

function drawnStep(random: Random): (stage: Stage) => Promise<unknown> {
  const log = random.chance(0.75) ? PLAYERS : TOKENS;
  const changes = Array.from({ length: 1 + random.below(6) }, () => drawnChange(random));
  const chance = random.next();
  if (chance < 0.3) return (stage) => stage.write(log, changes[0] as Change);
  if (chance < 0.6) return (stage) => stage.writeAll(log, changes);
  if (chance < 0.66) return (stage) => stage.write(log, replace({ k0: 'all', n: { n: 1 } }));
  if (chance < 0.85) {
    const keepBackups = random.below(3);
    return (stage) => compact(stage, log, { keepBackups, meetings: changes });
  }
  if (chance < 0.92) return (stage) => stage.judge(log, 'on the way');
  return async (stage) => {
    await stage.close();
    await stage.openAll();
  };
}

function drawnChange(random: Random): Change {
  const key = `k${random.below(6)}`;
  const chance = random.next();
  if (chance < 0.2) return remove(key);
  if (chance < 0.45) return count('n');
  return set(key, random.chance(0.1) ? large(random.below(1000)) : random.below(2 ** 32));
}
