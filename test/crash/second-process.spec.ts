/** Processes that take a directory from each other's dead hands. */
import { afterEach, expect, test } from '@jest/globals';
import { killAllChildren } from '../support/child.js';
import { removeAllScratch } from '../support/scratch.js';
import { Round, runRounds } from './lab/experiment.js';
import { contest, secondProcess } from './lab/second-process.js';

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

test('one process at a time has the directory, the next goes on from every acknowledged write, readers see whole lines', async () => {
  const { tried, violations } = await runRounds(secondProcess, 2);
  expect(violations).toEqual([]);
  expect(tried.get('takeovers')).toBe(28);
  expect(tried.get('holders killed')).toBeGreaterThan(5);
  for (const what of ['times the directory was refused', 'logs read by another process', 'acknowledged writes']) {
    expect([what, (tried.get(what) ?? 0) > 40]).toEqual([what, true]);
  }
}, 120_000);

test('processes that forget to lock are found out', async () => {
  const round = new Round(1);
  await contest(true).run(round);
  expect(round.violations).toHaveLength(1);
}, 60_000);
