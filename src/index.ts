/** The package's front door. */
export * from './compaction/index.js';
export { GameModule, GameService } from './game/index.js';
export * from './storage/index.js';
