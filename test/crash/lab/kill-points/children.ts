/** Real child processes that are killed by SIGKILL at one call of the file door, one after the other or a few at once. */
import { basename } from 'node:path';
import { NodeFileSystem } from '../../../../src/storage/log/index.js';
import { Child } from '../../../support/child.js';
import type { DiskCall } from '../../../support/guarded-disk.js';
import { layOut, type Picture } from '../../../support/kill-files.js';
import { judge } from '../../../support/kill-judge.js';
import type { KillProgram } from '../../../support/kill-program.js';
import type { KillScene } from '../../../support/kill-scenes.js';
import { copyTruths, hear, type Truths } from '../../../support/kill-truth.js';
import type { DeathPoint } from '../../../support/mortal-disk.js';
import { removeScratch, scratchDirectory } from '../../../support/scratch.js';
import type { KillPointArgument } from '../../kill-point-child.js';
import type { Round } from '../experiment.js';

const SCRIPT = new URL('../../kill-point-child.js', import.meta.url);
/** More than there are cores: one waits for the disk while another starts. */
const AT_ONCE = 3;
/** A child takes a tenth of a second; one that takes this long hangs. */
const HANGS_MS = 60_000;

export interface Death {
  /** The call to die at, counted from 1. */
  call: number;
  point: DeathPoint;
}

export interface NamedDeath extends Death {
  /** What is called, for the reader. */
  name: string;
}

export type Call = Pick<DiskCall, 'name' | 'path' | 'changes'>;

/** After every call that changes something, which is before the next one too, and in the middle of every write. */
export function deathsIn(calls: readonly Call[]): NamedDeath[] {
  return calls.flatMap((call, i) => {
    const points: DeathPoint[] = i === 0 ? ['before'] : [];
    if (call.name === 'write') points.push('half');
    if (call.changes) points.push('after');
    return points.map((point) => ({ call: i + 1, point, name: nameOfDeath({ call: i + 1, point }, call) }));
  });
}

export function nameOfDeath({ call, point }: Death, { name, path }: Pick<Call, 'name' | 'path'>): string {
  return `${point} call ${call}, ${name} ${basename(path)}`;
}

/** Runs a program in a child until it dies or has lived. One thread for the disk makes its calls come in order. */
export async function runChild(
  dataDir: string,
  truths: Truths,
  program: KillProgram,
  { call, point }: Death,
): Promise<{ killed: boolean; calls: Call[] }> {
  let calls: Call[] = [];
  let hung = false;
  const given: KillPointArgument = { dataDir, program, call, point };
  const child = new Child(SCRIPT, given, {
    env: { UV_THREADPOOL_SIZE: '1' },
    onMessage: (message) => {
      if (message[0] === 'lived') calls = message[1] as Call[];
      else hear(truths, message);
    },
  });
  const hangs = setTimeout(() => {
    hung = true;
    void child.kill();
  }, HANGS_MS);
  const { code, signal } = await child.ended;
  clearTimeout(hangs);
  if (hung) throw new Error(`The child hung for ${HANGS_MS} ms.`);
  if (child.stderr !== '' || (signal !== 'SIGKILL' && code !== 0)) {
    throw new Error(`The child ended with ${signal ?? code}: ${child.stderr}`);
  }
  return { killed: signal === 'SIGKILL', calls };
}

/** The deaths that a program can die in a child, from the calls that it makes where nobody dies. */
export async function deathsOfChild(scene: KillScene, program: KillProgram): Promise<NamedDeath[]> {
  return inScratch(scene.files, async (dataDir) => {
    const alive: Death = { call: 0, point: 'before' };
    return deathsIn((await runChild(dataDir, copyTruths(scene.truths), program, alive)).calls);
  });
}

/** Kills one child for each death, each in a directory of its own, and judges what is left. */
export async function killChildren(
  round: Round,
  scene: KillScene,
  program: KillProgram,
  deaths: readonly NamedDeath[],
): Promise<void> {
  await fewAtOnce(deaths, (death) =>
    round.trial('children', `${scene.name}, killed ${death.name}`, () =>
      inScratch(scene.files, async (dataDir) => {
        const truths = copyTruths(scene.truths);
        if ((await runChild(dataDir, truths, program, death)).killed) round.count('kill points');
        await judge({ ...scene.expected, dataDir, disk: new NodeFileSystem(), truths }, round.engineOn);
      }),
    ),
  );
}

/** Lays out files in a new directory, which is gone afterwards. */
export async function inScratch<T>(files: Picture, use: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = scratchDirectory();
  try {
    layOut(files, dataDir);
    return await use(dataDir);
  } finally {
    removeScratch(dataDir);
  }
}

export async function fewAtOnce<T>(all: readonly T[], run: (one: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const take = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}
