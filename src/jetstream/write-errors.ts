/** What the servers say to a write, in the words of the store. */
import { LogError } from '../storage/log/index.js';
import type { Link } from './link.js';
import type { PendingWrite } from './pending-write.js';

interface Answer {
  err_code: number;
  description: string;
}

const WRONG_LAST_SEQ = 10071;
/** The same from servers that do not say which one it is. */
const WRONG_LAST_SEQ_UNNAMED = 10164;
const TOO_LARGE = 10054;
/** Storage limits of servers, accounts and streams, and a disk that takes nothing. */
const FULL = new Set([10023, 10028, 10047, 10077]);

/** The subject's newest seq, where the write expected another; undefined for any other answer. */
export function wrongSeqOf({ err_code, description }: Answer): number | 'unknown' | undefined {
  if (err_code !== WRONG_LAST_SEQ && err_code !== WRONG_LAST_SEQ_UNNAMED) return undefined;
  const named = /wrong last sequence: (\d+)/.exec(description);
  return named ? Number(named[1]) : 'unknown';
}

/** The error for an answer that sending again would not change; undefined where it may. */
export function refusalOf({ err_code, description }: Answer, log: string, servers: string): LogError | undefined {
  if (err_code === TOO_LARGE) {
    return new LogError('LOG_TOO_LARGE', `The servers take no message so large: ${description} (${log}, ${servers}).`, {
      file: log,
    });
  }
  if (FULL.has(err_code)) {
    return new LogError('LOG_DISK_FULL', `The servers have no room for ${log}: ${description} (${servers}).`, {
      file: log,
      hint: 'Free some space or raise the limits of the account; the next write tries again.',
    });
  }
  return undefined;
}

/** Says what is known of a write whose time is over, and no more. */
export function timeoutOf(
  { attempts, ackedSeq, trouble, calledAt, order }: PendingWrite,
  log: string,
  link: Link,
): LogError {
  const ms = Date.now() - calledAt;
  const why = link.isConnected ? (trouble ?? 'the servers did not answer') : 'there is no connection';
  const details = { file: log, key: order.key };
  if (ackedSeq > 0) {
    return new LogError(
      'LOG_IO',
      `A write to ${log} stands as seq ${ackedSeq}, but after ${ms} ms (writeTimeoutMs) this process has not seen it (${link.servers}).`,
      { ...details, hint: 'It counts; reads here are behind until the view has caught up.' },
    );
  }
  if (attempts === 0) {
    return new LogError(
      'LOG_IO',
      `A write to ${log} was not sent within ${ms} ms (writeTimeoutMs): ${why} (${link.servers}).`,
      {
        ...details,
        hint: 'Nothing was written.',
      },
    );
  }
  return new LogError(
    'LOG_IO',
    `A write to ${log} was not acknowledged within ${ms} ms (writeTimeoutMs): ${why} (${link.servers}).`,
    {
      ...details,
      hint: 'It may have been written. An update can safely be called again, since it looks at what is there.',
    },
  );
}
