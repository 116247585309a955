/** Reads the members at many places in the order in which they lie, so that the disk sees one long read. */
import type { OpenFile } from './file-system.js';
import type { Places } from './key-index.js';

const WINDOW_BYTES = 1024 * 1024;

/** A piece of the file and the places inside it. */
export interface MemberWindow {
  /** Indexes into the places, of the members that this window holds. */
  members: Uint32Array;
  /** The bytes of a member; valid until the next window is asked for. */
  bytes(member: number): Buffer;
}

export async function* memberWindows(file: OpenFile, places: Places): AsyncGenerator<MemberWindow> {
  const { order, starts } = byWindow(places);
  let buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  for (let window = 0; window + 1 < starts.length; window += 1) {
    const members = order.subarray(starts[window], starts[window + 1]);
    if (members.length === 0) continue;
    const from = window * WINDOW_BYTES;
    const length = endOf(places, members) - from;
    if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(length);
    await file.read(buffer, 0, length, from);
    const held = buffer;
    yield {
      members,
      bytes: (member) => {
        const at = (places.offsets[member] as number) - from;
        return held.subarray(at, at + (places.lengths[member] as number));
      },
    };
    if (buffer.length > WINDOW_BYTES * 8) buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  }
}

/** Members grouped by the window in which they begin, by counting: sorting a million would stall the loop. */
function byWindow(places: Places): { order: Uint32Array; starts: Uint32Array } {
  let last = 0;
  for (let i = 0; i < places.count; i += 1) last = Math.max(last, places.offsets[i] as number);
  const starts = new Uint32Array(Math.floor(last / WINDOW_BYTES) + 2);
  for (let i = 0; i < places.count; i += 1) bump(starts, windowOf(places, i) + 1);
  for (let window = 1; window < starts.length; window += 1) bump(starts, window, starts[window - 1]);
  const order = new Uint32Array(places.count);
  const next = starts.slice();
  for (let i = 0; i < places.count; i += 1) {
    const window = windowOf(places, i);
    order[next[window] as number] = i;
    bump(next, window);
  }
  return { order, starts };
}

function windowOf(places: Places, member: number): number {
  return Math.floor((places.offsets[member] as number) / WINDOW_BYTES);
}

function bump(counts: Uint32Array, at: number, by = 1): void {
  counts[at] = (counts[at] as number) + by;
}

function endOf(places: Places, members: Uint32Array): number {
  let end = 0;
  for (const member of members) {
    end = Math.max(end, (places.offsets[member] as number) + (places.lengths[member] as number));
  }
  return end;
}
