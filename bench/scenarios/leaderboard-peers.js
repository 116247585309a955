// @ts-check
// Leaderboards in other structures: user ids by one score, the best first.
import { playerRecord } from '../records.js';

/**
 * @typedef {object} Board
 * @property {() => unknown} top10
 * @property {(userId: string) => unknown} rank
 * @property {() => unknown} close
 */

/** @type {Record<string, (directory: string, keys: number) => Promise<Board>>} */
export const boards = { 'sorted-array': sortedArray, 'better-sqlite3': sqlite, redis, nedb };

/** @param {number} keys @returns {Generator<{ userId: string, totalScore: number }>} */
function* scores(keys) {
  for (let player = 0; player < keys; player++) {
    const { userId, totalScore } = playerRecord(player, 0, 0);
    yield { userId, totalScore };
  }
}

/** @param {string} _directory @param {number} keys @returns {Promise<Board>} */
async function sortedArray(_directory, keys) {
  const sorted = [...scores(keys)].sort((a, b) => b.totalScore - a.totalScore);
  const byUser = new Map(sorted.map((player) => [player.userId, player]));
  return {
    top10: () => sorted.slice(0, 10).map(({ userId }) => userId),
    rank: (userId) => {
      const mine = byUser.get(userId)?.totalScore ?? 0;
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (/** @type {{ totalScore: number }} */ (sorted[middle]).totalScore > mine) low = middle + 1;
        else high = middle;
      }
      return low + 1;
    },
    close: () => {},
  };
}

/** @param {string} directory @param {number} keys @returns {Promise<Board>} */
async function sqlite(directory, keys) {
  const { open } = await import('../participants/better-sqlite3.js');
  const { db, close } = open(directory, { durable: false });
  db.exec('CREATE TABLE board (userId TEXT PRIMARY KEY, totalScore INTEGER NOT NULL) WITHOUT ROWID');
  const insert = db.prepare('INSERT INTO board VALUES (?, ?)');
  db.transaction(() => {
    for (const { userId, totalScore } of scores(keys)) insert.run(userId, totalScore);
  })();
  db.exec('CREATE INDEX by_score ON board (totalScore)');
  const top = db.prepare('SELECT userId FROM board ORDER BY totalScore DESC LIMIT 10').pluck();
  const rank = db
    .prepare('SELECT 1 + count(*) FROM board WHERE totalScore > (SELECT totalScore FROM board WHERE userId = ?)')
    .pluck();
  return { top10: () => top.all(), rank: (userId) => rank.get(userId), close };
}

/** @param {string} directory @param {number} keys @returns {Promise<Board>} */
async function redis(directory, keys) {
  const { open } = await import('../participants/redis.js');
  const { client, close } = await open(directory, { durable: false });
  let members = [];
  for (const { userId, totalScore } of scores(keys)) {
    members.push({ score: totalScore, value: userId });
    if (members.length < 1000) continue;
    await client.zAdd('board', members);
    members = [];
  }
  if (members.length > 0) await client.zAdd('board', members);
  return {
    top10: () => client.zRange('board', 0, 9, { REV: true }),
    rank: (userId) => client.zRevRank('board', userId),
    close,
  };
}

/** @param {string} directory @param {number} keys @returns {Promise<Board>} */
async function nedb(directory, keys) {
  const { open } = await import('../participants/nedb.js');
  const { db, close } = await open(directory);
  const documents = [...scores(keys)].map(({ userId, totalScore }) => ({ _id: userId, totalScore }));
  for (let i = 0; i < documents.length; i += 10_000) await db.insertAsync(documents.slice(i, i + 10_000));
  await db.ensureIndexAsync({ fieldName: 'totalScore' });
  return {
    top10: () => db.findAsync({}).sort({ totalScore: -1 }).limit(10),
    rank: async (userId) => {
      const mine = /** @type {any} */ (await db.findOneAsync({ _id: userId }));
      return 1 + (await db.countAsync({ totalScore: { $gt: mine.totalScore } }));
    },
    close,
  };
}
