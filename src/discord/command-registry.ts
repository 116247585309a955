import type { Command } from './command.js';
import { allTime } from './commands/all-time.js';
import { exportMyData } from './commands/export-me.js';
import { forgetMe } from './commands/forget-me.js';
import { help } from './commands/help.js';
import { leaderboard } from './commands/leaderboard.js';
import { nameThatArtist } from './commands/name-that-artist.js';
import { ping } from './commands/ping.js';
import { precache } from './commands/precache.js';
import { stats } from './commands/stats.js';
import { stopGame } from './commands/stop-game.js';

const COMMANDS = [nameThatArtist, leaderboard, allTime, stats, stopGame, help, ping, precache, exportMyData, forgetMe];

const BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.definition.name, command]));

export function commandNamed(name: string): Command | undefined {
  return BY_NAME.get(name);
}

/** All commands as Discord registers them. */
export function definitions(): Command['definition'][] {
  return COMMANDS.map(({ definition }) => definition);
}
