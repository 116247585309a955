/** Updates one key as often as it is told, all at once, for jetstream-engine.spec.ts. */
import { jetStreamEngine } from '../../../src/jetstream/index.js';
import { resolveLogOptions } from '../../../src/storage/log/index.js';
import { argument, endWithParent, silent, tell } from '../../support/parent.js';

const { servers, prefix, times } = argument<{ servers: string; prefix: string; times: number }>();
endWithParent();
const engine = jetStreamEngine({ servers, prefix })(resolveLogOptions({}), silent);
await engine.open();
const count = () => engine.update<number>('players', 'ada', (games = 0) => games + 1);
const results = await Promise.all(Array.from({ length: times }, count));
// Read your writes: the view shows at least what was written last.
const seen = await engine.get<number>('players', 'ada');
tell('counted', results, seen);
await engine.close();
process.exit(0);
