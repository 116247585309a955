/** The entry of the thread that folds a large log: it does what it was started for, says so and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { fileOfAnotherThread } from './file-system.js';
import { fold } from './fold.js';
import type { FoldOrder, FoldWord } from './fold-order.js';
import { Move, Places } from './places.js';
import { failureOf } from './thread-failure.js';

const { source, target, places, line } = workerData as FoldOrder;

async function answer(): Promise<FoldWord> {
  const move = new Move(new Places(places.count, places.ids, places.offsets, places.lengths));
  try {
    const { bytes, chain, pages } = await fold({
      source: { ...source, file: fileOfAnotherThread(source.path, source.descriptor) },
      target: fileOfAnotherThread(target.path, target.descriptor),
      move,
      line,
    });
    const { offsets, lengths } = move;
    return { bytes, chain, pages: { ...pages }, moved: { offsets, lengths, bytes: move.bytes } };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

const tell = (word: FoldWord) => {
  const moved = typeof word === 'object' && 'pages' in word ? [word.pages.crcs.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(word, moved);
};

tell('begun');
tell(await answer());
