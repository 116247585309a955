import { afterEach, describe, expect, test } from '@jest/globals';
import { removeAllScratch } from '../support/scratch.js';
import { runOnTmpfs } from '../support/tmpfs.js';
import type { FullDiskArgument } from './lab/full-disk/scenes.js';

const SCRIPT = new URL('./full-disk-child.js', import.meta.url);
const MEBIBYTE = 1024 * 1024;
const LONGEST_MS = 50_000;

afterEach(removeAllScratch);

type Given = Partial<Omit<FullDiskArgument, 'mount'>> & Pick<FullDiskArgument, 'scene'>;

/** Plays a scene on 2 MB that are its own. @returns how much was acknowledged and refused on the way */
async function play(given: Given, inodes?: number) {
  const size = { bytes: 2 * MEBIBYTE, ...(inodes !== undefined && { inodes }) };
  const told = await runOnTmpfs(SCRIPT, { bytes: 5_000, sideBySide: 4, ...given }, size, LONGEST_MS);
  expect(told.at(-1)).toEqual(['done']);
  return told.find(([kind]) => kind === 'filled')?.[1] as { acknowledged: number; refused: number; free?: number };
}

describe('a real disk of 2 MB, filled to the brim', () => {
  test.each([
    { bytes: 20, sideBySide: 40, least: 3_000 },
    { bytes: 300, sideBySide: 7, least: 1_000 },
    { bytes: 5_000, sideBySide: 1, least: 80 },
    { bytes: 60_000, sideBySide: 5, least: 8 },
    { bytes: 250_000, sideBySide: 1, least: 10 },
  ])(
    'refuses values of $bytes bytes, $sideBySide at a time, is read, and goes on by itself once there is room',
    async ({ least, ...size }) => {
      const { acknowledged, refused, free } = await play({ scene: 'healing', ...size });
      expect(acknowledged).toBeGreaterThan(least);
      expect(refused).toBeGreaterThan(5);
      expect(free).toBe(0);
    },
    60_000,
  );

  test.each([
    { bytes: 300, sideBySide: 20 },
    { bytes: 5_000, sideBySide: 1 },
  ])(
    'is closed and opened while it is full, and serves its reads (values of $bytes bytes)',
    async (size) => {
      expect((await play({ scene: 'reopening', ...size })).acknowledged).toBeGreaterThan(80);
    },
    60_000,
  );

  test('is opened after SIGKILL while it is full', async () => {
    expect((await play({ scene: 'killing' })).acknowledged).toBeGreaterThan(80);
  }, 60_000);

  test('is opened with a torn tail for which there is no room, which is cut and kept once there is', async () => {
    expect((await play({ scene: 'tearing' })).acknowledged).toBeGreaterThan(80);
  }, 60_000);

  test('takes away again what reached it of values larger than the room that is left', async () => {
    expect((await play({ scene: 'tooLarge' })).refused).toBeGreaterThan(5);
  }, 60_000);

  test('with room left and no file more to be made, goes on appending', async () => {
    expect((await play({ scene: 'noMoreFiles' }, 20)).acknowledged).toBeGreaterThan(10);
  }, 60_000);

  test('is what a whole application lives through', async () => {
    expect((await play({ scene: 'application' })).acknowledged).toBeGreaterThan(50);
  }, 60_000);
});
