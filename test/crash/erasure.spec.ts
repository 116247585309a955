/** The power goes at every moment of an erasure: what has begun is finished by the next start, and nothing else is lost. */
import { expect, test } from '@jest/globals';
import { filesWith, KEY, LOG, openOn, SECRET, writeHistory } from '../support/erasure-stage.js';
import { plain, stateOf } from '../support/log-words.js';
import { Random } from '../support/random.js';
import { LyingDisk } from './lab/power-loss/lying-disk.js';
import { Platter, type Survival } from './lab/power-loss/power-cut.js';

const DATA = { dataDir: 'data' };
const SURVIVALS: readonly Survival[] = ['nothing', 'everything', 'prefix', 'prefix', 'prefix'];
const SEED = 7;

test('is finished by the next start, whatever of it had reached the disk', async () => {
  const disk = new LyingDisk();
  const writer = await openOn(disk, DATA);
  await writeHistory(writer);
  const { [KEY]: _, ...others } = plain(await stateOf(writer, LOG));
  const begun = disk.now;
  await writer.erase(LOG, KEY);
  const acknowledged = disk.now;
  await writer.close();

  const platter = new Platter(disk.image);
  const tally = { erased: 0, resumed: 0, untouched: 0 };
  for (let moment = 0; moment <= disk.tape.length; moment += 1) {
    for (const survival of moment < begun ? [] : SURVIVALS) {
      const found = new LyingDisk(platter.cut(survival, new Random(SEED + moment)));
      const wasBegun = found.paths().includes('data/logs/players.log.erasing');
      const engine = await openOn(found, DATA);
      const { events } = await engine.openLog(LOG);
      const where = { moment, survival, acknowledged, wasBegun };
      // A main file may be behind, and a write unfinished: nothing else is what a power cut leaves.
      expect({ ...where, found: events.filter((event) => !/lost-view|torn-tail/.test(event.found)) }).toEqual({
        ...where,
        found: [],
      });
      const { [KEY]: value, ...rest } = plain(await stateOf(engine, LOG));
      expect(rest).toEqual(others);
      await engine.close();
      const left = filesWith(found, KEY, SECRET);
      if (moment >= acknowledged || wasBegun) expect({ ...where, value, left }).toEqual({ ...where, left: [] });
      if (wasBegun) tally.resumed += 1;
      else if (left.length === 0) tally.erased += 1;
      else tally.untouched += 1;
    }
    const event = disk.tape[moment];
    if (event) platter.take(event);
  }
  // Each of the three was seen.
  expect(tally.resumed).toBeGreaterThan(50);
  expect(tally.erased).toBeGreaterThan(10);
  expect(tally.untouched).toBeGreaterThan(5);
}, 60_000);
