/** Writes with many in flight, announcing each write before and acknowledging it after, until it is killed. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type FsyncMode,
  fileEngine,
  fileEngineOn,
  type LogEngine,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { guardedDisk, slowly } from '../support/guarded-disk.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';
import { Random } from '../support/random.js';
import { countIn, type SentValue, sentState, sentValue, type WriteKind } from '../support/write-model.js';

export interface WriterArgument {
  dataDir: string;
  fsync: FsyncMode;
  seed: number;
  /** Numbers of this child's writes begin here, so that no two children send the same value. */
  firstId: number;
  writers: number;
  compacts: boolean;
  /** Whether the logs are opened before the first write, or by it. */
  opensFirst: boolean;
  slowDisk: boolean;
}

const KEYS = [
  '',
  '__proto__',
  'constructor',
  'a"b\\',
  'zeilen\nende',
  '😀',
  ...Array.from({ length: 30 }, (_, i) => `k${i}`),
];

const given = argument<WriterArgument>();
const random = new Random(given.seed);
let nextId = given.firstId;

function announce(log: string, kind: WriteKind, key: string): number {
  const id = nextId;
  nextId += 1;
  tell('sent', log, id, kind, key, id);
  return id;
}

async function writeOnce(engine: LogEngine): Promise<void> {
  const log = random.chance(0.85) ? 'players' : 'tokens';
  const key = random.pick(KEYS);
  const dice = random.next();
  if (log === 'tokens' && dice < 0.15) {
    const id = announce(log, 'replace', '');
    const { seq } = await engine.append(log, { op: 'SET', data: sentState(id) });
    tell('acknowledged', log, id, seq);
  } else if (dice < 0.2) {
    const id = announce(log, 'delete', key);
    const { seq } = await engine.append(log, { op: 'DELETE', key });
    tell('acknowledged', log, id, seq);
  } else if (dice < 0.4 && isOpen(engine, log)) {
    await updateOnce(engine, log, key, random.chance(0.2));
  } else {
    const id = announce(log, 'set', key);
    const meta = random.chance(0.1) ? { actor: 'test', reason: '"},{' } : undefined;
    const { seq } = await engine.append(log, { op: 'SET', key, value: sentValue(key, id) }, meta);
    tell('acknowledged', log, id, seq);
  }
}

/** An update of a log not yet open announces itself behind writes that wait behind it, which would confuse the count. */
function isOpen(engine: LogEngine, log: string): boolean {
  return engine.logNames().includes(log);
}

async function updateOnce(engine: LogEngine, log: string, key: string, deletes: boolean): Promise<void> {
  let id = -1;
  await engine.update<SentValue>(log, key, (current) => {
    if (deletes && current === undefined) return undefined;
    id = announce(log, deletes ? 'delete' : 'update', key);
    return deletes ? undefined : sentValue(key, id, countIn(current) + 1);
  });
  if (id >= 0) tell('acknowledged', log, id);
}

async function compactForever(engine: LogEngine, log: string): Promise<never> {
  for (;;) {
    const { outcome } = await engine.compact(log);
    if (outcome === 'compacted') tell('compacted', log);
    await delay(1);
  }
}

async function writeForever(engine: LogEngine): Promise<never> {
  for (;;) await writeOnce(engine);
}

endWithParent();
const options = resolveLogOptions({ dataDir: given.dataDir, fsync: given.fsync, mainFiles: { maxStaleMs: 10 } });
const engine = (given.slowDisk ? fileEngineOn(guardedDisk(slowly(random))) : fileEngine)(options, silent);
await engine.open();
if (given.opensFirst) for (const log of ['players', 'tokens']) await engine.openLog(log);
tell('writing');
const writers = Array.from({ length: given.writers }, () => writeForever(engine));
const compactors = given.compacts ? ['players', 'tokens'].map((log) => compactForever(engine, log)) : [];
await Promise.all([...writers, ...compactors]).catch((error) => {
  tell('failed', String((error as Error)?.stack ?? error));
  process.exit(1);
});
