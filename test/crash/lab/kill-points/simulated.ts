/**
 * Deaths of a process on a disk in memory: thousands of them, also several in a row. Performed once, a program shows
 * every state in which a death could leave the disk, and what was acknowledged by then.
 */
import { guardedDisk } from '../../../support/guarded-disk.js';
import { drawProgram } from '../../../support/kill-drawing.js';
import { fingerprint, inMemoryOf, type Picture, pictureInMemory } from '../../../support/kill-files.js';
import { judge } from '../../../support/kill-judge.js';
import { type KillProgram, ProgramRun } from '../../../support/kill-program.js';
import { IN_MEMORY, type KillScene, LOG, opening } from '../../../support/kill-scenes.js';
import { copyTruths, hear, type Truths } from '../../../support/kill-truth.js';
import type { DeathPoint } from '../../../support/mortal-disk.js';
import type { Round } from '../experiment.js';
import { nameOfDeath } from './children.js';

/** What a death leaves. */
interface Left {
  name: string;
  files: Picture;
  truths: Truths;
}

/** Performs a program and takes a picture at each point where it could die. */
async function everyDeath(round: Round, before: Omit<Left, 'name'>, program: KillProgram): Promise<Left[]> {
  const memory = await inMemoryOf(before.files, IN_MEMORY);
  const truths = copyTruths(before.truths);
  const left: Left[] = [];
  let calls = 0;
  let last: Promise<unknown> = Promise.resolve();
  const disk = guardedDisk((call, perform) => {
    const take = async (point: DeathPoint) => {
      // First of all: what is acknowledged while the picture is taken need not be in it.
      const known = copyTruths(truths);
      const name = nameOfDeath({ call: calls, point }, call);
      left.push({ name, files: await pictureInMemory(memory, IN_MEMORY), truths: known });
    };
    const performed = last.then(async () => {
      calls += 1;
      if (calls === 1) await take('before');
      if (call.performHalf) await call.performHalf().then(() => take('half'));
      const result = await perform();
      if (call.changes) await take('after');
      return result;
    });
    // One call at a time, so that a picture shows one moment.
    last = performed.catch(() => undefined);
    return performed;
  }, memory);
  await new ProgramRun(program, IN_MEMORY, disk, (...said) => hear(truths, said), round.engineOn).run();
  return left;
}

/** Those that differ from each other in what is on the disk, or in what is known of it. */
function distinct(all: readonly Left[]): Left[] {
  const states = new Map<string, Left>();
  for (const left of all) {
    const known = [...left.truths.values()].map(({ owedSeq, sentSeq }) => `${owedSeq}-${sentSeq}`);
    const state = `${known} ${fingerprint(left.files)}`;
    if (!states.has(state)) states.set(state, left);
  }
  return [...states.values()];
}

/**
 * Dies at every call of a program, and for each of them at every call of the opening that follows.
 * @param share of the first deaths that are followed by second ones
 */
export async function dieTwice(round: Round, scene: KillScene, program: KillProgram, share = 1): Promise<void> {
  const again = opening(scene.truths.keys(), scene.expected.recovery, program.firstId + 1_000_000);
  let deaths: Left[] = [];
  await round.trial('programs in memory', scene.name, async () => {
    deaths = await everyDeath(round, scene, program);
  });
  round.count('simulated deaths', deaths.length);
  for (const first of distinct(deaths)) {
    const where = `${scene.name}, dead ${first.name}`;
    await round.trial('states judged', where, async () => {
      await judgeLeft(round, scene, first);
    });
    if (!round.random.chance(share)) continue;
    await round.trial('openings after a death', where, async () => {
      const seconds = await everyDeath(round, first, again);
      round.count('simulated deaths', seconds.length);
      for (const second of distinct(seconds)) {
        const name = `${where}, and again ${second.name}`;
        await round.trial('states judged', name, async () => {
          await judgeLeft(round, scene, second, false);
        });
      }
    });
  }
}

/** Dies at one call after the other of drawn programs, each where the one before left the disk. */
export async function dieInARow(round: Round, scene: KillScene, times: number): Promise<void> {
  const { random } = round;
  const programs = Array.from({ length: times }, (_, i) => {
    const size = { groups: random.below(3), writes: 6 };
    return drawProgram(random, LOG, size, { recovery: scene.expected.recovery, firstId: (i + 1) * 10_000 });
  });
  const shares = programs.map(() => random.next());
  let where = scene.name;
  await round.trial('simulated chains', where, async () => {
    let left: Left = scene;
    for (const [i, program] of programs.entries()) {
      const deaths = await everyDeath(round, left, program);
      left = deaths[Math.floor((shares[i] as number) * deaths.length)] as Left;
      where += `, dead ${left.name}`;
      round.count('simulated deaths');
      await named(where, async () => {
        const found = await judgeLeft(round, scene, left, i === times - 1);
        for (const [log, seq] of found) left.truths.get(log)?.settle(seq);
      });
    }
  });
}

/** Says where, in what goes wrong. */
export async function named(where: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

/** @returns the seq that each log was found to reach */
async function judgeLeft({ engineOn }: Round, scene: KillScene, { files, truths }: Left, livesOn = true) {
  const disk = await inMemoryOf(files, IN_MEMORY);
  return judge({ ...scene.expected, disk, dataDir: IN_MEMORY, truths }, engineOn, livesOn);
}
