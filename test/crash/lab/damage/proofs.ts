/**
 * Where seq and checksum prove what stood there, `heal` must heal and say from where; where the proof is almost
 * present, it must refuse. Each case is damaged at a place that chance decides.
 */
import { wrong } from '../../../support/damage-judge.js';
import type { MemoryDisk } from '../../../support/memory-disk.js';
import type { Random } from '../../../support/random.js';
import {
  compacted,
  compactedCrashed,
  crashed,
  flipped,
  LOG_PATH,
  lineStarts,
  MAIN_PATH,
  SEAL_PATH,
  type Specimen,
  sealed,
  sealedAlone,
} from '../../../support/specimens.js';
import type { Round } from '../experiment.js';
import { judgeHeal } from './verdict.js';

export const PROVEN = 'damages that are provable';
export const ALMOST_PROVEN = 'damages that are almost provable';
const TIMES = 6;

/** Bytes of a line's end that are its digits, closing and newline. */
const END_BYTES = 11;

interface Case {
  name: string;
  build: () => Promise<Specimen>;
  damage: (disk: MemoryDisk, random: Random) => void;
}

interface ProvenCase extends Case {
  /** What the report must name as the source. */
  source: string;
}

/** The bytes of one line: `inside` leaves alone the first line, and the last two, which prove those before. */
function drawLine(bytes: Buffer, random: Random, inside: boolean): { from: number; to: number } {
  const starts = lineStarts(bytes);
  const lines = starts.length - 1;
  const line = inside ? 1 + random.below(lines - 3) : random.below(lines);
  return { from: starts[line] as number, to: starts[line + 1] as number };
}

/** Changes the content of a line, never its digits. */
function spoilContent(disk: MemoryDisk, random: Random, { from, to }: { from: number; to: number }): void {
  disk.put(LOG_PATH, flipped(disk.bytesOf(LOG_PATH), from + random.below(to - from - END_BYTES), random.below(8)));
}

const spoilInside = (disk: MemoryDisk, random: Random): void =>
  spoilContent(disk, random, drawLine(disk.bytesOf(LOG_PATH), random, true));

const spoilFirst = (disk: MemoryDisk, random: Random): void =>
  spoilContent(disk, random, { from: 0, to: lineStarts(disk.bytesOf(LOG_PATH))[1] as number });

function editLog(disk: MemoryDisk, edit: (bytes: Buffer) => Buffer): void {
  disk.put(LOG_PATH, edit(Buffer.from(disk.bytesOf(LOG_PATH))));
}

function insertAtLine(text: string): Case['damage'] {
  return (disk, random) =>
    editLog(disk, (bytes) => {
      const { from } = drawLine(bytes, random, true);
      return Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from)]);
    });
}

function newestBackup(disk: MemoryDisk): string {
  const path = Object.keys(disk.picture()).findLast((each) => each.includes('.backup.'));
  return path ?? wrong('the specimen has no backup');
}

function spoilFile(disk: MemoryDisk, path: string, random: Random): void {
  const bytes = disk.bytesOf(path);
  disk.put(path, flipped(bytes, random.below(bytes.length), random.below(8)));
}

const PROVEN_CASES: ProvenCase[] = [
  { name: 'a line, beside a sealed main file', build: sealed, damage: spoilInside, source: MAIN_PATH },
  {
    name: 'a cut at the end of a line, beside a sealed main file',
    build: sealed,
    damage: (disk, random) => editLog(disk, (bytes) => bytes.subarray(0, drawLine(bytes, random, false).from)),
    source: MAIN_PATH,
  },
  {
    name: 'the log gone, beside a sealed main file',
    build: sealed,
    damage: (disk) => disk.drop(LOG_PATH),
    source: MAIN_PATH,
  },
  { name: 'a CHECKPOINT, beside its backup', build: compactedCrashed, damage: spoilFirst, source: '.backup.' },
  { name: 'a CHECKPOINT, beside seal and main file', build: compacted, damage: spoilFirst, source: 'data/' },
  {
    name: 'the digits of a line',
    build: crashed,
    damage: (disk, random) =>
      editLog(disk, (bytes) => {
        const { to } = drawLine(bytes, random, true);
        return flipped(bytes, to - END_BYTES + random.below(8), random.below(8));
      }),
    source: 'the log itself',
  },
  {
    name: 'a newline that became another byte',
    build: crashed,
    damage: (disk, random) => editLog(disk, (bytes) => flipped(bytes, drawLine(bytes, random, true).to - 1, 6)),
    source: 'the log itself',
  },
  { name: 'an inserted line', build: crashed, damage: insertAtLine('not of this log\n'), source: 'the log itself' },
  {
    name: 'inserted NUL bytes',
    build: crashed,
    damage: insertAtLine(`${'\0'.repeat(512)}\n`),
    source: 'the log itself',
  },
  {
    name: 'a doubled line',
    build: crashed,
    damage: (disk, random) =>
      editLog(disk, (bytes) => {
        const { from, to } = drawLine(bytes, random, true);
        return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to)]);
      }),
    source: 'the log itself',
  },
];

const ALMOST_CASES: Case[] = [
  { name: 'a line, without anything beside', build: crashed, damage: spoilInside },
  { name: 'a line, beside a seal without a main file', build: sealedAlone, damage: spoilInside },
  {
    name: 'a line, beside a main file that is not the sealed one',
    build: sealed,
    damage: (disk, random) => {
      spoilInside(disk, random);
      const text = disk.bytesOf(MAIN_PATH).toString();
      disk.put(MAIN_PATH, text.replace('10', '11'));
    },
  },
  {
    name: 'a line, beside a main file whose seal is damaged',
    build: sealed,
    damage: (disk, random) => {
      spoilInside(disk, random);
      spoilFile(disk, SEAL_PATH, random);
    },
  },
  {
    name: 'a line, beside a main file whose seal is gone',
    build: sealed,
    damage: (disk, random) => {
      spoilInside(disk, random);
      disk.drop(SEAL_PATH);
    },
  },
  {
    name: 'a CHECKPOINT, beside a backup with a flipped bit',
    build: compactedCrashed,
    damage: (disk, random) => {
      spoilFirst(disk, random);
      spoilFile(disk, newestBackup(disk), random);
    },
  },
  {
    name: 'a CHECKPOINT, beside a backup that ends one entry before it',
    build: compactedCrashed,
    damage: (disk, random) => {
      spoilFirst(disk, random);
      const backup = newestBackup(disk);
      const bytes = disk.bytesOf(backup);
      disk.put(backup, bytes.subarray(0, lineStarts(bytes).at(-2)));
    },
  },
  {
    name: 'a line behind a CHECKPOINT, beside a backup that ends at the CHECKPOINT',
    build: compactedCrashed,
    damage: spoilInside,
  },
  {
    name: 'a CHECKPOINT without its backup',
    build: compactedCrashed,
    damage: (disk, random) => {
      spoilFirst(disk, random);
      disk.drop(newestBackup(disk));
    },
  },
  {
    name: 'a lost line',
    build: crashed,
    damage: (disk, random) =>
      editLog(disk, (bytes) => {
        const { from, to } = drawLine(bytes, random, true);
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
      }),
  },
];

export async function tryProofs(round: Round): Promise<void> {
  for (const each of PROVEN_CASES) {
    const specimen = { ...(await each.build()), engineOn: round.engineOn };
    for (let i = 0; i < TIMES; i += 1) {
      await round.trial(PROVEN, each.name, () => mustHeal(specimen, each, round.random));
    }
  }
  for (const each of ALMOST_CASES) {
    const specimen = { ...(await each.build()), engineOn: round.engineOn };
    for (let i = 0; i < TIMES; i += 1) {
      await round.trial(ALMOST_PROVEN, each.name, () => mustRefuse(specimen, each, round.random));
    }
  }
}

async function mustHeal(specimen: Specimen, { damage, source }: ProvenCase, random: Random): Promise<void> {
  const disk = specimen.disk.copy();
  damage(disk, random);
  const { outcome, error, report } = await judgeHeal({ specimen, disk }, true);
  if (outcome !== 'whole') wrong(`${outcome} where it can be proven: ${error?.message}`);
  const healed = report?.events.filter(({ action }) => action === 'healed') ?? [];
  if (healed.length === 0) wrong('the healing was not told');
  for (const { message, keptAs } of healed) {
    if (!message.includes(source)) wrong(`healed from elsewhere than ${source}: ${message}`);
    if (!keptAs && disk.has(LOG_PATH)) wrong(`the damaged log was not kept: ${message}`);
  }
}

async function mustRefuse(specimen: Specimen, { damage }: Case, random: Random): Promise<void> {
  const disk = specimen.disk.copy();
  damage(disk, random);
  const { outcome, report } = await judgeHeal({ specimen, disk }, false);
  if (outcome !== 'refused') wrong(`${outcome} without a proof: ${report?.events[0]?.message}`);
}
