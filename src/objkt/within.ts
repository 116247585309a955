/**
 * Gives a task so much time, and less when a signal is aborted; its own signal tells it. The promise ends then even if
 * the task does not hear. Not by `AbortSignal.any` and `AbortSignal.timeout`: on Node 20 the garbage collector takes the
 * signals that these make before they fire, and a server that hangs would be waited for for ever.
 * @throws a `TimeoutError` once the time is over, and the signal's reason when that is aborted
 */
export async function within<T>(
  limitMs: number,
  signal: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  const timeOver = () => limit.abort(new DOMException(`No end after ${limitMs} ms.`, 'TimeoutError'));
  // A picture that was asked for ahead of time keeps no process from ending.
  const timer = setTimeout(timeOver, limitMs).unref();
  const giveUp = () => limit.abort(signal?.reason);
  signal?.addEventListener('abort', giveUp);
  const aborted = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
  });
  try {
    return await Promise.race([task(limit.signal), aborted]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
