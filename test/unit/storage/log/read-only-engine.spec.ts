/** The engine that only reads: it shows what the ordinary one would, and the directory stays as it is. */
import { expect, test } from '@jest/globals';
import { type RecoveryMode, readOnlyEngine } from '../../../../src/storage/log/index.js';
import { entriesOf } from '../../../support/log-words.js';
import { Random } from '../../../support/random.js';
import { canonicalState, LOG, LOG_PATH, lineStarts, openOn, SPECIMENS } from '../../../support/specimens.js';

const words = { mainFiles: { maxStaleMs: 60_000 } };

test.each(SPECIMENS)(
  '%s, damaged anywhere, is opened or refused as by the ordinary engine, and no byte changes',
  async (_, make) => {
    const specimen = await make();
    const random = new Random(7);
    const bytes = specimen.disk.bytesOf(LOG_PATH);
    const starts = lineStarts(bytes);
    for (let round = 0; round < 40; round += 1) {
      const disk = specimen.disk.copy();
      const damaged = Buffer.from(bytes);
      if (round > 0) damaged[random.below(damaged.length)] ^= 1 << random.below(8);
      const cut = random.chance(0.3) ? (random.pick(starts) as number) + random.below(30) : damaged.length;
      disk.put(LOG_PATH, damaged.subarray(0, cut));
      const before = JSON.stringify(disk.picture());
      const recovery = random.pick<RecoveryMode>(['heal', 'salvage']);
      const outcome = async (engine: Awaited<ReturnType<typeof openOn>>) => {
        try {
          const { events } = await engine.openLog(LOG);
          const kinds = events.map(({ found, action, offset, line }) => [found, action, offset, line]);
          return [kinds, await canonicalState(engine), (await entriesOf(engine, LOG, { backups: true })).length];
        } catch (error) {
          return (error as { code: string }).code;
        } finally {
          await engine.close();
        }
      };
      const reader = readOnlyEngine('data', { ...words, recovery }, undefined, disk);
      await reader.open();
      const read = await outcome(reader);
      expect(JSON.stringify(disk.picture())).toBe(before);
      expect(read).toEqual(await outcome(await openOn(disk, { mainFiles: true, recovery })));
    }
  },
);

test('it refuses to write', async () => {
  const [, make] = SPECIMENS[0] as (typeof SPECIMENS)[0];
  const { disk } = await make();
  const engine = readOnlyEngine('data', {}, undefined, disk);
  await engine.open();
  const refused = 'Expected an engine that writes, got one that only reads (readOnlyEngine)';
  await expect(engine.append()).rejects.toThrow(refused);
  await expect(engine.update()).rejects.toThrow(refused);
  await expect(engine.compact()).rejects.toThrow(refused);
  await engine.close();
});
