// @ts-check
// The values that are written: players' records as the bot keeps them. What stands in a record follows from its key
// and revision, so that any reader can check what it got without remembering what was written.

/** Games in a record: one makes about 350 bytes of JSON, fifty 5.5 KB. */
export const SMALL = 1;
export const LARGE = 50;

const FIRST_GAME_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

/** @param {number} player */
export function keyOf(player) {
  return `user${String(player).padStart(8, '0')}`;
}

/**
 * @param {number} player
 * @param {number} revision
 * @param {number} games in the history
 */
export function playerRecord(player, revision, games = SMALL) {
  const draw = scramble(player, revision);
  const totalGames = 100 + (draw % 900);
  const totalCorrectAnswers = totalGames * 12 + (draw % 97);
  const totalIncorrectAnswers = totalGames * 4 + (draw % 89);
  const totalAnswers = totalCorrectAnswers + totalIncorrectAnswers;
  const totalScore = 100_000 + (draw % 900_000);
  return {
    userId: keyOf(player),
    username: `Player ${String(player).padStart(8, '0')}`,
    totalGames,
    totalWins: Math.floor(totalGames / 3),
    totalScore,
    averageScore: Math.round(totalScore / totalGames),
    bestScore: 1000 + (draw % 1000),
    totalCorrectAnswers,
    totalIncorrectAnswers,
    totalAnswers,
    accuracyRate: Math.round((totalCorrectAnswers / totalAnswers) * 100),
    gamesHistory: Array.from({ length: games }, (_, i) => gameOf(player, revision, i)),
  };
}

/** Which player the n-th set is about: every player once in each pass, in an order that no cache likes. */
export function playerOf(/** @type {number} */ n, /** @type {number} */ players) {
  return (n * strideFor(players)) % players;
}

/** A repeatable number of 31 bits. */
export function scramble(/** @type {number} */ a, /** @type {number} */ b) {
  let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 1;
}

/** @param {number} player @param {number} revision @param {number} i */
function gameOf(player, revision, i) {
  const draw = scramble(player + i, revision);
  return {
    date: new Date(FIRST_GAME_MS + (revision * 50 + i) * MINUTE_MS + (draw % MINUTE_MS)).toISOString(),
    score: 100 + (draw % 900),
    isWinner: draw % 4 === 0,
    correctAnswers: 5 + (draw % 15),
    incorrectAnswers: draw % 5,
  };
}

/** A prime that does not divide the number of players walks through all of them. */
function strideFor(/** @type {number} */ players) {
  return players % 7919 === 0 ? 7907 : 7919;
}
