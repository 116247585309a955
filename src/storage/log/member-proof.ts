/**
 * What verifies a single member when it is read, however long ago the log was opened: the line around it, or the pages
 * of the state that it is in. Members of lines that have no checksum have no proof.
 */
import { damagedSince } from './exact-read.js';
import type { OpenFile } from './file-system.js';
import { SET_KEY_AT } from './format.js';
import { PROOF_BEFORE, PROOF_BEHIND, verifiesMember } from './line-proof.js';
import type { StatePages } from './state-pages.js';

/** From the first byte up to the one behind the last. */
export interface Stretch {
  from: number;
  to: number;
}

/** Bytes of a file, as they were read at `from`. */
export interface ReadBytes {
  file: OpenFile;
  bytes: Buffer;
  from: number;
}

export class MemberProof {
  /**
   * @param size of the log
   * @param unprovenEnd where the first line begins that may lack a proof no more
   * @param pages of its newest whole state
   */
  constructor(
    private readonly size: number,
    private readonly unprovenEnd: number,
    private readonly pages: StatePages | undefined,
  ) {}

  /** What must be read to verify the members that lie in a stretch of the log. */
  around({ from, to }: Stretch): Stretch {
    const lines = { from: Math.max(0, from - PROOF_BEFORE), to: Math.min(this.size, to + PROOF_BEHIND) };
    const pages = this.#pagesIn({ from, to });
    return pages ? { from: Math.min(lines.from, pages.from), to: Math.max(lines.to, pages.to) } : lines;
  }

  /** Verifies all members of a whole state that lie in a stretch, at once. @throws LogError `LOG_CORRUPT` */
  assertPages({ file, bytes, from }: ReadBytes, stretch: Stretch): void {
    const pages = this.#pagesIn(stretch);
    const damaged = pages && this.pages?.damageIn(bytes.subarray(pages.from - from, pages.to - from), pages.from);
    if (damaged !== undefined) throw damagedSince(file, damaged);
  }

  /** Verifies one member of a line of its own. @throws LogError `LOG_CORRUPT` */
  assertLine({ file, bytes, from }: ReadBytes, offset: number, length: number, key?: string): void {
    if (this.pages?.covers(offset)) return;
    const isWhole = verifiesMember(bytes, offset - from, length, from === 0);
    const mayLackProof = offset - SET_KEY_AT <= this.unprovenEnd;
    if (!(isWhole ?? mayLackProof)) throw damagedSince(file, offset, key);
  }

  #pagesIn({ from, to }: Stretch): Stretch | undefined {
    const { pages } = this;
    if (!pages || from >= pages.end || to <= pages.start) return undefined;
    return pages.around(Math.max(from, pages.start), Math.min(to, pages.end));
  }
}
