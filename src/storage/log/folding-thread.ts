/** Folding in a thread of its own, so that whoever appends and reads meanwhile does not notice. */
import { Worker } from 'node:worker_threads';
import type { WrittenCheckpoint } from './checkpoint.js';
import { LogError } from './errors.js';
import type { FoldOrder, FoldWord } from './fold-order.js';
import type { Move } from './places.js';
import { StatePages } from './state-pages.js';
import { errorOf } from './thread-failure.js';

/** What is copied lies outside of the heap; a young generation of the usual size would be mere waste. */
const YOUNG_GENERATION_MB = 4;

/** No thread began, as in a program whose files were bundled into one: the calling one can fold. */
export class NoThread extends Error {}

/**
 * Neither file is touched any more once this is settled: the thread has ended, however it went.
 * @throws NoThread
 * @throws LogError where the thread died, and what `fold` throws
 */
export async function foldInThread(order: FoldOrder, move: Move): Promise<WrittenCheckpoint> {
  const { said, code, death } = await ask(order);
  if (said.length === 0) throw new NoThread(`it ended with exit code ${code} before it began`, { cause: death });
  const answer = said[1];
  if (answer === undefined || answer === 'begun') {
    throw new LogError('LOG_IO', `The thread that folded ${order.source.path} ended early (exit code ${code}).`, {
      file: order.source.path,
      cause: death,
      hint: 'The log is as it was, and can be compacted again.',
    });
  }
  if ('failure' in answer) throw errorOf(answer.failure);
  const { bytes, chain, pages, moved } = answer;
  move.adopt(moved);
  return { bytes, chain, pages: new StatePages(pages.start, pages.end, pages.crcs) };
}

/** Starts a thread and waits until it has ended. Until then it keeps the process alive, as a file operation does. */
async function ask(order: FoldOrder): Promise<{ said: FoldWord[]; code: number; death: unknown }> {
  const said: FoldWord[] = [];
  let death: unknown;
  const worker = start(order);
  worker.on('message', (word: FoldWord) => said.push(word));
  worker.on('error', (error) => {
    death = error;
  });
  const code = await new Promise<number>((resolve) => worker.once('exit', resolve));
  return { said, code, death };
}

function start(workerData: FoldOrder): Worker {
  try {
    return new Worker(new URL('./folding.worker.js', import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
  } catch (cause) {
    throw new NoThread((cause as Error).message, { cause });
  }
}
