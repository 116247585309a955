/**
 * Where members lie, in columns by id: those of the index, of a moment that somebody holds, and of a file that they are
 * being copied into.
 */

export const CHUNK_BITS = 14;
/** Ids in a chunk. */
export const CHUNK = 1 << CHUNK_BITS;
export const CHUNK_MASK = CHUNK - 1;
/** The offset of an id that is free. */
export const DEAD = -1;

/** Byte offset and byte length of the members of one run of ids. */
export interface Columns {
  offset: Float64Array;
  length: Uint32Array;
}

/** Where all members lie at one moment, in chunks by id; writes that follow do not show. */
export class Places {
  constructor(
    /** Live members. */
    readonly count: number,
    /** Ids run from 0 up to this; some are free. */
    readonly ids: number,
    /** Columns that another thread can read where they lie. */
    readonly offsets: Float64Array[],
    readonly lengths: Uint32Array[],
  ) {}

  /** Negative for an id that is free. */
  offsetOf(id: number): number {
    return (this.offsets[id >>> CHUNK_BITS] as Float64Array)[id & CHUNK_MASK] as number;
  }

  lengthOf(id: number): number {
    return (this.lengths[id >>> CHUNK_BITS] as Uint32Array)[id & CHUNK_MASK] as number;
  }
}

/** Members on their way into another file; see `KeyIndex.beginMove`. */
export class Move {
  offsets: Float64Array[] = [];
  lengths: Uint32Array[] = [];
  /** The whole state was replaced since the snapshot. */
  cleared = false;
  bytes = 0;

  constructor(readonly places: Places) {}

  /** The member lies here in the new file. */
  place(id: number, offset: number, length: number): void {
    const at = id >>> CHUNK_BITS;
    this.offsets[at] ??= offsetColumn();
    this.lengths[at] ??= lengthColumn();
    (this.offsets[at] as Float64Array)[id & CHUNK_MASK] = offset;
    (this.lengths[at] as Uint32Array)[id & CHUNK_MASK] = length;
    this.bytes += length;
  }

  /** Takes over the columns that another thread filled. */
  adopt({ offsets, lengths, bytes }: Pick<Move, 'offsets' | 'lengths' | 'bytes'>): void {
    this.offsets = offsets;
    this.lengths = lengths;
    this.bytes = bytes;
  }
}

/**
 * Moves what was set or deleted since a snapshot, known by its offset, for an entry never lies where another one did:
 * in one run through the columns, whose time does not grow with what was written meanwhile.
 * @param before offsets of the snapshot, undefined where it had none
 * @returns by how much the live bytes grew
 */
export function moveChanged(
  { offset, length }: Columns,
  before: Float64Array | undefined,
  moved: Columns,
  shift: number,
): number {
  let bytes = 0;
  for (let i = 0; i < CHUNK; i += 1) {
    const now = offset[i] as number;
    if (now === (before ? before[i] : DEAD)) continue;
    bytes += (length[i] as number) - (moved.length[i] as number);
    moved.offset[i] = now < 0 ? DEAD : now + shift;
    moved.length[i] = length[i] as number;
  }
  return bytes;
}

/** Columns of places are shared: a thread that folds reads them without a copy. A slice of one would not be. */
export function offsetColumn(from?: Float64Array): Float64Array {
  const column = new Float64Array(new SharedArrayBuffer(CHUNK * Float64Array.BYTES_PER_ELEMENT));
  if (from) column.set(from);
  else column.fill(DEAD);
  return column;
}

export function lengthColumn(from?: Uint32Array): Uint32Array {
  const column = new Uint32Array(new SharedArrayBuffer(CHUNK * Uint32Array.BYTES_PER_ELEMENT));
  if (from) column.set(from);
  return column;
}
