/**
 * Copies the live members of a log into a CHECKPOINT, by slices of bytes, and verifies every byte of the log on the
 * way: what rotted since it was opened shall not get a checksum that vouches for it. It runs in whatever thread calls
 * it.
 */
import { type CheckpointEnds, CheckpointWriter, type MemberSlices, type WrittenCheckpoint } from './checkpoint.js';
import type { OpenFile } from './file-system.js';
import { splitMember, valueIndex } from './format.js';
import { jsonValueEnd, stringEnd } from './json-scan.js';
import { ChangedFile, memberWindows, type WholeFile } from './members.js';
import type { Move } from './places.js';
import { refuseDamage } from './verification.js';

const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;

export interface Fold {
  /** The log as it stood when the snapshot of its places was taken. */
  source: WholeFile & { file: OpenFile };
  /** Empty. */
  target: OpenFile;
  /** Learns where each member lies in the target. */
  move: Move;
  line: CheckpointEnds;
}

/** @throws LogError `LOG_CORRUPT` with the place of the damage: nothing that was written is to be relied on then */
export async function fold({ source, target, move, line }: Fold): Promise<WrittenCheckpoint> {
  const { places } = move;
  const writer = new CheckpointWriter(target, line);
  try {
    for await (const { members, held } of memberWindows(source.file, places, { whole: source })) {
      for (const member of members) {
        const at = places.offsetOf(member) - held.from;
        const offset = writer.position;
        move.place(member, offset, copyMember(writer, held.bytes, at, at + places.lengthOf(member)));
      }
      await writer.flush();
    }
    return await writer.finish();
  } catch (error) {
    await writer.settle();
    if (error instanceof ChangedFile || error instanceof SyntaxError) {
      await refuseDamage(source.file, source.size, error);
    }
    throw error;
  }
}

function copyMember(writer: CheckpointWriter, bytes: Buffer, at: number, end: number): number {
  const slices = slicesOf(bytes, at, end);
  if (slices) return writer.copy(bytes, slices);
  const { key, value } = splitMember(bytes.subarray(at, end));
  return writer.add(key, value);
}

/** Undefined for a member that another program spelled, or that has rotted. */
function slicesOf(bytes: Buffer, at: number, end: number): MemberSlices | undefined {
  const keyEnd = bytes[at] === QUOTE ? stringEnd(bytes, at, end) : -1;
  const valueAt = keyEnd > 0 ? valueIndex(bytes, keyEnd) : -1;
  if (valueAt < 0) return undefined;
  let valueEnd = end;
  if (bytes[keyEnd] === COLON) {
    // Nothing but space can stand behind the value of a member of a whole state.
    while ((bytes[valueEnd - 1] as number) <= SPACE) valueEnd -= 1;
  } else {
    // Behind the value of a SET line an audit trail, or members of a later version, may stand.
    valueEnd = jsonValueEnd(bytes, valueAt, end);
  }
  return valueEnd > valueAt ? { keyAt: at, keyEnd, valueAt, valueEnd } : undefined;
}
