/** The order of players, kept up to date: plain TypeScript that knows figures and names, and no log. */
export { PlayerRanking } from './player-ranking.js';
export { SlotSet } from './slot-set.js';
