/** Whole lines lost, doubled, moved, invented; files gone or empty: each kind of damage by its name. */
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { writeSeal } from '../../../../src/storage/log/seal.js';
import { judgeHealing, judgeSalvage, judgeStrictness } from '../../../support/damage-judge.js';
import { set } from '../../../support/log-words.js';
import {
  compacted,
  compactedCrashed,
  crashed,
  LOG,
  LOG_PATH,
  lineStarts,
  MAIN_PATH,
  openOn,
  SEAL_PATH,
  type Specimen,
  sealed,
  sealedAlone,
} from '../../../support/specimens.js';

/** Lines with their newlines. */
function linesOf({ disk }: Specimen): Buffer[] {
  const bytes = disk.bytesOf(LOG_PATH);
  const starts = lineStarts(bytes);
  return starts.slice(0, -1).map((start, i) => bytes.subarray(start, starts[i + 1]));
}

const withLines = (specimen: Specimen, lines: Buffer[]): Specimen['disk'] => {
  const disk = specimen.disk.copy();
  disk.put(LOG_PATH, Buffer.concat(lines));
  return disk;
};

const GARBAGE = Buffer.from('this is no entry\n');
const NUL_PAGE = Buffer.alloc(4096);

const WAYS: [string, (lines: Buffer[]) => Buffer[]][] = [
  ['a line lost', (lines) => lines.toSpliced(2, 1)],
  ['the first line lost', (lines) => lines.toSpliced(0, 1)],
  ['two lines swapped', (lines) => lines.with(2, lines[3]!).with(3, lines[2]!)],
  ['a NUL page in a line’s place', (lines) => lines.with(3, NUL_PAGE)],
];

const HARMLESS: [string, (lines: Buffer[]) => Buffer[]][] = [
  ['a line doubled', (lines) => lines.toSpliced(3, 0, lines[2]!)],
  ['the first line doubled', (lines) => lines.toSpliced(1, 0, lines[0]!)],
  ['a garbage line between lines', (lines) => lines.toSpliced(4, 0, GARBAGE)],
  ['a garbage line at the head', (lines) => [GARBAGE, ...lines]],
  ['a NUL page with a newline between lines', (lines) => lines.toSpliced(4, 0, NUL_PAGE, Buffer.from('\n'))],
  ['a blank line between lines', (lines) => lines.toSpliced(4, 0, Buffer.from('\n'))],
];

describe('with nothing to prove what is missing', () => {
  test.each(WAYS)('%s is refused with its place', async (_, damage) => {
    const specimen = await crashed();
    const { outcome, error } = await judgeHealing(specimen, withLines(specimen, damage(linesOf(specimen))));
    expect(outcome).toBe('refused');
    expect(error?.file).toBe(LOG_PATH);
    expect(error?.message).toMatch(/players\.log:\d+ \(line \d+, byte \d+/);
    expect(error?.hint).toContain('salvage');
  });

  test.each(WAYS)('%s is salvaged with the lost seq named', async (_, damage) => {
    const specimen = await crashed();
    const { report } = await judgeSalvage(specimen, withLines(specimen, damage(linesOf(specimen))));
    expect(report?.events.some((event) => event.lostSeq !== undefined)).toBe(true);
    expect(report?.events.some((event) => event.keptAs !== undefined)).toBe(true);
  });

  test.each(HARMLESS)('%s is healed, for every entry is there', async (_, damage) => {
    const specimen = await crashed();
    const { outcome, report } = await judgeHealing(specimen, withLines(specimen, damage(linesOf(specimen))));
    expect(outcome).toBe('whole');
    expect(report?.clean).toBe(false);
  });

  test('garbage at the end is cut as a torn tail', async () => {
    const specimen = await crashed();
    const disk = withLines(specimen, [...linesOf(specimen), GARBAGE, NUL_PAGE]);
    const { outcome, report } = await judgeHealing(specimen, disk);
    const [event] = report?.events ?? [];
    expect(outcome).toBe('whole');
    expect(event).toMatchObject({ found: 'torn-tail', action: 'cut', offset: specimen.disk.bytesOf(LOG_PATH).length });
    expect(disk.bytesOf(event?.keptAs as string)).toEqual(Buffer.concat([GARBAGE, NUL_PAGE]));
  });

  test('newlines filled ahead are trimmed without a word', async () => {
    const specimen = await crashed();
    const disk = withLines(specimen, [...linesOf(specimen), Buffer.alloc(100, '\n')]);
    const { outcome, report } = await judgeHealing(specimen, disk, false);
    expect(outcome).toBe('whole');
    expect(report?.events.filter((event) => event.file === LOG_PATH)).toEqual([]);
    expect(disk.bytesOf(LOG_PATH)).toEqual(specimen.disk.bytesOf(LOG_PATH));
  });
});

describe('with a seal that vouches for the main file', () => {
  test.each([...WAYS, ...HARMLESS])('%s is healed to the full state', async (_, damage) => {
    const specimen = await sealed();
    const { outcome, report } = await judgeHealing(specimen, withLines(specimen, damage(linesOf(specimen))));
    expect(outcome).toBe('whole');
    expect(report?.events.every((event) => event.action === 'healed')).toBe(true);
  });

  test.each([...WAYS, ...HARMLESS])('%s is refused by strict recovery', async (_, damage) => {
    const specimen = await sealed();
    const { outcome } = await judgeStrictness(specimen, withLines(specimen, damage(linesOf(specimen))));
    expect(outcome).toBe('refused');
  });
});

describe('a key is named where the damaged line still tells it', () => {
  test('in the refusal', async () => {
    const specimen = await crashed();
    const lines = linesOf(specimen);
    const spoiled = Buffer.from(lines[1]!);
    spoiled.write('!', spoiled.indexOf('[1'));
    const { error } = await judgeHealing(specimen, withLines(specimen, lines.with(1, spoiled)));
    expect(error).toMatchObject({ key: 'bob', line: 2, offset: lines[0]!.length });
  });
});

describe('a log that is gone', () => {
  const damages: [string, (disk: Specimen['disk']) => void][] = [
    ['missing', (disk) => disk.drop(LOG_PATH)],
    ['empty', (disk) => disk.put(LOG_PATH, '')],
    ['garbage', (disk) => disk.put(LOG_PATH, Buffer.concat([GARBAGE, NUL_PAGE]))],
  ];

  test.each(damages)('%s, is healed from its sealed main file', async (_, damage) => {
    const specimen = await sealed();
    const disk = specimen.disk.copy();
    damage(disk);
    const { outcome, report } = await judgeHealing(specimen, disk);
    expect(outcome).toBe('whole');
    expect(report?.clean).toBe(false);
  });

  test.each(damages)('%s, with a seal and no main file, is refused', async (_, damage) => {
    const specimen = await sealedAlone();
    const disk = specimen.disk.copy();
    damage(disk);
    const { outcome, error } = await judgeHealing(specimen, disk);
    expect(outcome).toBe('refused');
    expect(error?.message).toContain(LOG_PATH);
  });

  test.each(damages)('%s, with a whole main file alone, is taken over from it', async (_, damage) => {
    const specimen = await sealed();
    const disk = specimen.disk.copy();
    disk.drop(SEAL_PATH);
    damage(disk);
    const engineState = specimen.states[specimen.seq];
    specimen.states.fill(engineState);
    const { outcome, report } = await judgeHealing(specimen, disk);
    expect(outcome).not.toBe('refused');
    expect(report?.events.some((event) => event.found === 'lost-log')).toBe(true);
  });

  test('and its main file and backups too, is a new log', async () => {
    const specimen = await crashed();
    specimen.disk.drop(LOG_PATH);
    specimen.states[0] = '[]';
    const { outcome, report, seq } = await judgeHealing(specimen, specimen.disk);
    expect({ outcome, seq, clean: report?.clean }).toEqual({ outcome: 'cut', seq: 0, clean: true });
  });

  test.each(damages)('%s, with only backups left, is refused, for what came behind is unknown', async (_, damage) => {
    const specimen = await compactedCrashed();
    damage(specimen.disk);
    const { outcome } = await judgeHealing(specimen, specimen.disk);
    expect(outcome).toBe('refused');
  });

  test.each(damages)('%s, with only backups left, is salvaged from the newest', async (_, damage) => {
    const specimen = await compactedCrashed();
    damage(specimen.disk);
    const { seq, report } = await judgeSalvage(specimen, specimen.disk, { told: false });
    expect(seq).toBe(5);
    expect(report?.clean).toBe(false);
  });
});

describe('a damaged CHECKPOINT', () => {
  const spoil = (specimen: Specimen): Specimen['disk'] => {
    const lines = linesOf(specimen);
    const spoiled = Buffer.from(lines[0]!);
    spoiled.fill('#', spoiled.indexOf('bob'), spoiled.indexOf('bob') + 3);
    return withLines(specimen, lines.with(0, spoiled));
  };

  test('is rebuilt from the backup that ends at its seq', async () => {
    const specimen = await compactedCrashed();
    const { outcome, report } = await judgeHealing(specimen, spoil(specimen));
    expect(outcome).toBe('whole');
    expect(report?.events).toMatchObject([{ found: 'damaged-checkpoint', action: 'healed', line: 1, offset: 0 }]);
    expect(report?.events[0]?.message).toContain('.backup.');
  });

  test('is refused where that backup is gone', async () => {
    const specimen = await compactedCrashed();
    for (const path of Object.keys(specimen.disk.picture())) if (path.includes('.backup.')) specimen.disk.drop(path);
    const { outcome } = await judgeHealing(specimen, spoil(specimen));
    expect(outcome).toBe('refused');
  });

  test('is healed from the sealed main file where that backup is gone', async () => {
    const specimen = await compacted();
    for (const path of Object.keys(specimen.disk.picture())) if (path.includes('.backup.')) specimen.disk.drop(path);
    const { outcome, report } = await judgeHealing(specimen, spoil(specimen));
    expect(outcome).toBe('whole');
    expect(report?.events[0]?.message).toContain(MAIN_PATH);
  });
});

test('an older seal does not hold back a log that went on and crashed', async () => {
  const specimen = await sealed();
  const lines = linesOf(specimen);
  await sealUpTo(specimen, lines.slice(0, 5));
  const { outcome } = await judgeHealing(specimen, withLines(specimen, [...lines, Buffer.from('{"timestamp":"2')]));
  expect(outcome).toBe('whole');
});

describe('a log whose lines are not those that the seal saw', () => {
  test('is refused, though every line verifies', async () => {
    const specimen = await sealed();
    const other = await sealedAlone();
    specimen.disk.put(LOG_PATH, other.disk.bytesOf(LOG_PATH));
    const { outcome, error } = await judgeHealing(specimen, specimen.disk);
    expect(outcome).toBe('refused');
    expect(error?.message).toContain('another log');
  });

  test('is refused too where it went on behind the sealed end', async () => {
    const specimen = await sealed();
    const other = linesOf(await sealedAlone());
    await sealUpTo(specimen, linesOf(specimen).slice(0, 5));
    const { outcome } = await judgeHealing(specimen, withLines(specimen, other));
    expect(outcome).toBe('refused');
  });

  test('goes on after a compaction, which gives other bytes to the same seq', async () => {
    const specimen = await sealed();
    const engine = await openOn(specimen.disk, { mainFiles: false });
    await engine.compact(LOG);
    await engine.append(LOG, set('eve', 1));
    const crashed = await openOn(specimen.disk.copy(), { mainFiles: false });
    expect((await crashed.openLog(LOG)).clean).toBe(true);
    expect(await crashed.get(LOG, 'eve')).toBe(1);
    expect(await crashed.get(LOG, 'dot')).toBe(10);
  });
});

describe('blank lines without number', () => {
  const BLANK = Buffer.alloc(600_000, '\n');

  test('behind an unfinished write are cut with it, at once', async () => {
    const specimen = await crashed();
    const lines = linesOf(specimen);
    const torn = Buffer.from('{"timestamp":"2026-11-22T12:34:56.789Z","op":"SE\n');
    const { outcome, seq } = await judgeHealing(specimen, withLines(specimen, [...lines, torn, BLANK]));
    expect([outcome, seq]).toEqual(['whole', specimen.seq]);
  });

  test('behind a damaged line are refused with it, at once', async () => {
    const specimen = await crashed();
    const lines = linesOf(specimen);
    const damaged = withLines(specimen, [...lines.slice(0, 2), GARBAGE, BLANK, ...lines.slice(3)]);
    expect((await judgeHealing(specimen, damaged)).outcome).toBe('refused');
  });

  test('between lines that have no checksum are read as they are, at once', async () => {
    const specimen = await crashed();
    const older = (n: number) => `{"timestamp":"2026-11-22T12:34:56.789Z","op":"SET","key":"older","value":${n}}\n\n`;
    const behind = Array.from({ length: 60 }, (_, n) => Buffer.from(older(n)));
    const disk = withLines(specimen, [...linesOf(specimen), ...behind]);
    const engine = await openOn(disk, { mainFiles: false });
    await engine.openLog(LOG);
    expect(await engine.get(LOG, 'older')).toBe(59);
    await engine.close();
  });
});

async function sealUpTo({ disk }: Specimen, lines: Buffer[]): Promise<void> {
  const head = Buffer.concat(lines);
  const crc = crc32(head).toString(16).padStart(8, '0');
  await writeSeal(disk, SEAL_PATH, { seq: lines.length, bytes: head.length, crc });
}
