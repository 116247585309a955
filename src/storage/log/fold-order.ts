/** What a thread that folds is asked for, and what it answers. */
import type { CheckpointEnds } from './checkpoint.js';
import type { Fold } from './fold.js';
import type { WholeFile } from './members.js';
import type { Move, Places } from './places.js';
import type { StatePages } from './state-pages.js';
import type { ThreadFailure } from './thread-failure.js';

/** A smaller log is folded sooner than a thread starts. */
const THREAD_PAYS_BYTES = 8 * 1024 * 1024;

interface FileOfBoth {
  path: string;
  descriptor: number;
}

/** Columns of places are shared, nothing of them is copied. */
export interface FoldOrder {
  source: WholeFile & FileOfBoth;
  target: FileOfBoth;
  places: Pick<Places, 'count' | 'ids' | 'offsets' | 'lengths'>;
  line: CheckpointEnds;
}

/** First that it has begun, then what came of it. */
export type FoldWord =
  | 'begun'
  | {
      bytes: number;
      chain: number;
      pages: Pick<StatePages, 'start' | 'end' | 'crcs'>;
      moved: Pick<Move, 'offsets' | 'lengths' | 'bytes'>;
    }
  | { failure: ThreadFailure };

/** Undefined where no thread can, or need, do it. */
export function orderOf({ source, target, move: { places }, line }: Fold): FoldOrder | undefined {
  const { file, size, chain } = source;
  if (size < THREAD_PAYS_BYTES || file.descriptor === undefined || target.descriptor === undefined) return undefined;
  const { count, ids, offsets, lengths } = places;
  return {
    source: { path: file.path, descriptor: file.descriptor, size, chain },
    target: { path: target.path, descriptor: target.descriptor },
    places: { count, ids, offsets, lengths },
    line,
  };
}
