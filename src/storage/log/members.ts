/** Reads the members at many places in the order in which they lie, so that the disk sees one long read. */
import { extendCrc } from './crc.js';
import { readExactly } from './exact-read.js';
import type { OpenFile } from './file-system.js';
import type { MemberProof, ReadBytes } from './member-proof.js';
import type { Places } from './places.js';

const WINDOW_BYTES = 512 * 1024;
/** A buffer that one huge value needed is not kept. */
const LARGEST_KEPT_BUFFER = 8 * WINDOW_BYTES;
/** Ids that are looked at between two turns of the event loop. */
const IDS_PER_TURN = 1 << 16;

/** A piece of the file and the members that begin in it. */
export interface MemberWindow {
  /** Ids of the members. */
  members: Uint32Array;
  /** The bytes of a member; valid until the next window is asked for. */
  bytes(id: number): Buffer;
  /** What was read, as long, and where in the file it begins. */
  held: ReadBytes;
}

/** What a file must be, all of it, where that is to be verified on the way. */
export interface WholeFile {
  /** Bytes, and their CRC-32. */
  size: number;
  chain: number;
}

/** The file is not, or no longer, what it must be. Where it is damaged is for others to find out. */
export class ChangedFile extends Error {}

/** What is to be verified on the way. */
export interface Checks {
  /** Read all of the file, not only where members lie, and compare its checksum. */
  whole?: WholeFile;
  /** Verify each member that has a proof. */
  each?: MemberProof;
}

/**
 * @throws ChangedFile at the end, where the file is not `whole`: what was given cannot be relied upon then
 * @throws LogError `LOG_CORRUPT` for a member that its proof contradicts
 */
export async function* memberWindows(
  file: OpenFile,
  places: Places,
  { whole = { size: 0, chain: 0 }, each }: Checks,
): AsyncGenerator<MemberWindow> {
  const { order, starts } = await byWindow(places);
  const windows = Math.max(starts.length - 1, Math.ceil(whole.size / WINDOW_BYTES));
  let buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  let chain = 0;
  for (let window = 0; window < windows; window += 1) {
    const members = order.subarray(starts[window] ?? order.length, starts[window + 1] ?? order.length);
    const from = window * WINDOW_BYTES;
    const verified = Math.min(WINDOW_BYTES, Math.max(0, whole.size - from));
    const until = Math.max(from + verified, members.length > 0 ? endOf(places, members) : 0);
    if (until === from) continue;
    const stretch = { from, to: until };
    const read = each?.around(stretch) ?? stretch;
    const length = read.to - read.from;
    if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(length);
    await readExactly(file, buffer, length, read.from);
    chain = extendCrc(chain, buffer.subarray(from - read.from, from - read.from + verified));
    if (members.length === 0) continue;
    const held = { file, bytes: buffer.subarray(0, length), from: read.from };
    each?.assertPages(held, stretch);
    yield {
      members,
      held,
      bytes: (id) => {
        const offset = places.offsetOf(id);
        const at = offset - read.from;
        each?.assertLine(held, offset, places.lengthOf(id));
        return held.bytes.subarray(at, at + places.lengthOf(id));
      },
    };
    if (buffer.length > LARGEST_KEPT_BUFFER) buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  }
  if (chain !== whole.chain) throw new ChangedFile(`${file.path} changed since it was opened`);
}

/** Ids grouped by the window in which their members begin, by counting: sorting a million would stall the loop. */
async function byWindow(places: Places): Promise<{ order: Uint32Array; starts: Uint32Array }> {
  let counts = new Uint32Array(64);
  await eachLive(places, (_, window) => {
    if (window + 2 > counts.length) counts = grown(counts, window + 2);
    bump(counts, window + 1);
  });
  for (let window = 1; window < counts.length; window += 1) bump(counts, window, counts[window - 1]);
  const order = new Uint32Array(places.count);
  const next = counts.slice();
  await eachLive(places, (id, window) => {
    order[next[window] as number] = id;
    bump(next, window);
  });
  return { order, starts: counts };
}

async function eachLive(places: Places, visit: (id: number, window: number) => void): Promise<void> {
  for (let id = 0; id < places.ids; id += 1) {
    const offset = places.offsetOf(id);
    if (offset >= 0) visit(id, Math.floor(offset / WINDOW_BYTES));
    if (id % IDS_PER_TURN === IDS_PER_TURN - 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function grown(counts: Uint32Array<ArrayBuffer>, atLeast: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(counts.length * 2, atLeast));
  larger.set(counts);
  return larger;
}

function bump(counts: Uint32Array, at: number, by = 1): void {
  counts[at] = (counts[at] as number) + by;
}

function endOf(places: Places, members: Uint32Array): number {
  let end = 0;
  for (const id of members) end = Math.max(end, places.offsetOf(id) + places.lengthOf(id));
  return end;
}
