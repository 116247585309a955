/** What a store does on a real disk with no room left. Runs where that disk is mounted, see tmpfs.ts. */
import { argument, endWithParent, tell } from '../support/parent.js';
import { type FullDiskArgument, SCENES } from './lab/full-disk/scenes.js';

endWithParent();
const given = argument<FullDiskArgument>();
await SCENES[given.scene](given);
tell('done');
process.exit(0);
