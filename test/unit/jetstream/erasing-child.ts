/** Erases a key from a log, for erasing.spec.ts; dies, or stands still, before a certain piece of its talk with the server. */
import { Socket } from 'node:net';
import { jetStreamEngine } from '../../../src/jetstream/index.js';
import { resolveLogOptions } from '../../../src/storage/log/index.js';
import { argument, endWithParent, silent, tell } from '../../support/parent.js';

export interface ErasingTask {
  servers: string;
  prefix: string;
  log: string;
  key: string;
  mentions: string[];
  /** Pieces that are still sent once the erasure is called for; none is held back where this is left out. */
  pieces?: number;
  /** @default 'SIGKILL' */
  signal?: 'SIGKILL' | 'SIGSTOP';
}

const { servers, prefix, log, key, mentions, pieces, signal = 'SIGKILL' } = argument<ErasingTask>();
endWithParent();
const engine = jetStreamEngine({ servers, prefix })(resolveLogOptions({}), silent);
await engine.open();
await engine.openLog(log);
tell('ready');
if (pieces !== undefined) endBeforePiece(pieces);
await engine.erase(log, key, { mentions });
tell('erased');
await engine.close();
process.exit(0);

function endBeforePiece(last: number): void {
  const write = Socket.prototype.write;
  let sent = 0;
  Socket.prototype.write = function (this: Socket, ...given: Parameters<typeof write>) {
    sent += 1;
    if (sent === last + 1) {
      tell('ending');
      process.kill(process.pid, signal);
    }
    return write.apply(this, given);
  } as typeof write;
}
