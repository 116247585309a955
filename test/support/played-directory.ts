/** A real directory as some days of an application leave it: logs with backups, seals, main files and index files. */
import { join } from 'node:path';
import { fileEngine, type LogEngine, type LogOptions, resolveLogOptions } from '../../src/storage/log/index.js';
import { RecordedMessages } from './log-words.js';

export async function withEngine<T>(
  dataDir: string,
  work: (engine: LogEngine) => Promise<T>,
  options: LogOptions = {},
): Promise<T> {
  const engine = fileEngine(resolveLogOptions({ ...options, dataDir }), new RecordedMessages());
  await engine.open();
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

export interface Played {
  players: string;
  states: string;
  /** Seq of the newest entry of `players`. */
  seq: number;
}

/** `players`: 40 entries, three compactions on the way. `game_state`: 6 entries, none. */
export async function playedDirectory(
  dataDir: string,
  options: LogOptions = { indexFile: { fromBytes: 1 } },
): Promise<Played> {
  const seq = await withEngine(
    dataDir,
    async (engine) => {
      for (let n = 1; n <= 40; n += 1) {
        const key = `user${n % 7}`;
        if (n % 9 === 0) await engine.append('players', { op: 'DELETE', key });
        else {
          const value = {
            userId: key,
            username: `Name ${n}`,
            totalScore: n * 10,
            games: { won: n % 3, text: 'plain text' },
          };
          await engine.append('players', { op: 'SET', key, value }, { actor: `user:${key}`, reason: `game g${n}` });
        }
        if (n === 10 || n === 20 || n === 30) await engine.compact('players');
        if (n <= 6)
          await engine.append('game_state', { op: 'SET', key: `channel${n}`, value: { round: n, text: 'plain' } });
      }
      return engine.stats('players').seq;
    },
    options,
  );
  return { players: join(dataDir, 'logs', 'players.log'), states: join(dataDir, 'logs', 'game_state.log'), seq };
}
