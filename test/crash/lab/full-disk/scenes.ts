/** Lives on a full disk: an engine's, one that is killed, one that finds a torn tail, and that of an application. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileEngine, type LogEngine, type RecoveryMode, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { Child } from '../../../support/child.js';
import { silent, tell } from '../../../support/parent.js';
import { openStore, type Store } from '../../../support/store.js';
import { assertRefused, eventually, Promises, Volume } from './full-disk.js';

export interface FullDiskArgument {
  mount: string;
  scene: keyof typeof SCENES;
  /** Size of the values that fill the disk, and how many are under way at once. */
  bytes: number;
  sideBySide: number;
}

const LOG = 'players';
const SCRIPT = new URL('../../full-disk-child.js', import.meta.url);
/** Room for two views of the largest state at once, the one that is there and the one that takes its place. */
const BALLAST_BYTES = 900 * 1024;

async function open(volume: Volume, recovery: RecoveryMode = 'heal'): Promise<LogEngine> {
  const options = resolveLogOptions({ dataDir: volume.dataDir, mainFiles: { maxStaleMs: 20 }, recovery });
  const engine = fileEngine(options, silent);
  await engine.open();
  await engine.openLog(LOG);
  return engine;
}

const logFile = (volume: Volume): string => join(volume.dataDir, 'logs', `${LOG}.log`);

/** A store with a backup and a main file, filled until nothing more finds room, the view included. */
async function filled({ mount, bytes, sideBySide }: FullDiskArgument) {
  const volume = new Volume(mount);
  volume.fill('ballast', BALLAST_BYTES);
  const engine = await open(volume);
  const promises = new Promises();
  for (let n = 0; n < 10; n += 1) await promises.append(engine, LOG, 100);
  await engine.compact(LOG);
  for (let before = -1; before < promises.acknowledged; ) {
    before = promises.acknowledged;
    await promises.fillToTheBrim(engine, LOG, bytes, sideBySide);
    await eventually('the main file is found to have no room', () => engine.stats(LOG).mainFileError !== undefined);
    volume.fill('brim');
  }
  tell('filled', { acknowledged: promises.acknowledged, refused: promises.refused, free: volume.freeBytes() });
  return { volume, engine, promises };
}

/** On a full disk everything can be read, nothing is changed, and what was begun is taken away again. */
async function assertServesReads(volume: Volume, engine: LogEngine, promises: Promises): Promise<void> {
  await promises.assertReads(engine, LOG);
  const before = volume.picture();
  await promises.assertWritesRefused(engine, LOG);
  await assertRefused(engine.compact(LOG));
  await promises.assertReads(engine, LOG);
  assert.deepEqual(volume.picture(), before);
}

/** There is room again: no restart, and the view is written by itself. */
async function assertHeals(volume: Volume, engine: LogEngine, promises: Promises): Promise<void> {
  volume.free('ballast');
  assert.equal(await promises.append(engine, LOG, 100), true);
  await eventually('the main file is written again', () => {
    const { mainFileError, mainFileSeq, seq } = engine.stats(LOG);
    return mainFileError === undefined && mainFileSeq === seq;
  });
  assert.equal(
    Object.keys(JSON.parse(readFileSync(join(volume.dataDir, `${LOG}.json`), 'utf8'))).length,
    promises.kept.size,
  );
  await promises.assertReads(engine, LOG);
}

async function assertAllIsThere(volume: Volume, promises: Promises): Promise<void> {
  const engine = await open(volume, 'strict');
  assert.deepEqual(engine.recoveryReport(LOG).events, []);
  await promises.assertReads(engine, LOG);
  await engine.close();
  const left = readdirSync(volume.dataDir, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    left.filter((name) => /\.(tmp|compacting)$/.test(name)),
    [],
  );
}

/** Filled, read, healed in one life. */
async function healing(given: FullDiskArgument): Promise<void> {
  const { volume, engine, promises } = await filled(given);
  await assertServesReads(volume, engine, promises);
  await assertHeals(volume, engine, promises);
  await promises.append(engine, LOG, 10);
  await engine.close();
  await assertAllIsThere(volume, promises);
}

/** Closed on the full disk and opened on it, again and again. */
async function reopening(given: FullDiskArgument): Promise<void> {
  const { volume, engine, promises } = await filled(given);
  await engine.close();
  // What the closing let go of, somebody else takes.
  volume.fill('brim');
  for (let n = 0; n < 3; n += 1) {
    const again = await open(volume);
    await assertServesReads(volume, again, promises);
    await again.close();
    volume.fill('brim');
  }
  const last = await open(volume);
  await assertServesReads(volume, last, promises);
  await assertHeals(volume, last, promises);
  await last.close();
  await assertAllIsThere(volume, promises);
}

/** Killed on the full disk, at writes that are refused, and opened on it. */
async function killing(given: FullDiskArgument): Promise<void> {
  const { volume, engine, promises } = await filled(given);
  await engine.close();
  volume.fill('brim');
  for (let n = 0; n < 3; n += 1) {
    const victim = new Child(SCRIPT, { ...given, scene: 'writingInVain' });
    await victim.message('refused');
    await new Promise((resolve) => setTimeout(resolve, 7 * n));
    await victim.kill();
    volume.fill('brim');
    const again = await open(volume);
    await assertServesReads(volume, again, promises);
    await again.close();
    volume.fill('brim');
  }
  const last = await open(volume);
  await assertHeals(volume, last, promises);
  await last.close();
  await assertAllIsThere(volume, promises);
}

/** The one that is killed: writes what finds no room, larger than a page, so that its beginning reaches the disk. */
async function writingInVain({ mount }: FullDiskArgument): Promise<void> {
  const engine = await open(new Volume(mount));
  for (;;) {
    await assertRefused(engine.append(LOG, { op: 'SET', key: 'in vain', value: 'x'.repeat(50_000) }));
    tell('refused');
  }
}

const TORN = '{"timestamp":"2026-11-22T16:36:05.831Z","op":"SET","key":"never","value":"ackn';

/** A log torn by a crash, opened where there is no room to keep the torn bytes. */
async function tearing(given: FullDiskArgument): Promise<void> {
  const { volume, engine, promises } = await filled(given);
  await engine.close();
  rmSync(`${logFile(volume)}.seal`, { force: true });
  volume.free('ballast');
  appendFileSync(logFile(volume), TORN.repeat(60));
  volume.fill('ballast');
  for (let n = 0; n < 2; n += 1) {
    const again = await open(volume);
    await promises.assertReads(again, LOG);
    await promises.assertWritesRefused(again, LOG);
    await assertRefused(again.compact(LOG));
    await promises.assertReads(again, LOG);
    await again.close();
    volume.fill('brim');
  }
  const last = await open(volume);
  await assertHeals(volume, last, promises);
  await last.close();
  const torn = readdirSync(join(volume.dataDir, 'logs')).filter((name) => name.includes('.torn.'));
  const kept = torn.map((name) => readFileSync(join(volume.dataDir, 'logs', name), 'utf8'));
  assert.ok(kept.includes(TORN.repeat(60)), `the torn bytes are kept: ${torn}`);
  await assertAllIsThere(volume, promises);
}

/** Values larger than the room that is left: their first pages reach the disk and are taken away again. */
async function tooLarge({ mount }: FullDiskArgument): Promise<void> {
  const volume = new Volume(mount);
  volume.fill('ballast', BALLAST_BYTES);
  const engine = await open(volume);
  const promises = new Promises();
  for (let n = 0; n < 5; n += 1) {
    assert.equal(await promises.append(engine, LOG, 1000), true);
    assert.equal(await promises.append(engine, LOG, 1_500_000 + n), false);
    assert.equal(statSync(logFile(volume)).size, engine.stats(LOG).sizeBytes);
    const writes = [100, 1_900_000, 100].map((bytes) => promises.append(engine, LOG, bytes));
    assert.ok((await Promise.all(writes)).includes(false));
  }
  await promises.assertReads(engine, LOG);
  volume.free('ballast');
  assert.equal(await promises.append(engine, LOG, 400_000), true);
  await engine.close();
  await assertAllIsThere(volume, promises);
  tell('filled', { acknowledged: promises.acknowledged, refused: promises.refused });
}

/** Room, but no file more: appends go on, what needs a new file is refused. */
async function noMoreFiles({ mount }: FullDiskArgument): Promise<void> {
  const volume = new Volume(mount);
  const engine = await open(volume);
  const promises = new Promises();
  for (let n = 0; n < 10; n += 1) await promises.append(engine, LOG, 100);
  await engine.compact(LOG);
  await promises.append(engine, LOG, 100);
  let files = 0;
  for (let full = false; !full; files += 1) {
    try {
      appendFileSync(join(volume.path, `file ${files}`), '');
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      full = true;
    }
  }
  assert.equal(await promises.append(engine, LOG, 100), true);
  const before = volume.picture();
  await assertRefused(engine.compact(LOG));
  assert.deepEqual(volume.picture(), before);
  await eventually('the main file is found to have no room', () => engine.stats(LOG).mainFileError !== undefined);
  await engine.close();
  const again = await open(volume);
  await promises.assertReads(again, LOG);
  assert.equal(await promises.append(again, LOG, 100), true);
  for (let n = 0; n < files; n += 1) rmSync(join(volume.path, `file ${n}`), { force: true });
  assert.equal((await again.compact(LOG)).outcome, 'compacted');
  await again.close();
  await assertAllIsThere(volume, promises);
  tell('filled', { acknowledged: promises.acknowledged, refused: 1 });
}

/** The same through the application: players are credited until there is no room, and again when there is. */
async function application({ mount }: FullDiskArgument): Promise<void> {
  const volume = new Volume(mount);
  volume.fill('ballast', BALLAST_BYTES);
  const options = { dataDir: volume.dataDir, mainFiles: { maxStaleMs: 20 } };
  const first = await openStore(options);
  const credited = await creditUntilFull(volume, first);
  const owed = await first.players.loadPlayers();
  const games = Object.values(owed).reduce((sum, player) => sum + player.totalGames, 0);
  assert.equal(games, credited);
  await assertNothingCredited(first, owed);
  await first.close();
  volume.fill('brim');
  const second = await openStore(options);
  await assertNothingCredited(second, owed);
  volume.free('ballast');
  const healed = await second.players.updatePlayerStats('player 0', 'healed', 10);
  assert.equal(healed.totalGames, (owed['player 0']?.totalGames ?? 0) + 1);
  await second.close();
  assert.ok(existsSync(join(volume.dataDir, 'players.json')));
  const third = await openStore(options);
  assert.deepEqual(await third.players.loadPlayers(), { ...owed, 'player 0': healed });
  await third.close();
  tell('filled', { acknowledged: credited, refused: PLAYERS });
}

const PLAYERS = 40;

const credit = ({ players }: Store, n: number): Promise<unknown> =>
  players.updatePlayerStats(`player ${n % PLAYERS}`, 'n'.repeat(900), 10, true, 3, 1);

/** @returns how many were credited when not one more could be, and the view had found no room either */
async function creditUntilFull(volume: Volume, store: Store): Promise<number> {
  let credited = 0;
  for (let before = -1; before < credited; ) {
    before = credited;
    let full = false;
    while (!full) {
      await credit(store, credited).then(
        () => {
          credited += 1;
        },
        async (error) => {
          await assertRefused(Promise.reject(error));
          full = true;
        },
      );
    }
    await eventually('the main file has no room', () => store.logs.stats(LOG).mainFileError !== undefined);
    volume.fill('brim');
  }
  return credited;
}

async function assertNothingCredited(store: Store, owed: Record<string, unknown>): Promise<void> {
  assert.deepEqual(await store.players.loadPlayers(), owed);
  for (let n = 0; n < PLAYERS; n += 1) await assertRefused(credit(store, n));
  await assertRefused(store.games.saveGameState('channel', { n: 'x'.repeat(5000) }));
  assert.deepEqual(await store.players.loadPlayers(), owed);
  assert.equal((await store.players.getLeaderboard('totalGames', 100)).length, Object.keys(owed).length);
  assert.equal(await store.games.loadGameState('channel'), undefined);
}

export const SCENES = { healing, reopening, killing, writingInVain, tearing, tooLarge, noMoreFiles, application };
