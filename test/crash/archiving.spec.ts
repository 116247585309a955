/** The power goes at every moment of compactions that archive and compress: every entry is kept, once, and each moment. */
import { expect, test } from '@jest/globals';
import type { CompactOptions, LogEngine } from '../../src/storage/log/index.js';
import { LOG, openOn } from '../support/erasure-stage.js';
import { entriesOf, remove, set } from '../support/log-words.js';
import { Random } from '../support/random.js';
import { LyingDisk } from './lab/power-loss/lying-disk.js';
import { Platter, type Survival } from './lab/power-loss/power-cut.js';

const DATA = { dataDir: 'data', mainFiles: false };
const SURVIVALS: readonly Survival[] = ['nothing', 'everything', 'prefix', 'prefix'];
const SEED = 11;
const ROUNDS = 4;

/** Two files for the whole life: one is gone on with, the other begun, in its course. */
const compaction = (round: number): CompactOptions => ({
  keepBackups: round % 2,
  compressBackups: true,
  rotate: () => ({ name: round < 2 ? '2026-11-22' : '2026-11-23', endMs: Number.POSITIVE_INFINITY }),
});

async function live(disk: LyingDisk, states: Record<string, unknown>[]): Promise<{ moment: number; seq: number }[]> {
  const acknowledged: { moment: number; seq: number }[] = [];
  const engine = await openOn(disk, DATA);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const change of [set('a', { round }), set(`k${round}`, 'x'.repeat(200)), remove(`k${round - 1}`)]) {
      const { seq } = await engine.append(LOG, change);
      states[seq as number] = { ...states.at(-1) };
      if ('value' in change) Object.assign(states.at(-1) as object, { [change.key]: change.value });
      else delete states.at(-1)?.[change.key];
      acknowledged.push({ moment: disk.now, seq: seq as number });
    }
    await engine.compact(LOG, compaction(round));
  }
  await engine.close();
  return acknowledged;
}

/** Every entry once, from the first to one that is not older than what was acknowledged; every moment as it was. */
async function expectAllKept(engine: LogEngine, owed: number, states: Record<string, unknown>[]): Promise<number> {
  const seqs = (await entriesOf(engine, LOG, { backups: true })).map(({ seq }) => seq);
  const newest = engine.stats(LOG).seq;
  expect(newest).toBeGreaterThanOrEqual(owed);
  expect(seqs).toEqual(Array.from({ length: newest }, (_, i) => i + 1));
  for (const at of [0, Math.min(1, newest), Math.floor(newest / 2), newest]) {
    expect([at, await engine.rebuildState(LOG, { at })]).toEqual([at, states[at]]);
  }
  return newest;
}

test('nothing is lost or doubled, and the next compaction catches up', async () => {
  const disk = new LyingDisk();
  const states: Record<string, unknown>[] = [{}];
  const acknowledged = await live(disk, states);
  const platter = new Platter(disk.image);
  let tried = 0;
  for (let moment = 0; moment <= disk.tape.length; moment += 1) {
    const owed = acknowledged.findLast((each) => each.moment <= moment)?.seq ?? 0;
    for (const survival of SURVIVALS) {
      const engine = await openOn(new LyingDisk(platter.cut(survival, new Random(SEED + moment))), DATA);
      await engine.openLog(LOG);
      const newest = await expectAllKept(engine, owed, states);
      if (newest > 0) {
        const report = await engine.compact(LOG, compaction(ROUNDS));
        expect({ moment, survival, error: report.archiveError }).toEqual({ moment, survival, error: undefined });
        await expectAllKept(engine, newest, states);
      }
      await engine.close();
      tried += 1;
    }
    const event = disk.tape[moment];
    if (event) platter.take(event);
  }
  expect(tried).toBeGreaterThan(400);
}, 120_000);
