/**
 * Kill points: processes die by SIGKILL at calls of the file door, in programs and directories drawn by chance, alone
 * and in chains of restarts. What was acknowledged must be there, and nothing else.
 */
import { drawProgram } from '../../../support/kill-drawing.js';
import type { KillProgram } from '../../../support/kill-program.js';
import { DRAWN_SCENES, EMPTY, type KillScene, LOG, legacyScenes, opening } from '../../../support/kill-scenes.js';
import type { Random } from '../../../support/random.js';
import type { Experiment, Round } from '../experiment.js';
import { drawChain, killInARow } from './chains.js';
import { deathsOfChild, fewAtOnce, killChildren, type NamedDeath } from './children.js';
import { dieInARow, dieTwice } from './simulated.js';

const LIVES = 45;
const OPENINGS = 20;
const CHAINS = 12;
const SIMULATED_CHAINS = 20;

export const killPoints: Experiment = {
  name: 'kill-points',
  summary:
    'Kills real processes by SIGKILL at calls of the file door, in lives, openings, repairs and adoptions drawn by ' +
    'chance and in chains of restarts; lets others die in memory at every call, and again at every call of the opening.',
  async run(round: Round): Promise<void> {
    const { random } = round;
    await killSome(round, EMPTY, drawProgram(random, LOG, { groups: 5, writes: 10 }), LIVES);
    const scenes = [await random.pick(DRAWN_SCENES)(random), random.pick(await legacyScenes())];
    for (const scene of scenes) await killSome(round, scene, openingOf(scene), OPENINGS);
    const chains = await drawnTimes(CHAINS, async () => drawChain(random, await drawScene(random)));
    await fewAtOnce(chains, (chain) => killInARow(round, chain));
    await dieTwice(round, EMPTY, drawProgram(random, LOG, { groups: 2, writes: 5 }), 0.3);
    await dieTwice(round, scenes[0] as KillScene, openingOf(scenes[0] as KillScene), 0.3);
    for (let i = 0; i < SIMULATED_CHAINS; i += 1) await dieInARow(round, await drawScene(random), 2 + random.below(4));
  },
};

/** The program that opens a scene, writes a little and closes. */
export function openingOf({ truths, expected }: KillScene): KillProgram {
  return opening(truths.keys(), expected.recovery);
}

/** Half of the chains begin with nothing. */
async function drawScene(random: Random): Promise<KillScene> {
  return random.chance(0.5) ? EMPTY : random.pick(DRAWN_SCENES)(random);
}

async function drawnTimes<T>(times: number, draw: () => Promise<T>): Promise<T[]> {
  const drawn: T[] = [];
  for (let i = 0; i < times; i += 1) drawn.push(await draw());
  return drawn;
}

/** Kills a program at some of its calls. */
async function killSome(round: Round, scene: KillScene, program: KillProgram, atMost: number): Promise<void> {
  let left: NamedDeath[] = [];
  await round.trial('programs', `${scene.name}, undisturbed`, async () => {
    left = await deathsOfChild(scene, program);
  });
  const deaths: NamedDeath[] = [];
  while (deaths.length < atMost && left.length > 0) deaths.push(...left.splice(round.random.below(left.length), 1));
  await killChildren(round, scene, program, deaths);
}
