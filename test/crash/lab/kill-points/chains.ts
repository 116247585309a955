/**
 * Chains of restarts: each process is killed where the one before it left the directory, most of them while they open
 * it, and what any of them acknowledged must outlive all that follow.
 */
import { NodeFileSystem } from '../../../../src/storage/log/index.js';
import { drawProgram } from '../../../support/kill-drawing.js';
import { inMemoryOf, type Picture, pictureOf } from '../../../support/kill-files.js';
import { judge } from '../../../support/kill-judge.js';
import { type KillProgram, ProgramRun } from '../../../support/kill-program.js';
import { IN_MEMORY, type KillScene, LOG } from '../../../support/kill-scenes.js';
import { copyTruths } from '../../../support/kill-truth.js';
import { mortalDisk } from '../../../support/mortal-disk.js';
import type { Random } from '../../../support/random.js';
import type { Round } from '../experiment.js';
import { deathsIn, inScratch, type NamedDeath, runChild } from './children.js';
import { named } from './simulated.js';

export interface Chain {
  scene: KillScene;
  links: { program: KillProgram; share: number }[];
}

/** Three to five deaths in a row. The first lives longer; the others die early, rather in opening than later. */
export function drawChain(random: Random, scene: KillScene): Chain {
  const { recovery } = scene.expected;
  const links = Array.from({ length: 3 + random.below(3) }, (_, i) => {
    const size = { groups: i === 0 ? 3 : random.below(3), writes: 8 };
    const program = drawProgram(random, LOG, size, { recovery, firstId: (i + 1) * 10_000 });
    // Where in the program it dies, from its beginning to its end.
    return { program, share: i === 0 ? random.next() : random.next() ** 2 };
  });
  return { scene, links };
}

export async function killInARow(round: Round, { scene, links }: Chain): Promise<void> {
  let where = scene.name;
  await round.trial('restart chains', where, () =>
    inScratch(scene.files, async (dataDir) => {
      const truths = copyTruths(scene.truths);
      for (const { program, share } of links) {
        const death = await deathAt(share, pictureOf(dataDir), program);
        where += `, killed ${death.name}`;
        await named(where, async () => {
          if ((await runChild(dataDir, truths, program, death)).killed) round.count('kill points');
          // A copy is judged, so that the next process finds what this one left.
          const disk = await inMemoryOf(pictureOf(dataDir), IN_MEMORY);
          const judged = { ...scene.expected, dataDir: IN_MEMORY, disk, truths };
          for (const [log, seq] of await judge(judged, round.engineOn, false)) truths.get(log)?.settle(seq);
        });
      }
      await named(where, async () => {
        await judge({ ...scene.expected, dataDir, disk: new NodeFileSystem(), truths }, round.engineOn);
      });
    }),
  );
}

/** Rehearses a program in memory, where nobody dies, to find a death that it can die. */
async function deathAt(share: number, files: Picture, program: KillProgram): Promise<NamedDeath> {
  const disk = mortalDisk(await inMemoryOf(files, IN_MEMORY));
  await new ProgramRun(program, IN_MEMORY, disk, () => undefined).run();
  const deaths = deathsIn(disk.calls);
  return deaths[Math.floor(share * deaths.length)] as NamedDeath;
}
