/**
 * Damaged directories: bytes that rot, blocks lost, doubled, swapped and zeroed, files replaced by others or gone, in
 * every file that an engine writes, alone and together. The answer is the truth, or a refusal that names the place.
 */
import { drawPlan, drawSpecimen, type LargeSpecimen } from '../../../support/damage-specimens.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import {
  flipped,
  LOG_PATH,
  MAIN_PATH,
  OLDER_LINES,
  SEAL_PATH,
  SPECIMENS,
  type Specimen,
} from '../../../support/specimens.js';
import type { Experiment, Round } from '../experiment.js';
import { tryProofs } from './proofs.js';
import { tryRot } from './under-engine.js';
import { type Damaged, isSealed, judgeHeal, judgeSalvaging, judgeStrict, mainFileIsWhole } from './verdict.js';
import { SHORTENING, type Surroundings, WHOLE_FILES, WOUNDS, woundNames } from './wounds.js';

export const DIRECTORIES = 'damaged directories';

/** Drawn specimens in a round, and how often each is damaged. */
const LARGE_SPECIMENS = 8;
const WOUNDED_EACH = 110;
/** Of the specimens with a few lines, one a round is damaged at each of its bytes. */
const SHARE_OF_STRICT = 0.2;
const SHARE_OF_SALVAGE = 0.25;
const SHARE_OF_THOROUGH = 0.2;

export const damage: Experiment = {
  name: 'damage',
  summary: 'Bytes, blocks and files that rot, are lost, doubled or mistaken; opened with each recovery mode.',
  async run(round: Round): Promise<void> {
    await smallAtEveryByte(round);
    for (let i = 0; i < LARGE_SPECIMENS && !round.enough(); i += 1) {
      const specimen = { ...(await drawSpecimen(round.random)), engineOn: round.engineOn };
      // Lines without a checksum could be anybody's, and may follow those that have one.
      const foreign = (await drawSpecimen(round.random, { ...drawPlan(round.random), older: 0 })).disk;
      for (let n = 0; n < WOUNDED_EACH && !round.enough(); n += 1) await woundAtRandom(round, specimen, foreign);
      await tryRot(round, specimen);
    }
    await tryProofs(round);
  },
};

/** Cut at each byte and with one bit of each byte flipped; rounds take the specimens in turn. */
async function smallAtEveryByte(round: Round): Promise<void> {
  const [name, build] = SPECIMENS[round.seed % SPECIMENS.length] as (typeof SPECIMENS)[number];
  const specimen = { ...(await build()), engineOn: round.engineOn };
  const bytes = specimen.disk.bytesOf(LOG_PATH);
  const unproven = name.startsWith('older') ? Buffer.byteLength(OLDER_LINES.join('')) : 0;
  for (let at = unproven; at < bytes.length && !round.enough(); at += 1) {
    const bit = (at + round.seed) % 8;
    await tryDamaged(round, `${name}, cut at byte ${at}`, specimen, withLog(specimen, bytes.subarray(0, at)));
    await tryDamaged(round, `${name}, byte ${at} bit ${bit}`, specimen, withLog(specimen, flipped(bytes, at, bit)));
  }
}

function withLog({ disk }: Specimen, bytes: Buffer): MemoryDisk {
  const copy = disk.copy();
  copy.put(LOG_PATH, bytes);
  return copy;
}

async function tryDamaged(
  round: Round,
  where: string,
  specimen: Specimen,
  disk: MemoryDisk,
  { earlier = [], provable = true, shortened = false }: Partial<Damaged> & { provable?: boolean } = {},
): Promise<void> {
  const damaged: Damaged = { specimen, disk, earlier, shortened };
  const { random } = round;
  const thorough = random.chance(SHARE_OF_THOROUGH);
  const [strict, salvage] = [random.chance(SHARE_OF_STRICT), random.chance(SHARE_OF_SALVAGE)];
  await round.trial(DIRECTORIES, `heal: ${where}`, async () => {
    const { outcome } = await judgeHeal(damaged, thorough);
    round.count(outcome === 'refused' ? 'refusals' : outcome === 'whole' ? 'whole states' : 'torn tails and cuts');
  });
  if (strict) await round.trial('strict openings', `strict: ${where}`, async () => void (await judgeStrict(damaged)));
  if (salvage) {
    const values = provable && mainFileIsWhole(damaged);
    await round.trial('salvages', `salvage: ${where}`, async () => void (await judgeSalvaging(damaged, values)));
  }
}

async function woundAtRandom(round: Round, specimen: LargeSpecimen, foreign: MemoryDisk): Promise<void> {
  const { random } = round;
  const disk = specimen.disk.copy();
  if (random.chance(0.1)) leaveStrays(disk, random.below(1000));
  const done: string[] = [];
  let shortened = false;
  for (let wounds = random.chance(0.7) ? 1 : 2 + random.below(2); wounds > 0; wounds -= 1) {
    const path = await drawFile(round, disk);
    const name = random.pick(woundNames);
    if (!(await wound(round, specimen, foreign, disk, path, name))) continue;
    done.push(`${name} in ${path}`);
    shortened ||= path === LOG_PATH && SHORTENING.has(name);
  }
  if (done.length === 0) return;
  // A run of another log's lines is as whole as this one's: only the seal can tell them apart, and salvage never.
  const foreigners = done.some((each) => each.includes('another log'));
  const unprovable = foreigners && (!isSealed({ specimen, disk }) || isFoldedBehind(disk, specimen.seq));
  const options = {
    earlier: specimen.earlier,
    provable: specimen.unproven === 0 && !foreigners,
    shortened: shortened && done.length > 1,
  };
  await tryDamaged(round, `${specimen.name}: ${done.join(', ')}`, { ...specimen, unprovable }, disk, options);
}

/** A CHECKPOINT at the head that covers the seal's seq may have been written since: the seal says nothing of it. */
function isFoldedBehind(disk: MemoryDisk, seq: number): boolean {
  if (!disk.has(LOG_PATH)) return false;
  const [head = ''] = disk.bytesOf(LOG_PATH).toString('latin1').split('\n', 1);
  const claimed = /"op":"CHECKPOINT".*"seq":(\d+),"crc":"[0-9a-f]{8}"\}$/.exec(head);
  return claimed !== null && Number(claimed[1]) >= seq;
}

/** Mostly the log; else any file that lies there. */
async function drawFile({ random }: Round, disk: MemoryDisk): Promise<string> {
  if (random.chance(0.6) && disk.has(LOG_PATH)) return LOG_PATH;
  const [above, logs] = await Promise.all([disk.list('data'), disk.list('data/logs')]);
  const paths = [...above.map((name) => `data/${name}`), ...logs.map((name) => `data/logs/${name}`)].sort();
  return random.pick(paths);
}

/** @returns whether the file is another now */
async function wound(
  { random }: Round,
  specimen: LargeSpecimen,
  foreign: MemoryDisk,
  disk: MemoryDisk,
  path: string,
  name: string,
): Promise<boolean> {
  if (!disk.has(path)) return false;
  const around: Surroundings = {
    earlier: specimen.earlier.filter((former) => former.has(path)).map((former) => former.bytesOf(path)),
    foreign: foreign.has(path) ? foreign.bytesOf(path) : undefined,
  };
  const bytes = disk.bytesOf(path);
  // Lines of the reference bot have no checksum: what happens to them is tried by the tests of older logs.
  const spared = path === LOG_PATH && !WHOLE_FILES.has(name) ? Math.min(specimen.unproven, bytes.length) : 0;
  const result = WOUNDS[name]?.(bytes.subarray(spared), random, around);
  if (result === undefined) disk.drop(path);
  else if (result.equals(bytes.subarray(spared))) return false;
  else disk.put(path, Buffer.concat([bytes.subarray(0, spared), result]));
  return true;
}

/** What interrupted compactions, seals and main files, and former repairs leave behind. */
function leaveStrays(disk: MemoryDisk, n: number): void {
  disk.put(`${LOG_PATH}.compacting`, `{"timestamp":"2026-11-22T16:36:05.831Z","op":"CHECKPOINT","state":{"n":${n}`);
  disk.put(`${SEAL_PATH}.tmp`, '{"seq":');
  disk.put(`${MAIN_PATH}.tmp`, '{\n');
  disk.put(`${LOG_PATH}.torn.1`, '{"timestamp":');
  disk.put(`${LOG_PATH}.damaged.1`, 'x');
  disk.put('data/LOCK', '{"pid":');
}
