export type { ErrandCall, ErrandResults } from './errand.js';
export { Errands } from './errands.service.js';
export { ProcessLease } from './process-lease.service.js';
export { type SavedGames, SoleGames } from './saved-games.js';
export { SeenGames } from './seen-games.js';
export { SharedGames } from './shared-games.js';
export { SharedGamesModule } from './shared-games.module.js';
