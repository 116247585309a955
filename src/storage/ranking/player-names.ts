import type { PlayerSummary } from '../leaderboard.js';
import { ByteArena } from './byte-arena.js';
import { END, endOf, readText, spell, spellingLimit } from './sortable-text.js';

/** The key, where it is not the userId, follows this byte. */
const OWN_KEY = 1;

/**
 * Players' names as bytes: username, userId, and then END where the key of the record is the userId, else OWN_KEY and
 * the key. What decides between players of equal figures thus lies in one piece and is compared byte by byte.
 */
export class PlayerNames {
  readonly #arena = new ByteArena();
  #scratch = Buffer.alloc(256);

  add(key: string, player: PlayerSummary): number {
    return this.#store(this.#spell(key, player));
  }

  /** Gives the address of the new names, which is the old one where nothing changed. */
  change(address: number, key: string, player: PlayerSummary): number {
    const bytes = this.#spell(key, player);
    if (this.#startsWith(address, 0, bytes)) return address;
    this.remove(address);
    return this.#store(bytes);
  }

  remove(address: number): void {
    const chunk = this.#arena.chunkOf(address);
    const start = this.#arena.offsetOf(address);
    const marker = endOf(chunk, endOf(chunk, start));
    const end = chunk[marker] === OWN_KEY ? endOf(chunk, marker + 1) : marker + 1;
    this.#arena.free(address, end - start);
  }

  keyAt(address: number): string {
    const chunk = this.#arena.chunkOf(address);
    return readText(chunk, this.#arena.offsetOf(address) + this.#keyOffset(address));
  }

  hasKey(address: number, key: string): boolean {
    this.#makeRoom(spellingLimit(key));
    return this.#startsWith(address, this.#keyOffset(address), spell(key, this.#scratch, 0));
  }

  /** Below 0 where the names at `a` come first, by username and then by userId. */
  compare(a: number, b: number): number {
    const ones = this.#arena.chunkOf(a);
    const others = this.#arena.chunkOf(b);
    let one = this.#arena.offsetOf(a);
    let other = this.#arena.offsetOf(b);
    for (let ends = 0; ends < 2; one += 1, other += 1) {
      const byte = ones[one] as number;
      const difference = byte - (others[other] as number);
      if (difference !== 0) return difference;
      if (byte === END) ends += 1;
    }
    return 0;
  }

  /** How far behind the beginning of the names the key begins. */
  #keyOffset(address: number): number {
    const chunk = this.#arena.chunkOf(address);
    const start = this.#arena.offsetOf(address);
    const userId = endOf(chunk, start);
    const marker = endOf(chunk, userId);
    return (chunk[marker] === OWN_KEY ? marker + 1 : userId) - start;
  }

  /** Spells out all names in the scratch; gives their length in bytes. */
  #spell(key: string, { username, userId }: PlayerSummary): number {
    this.#makeRoom(spellingLimit(username) + spellingLimit(userId) + spellingLimit(key) + 1);
    const scratch = this.#scratch;
    const marker = spell(userId, scratch, spell(username, scratch, 0));
    scratch[marker] = key === userId ? END : OWN_KEY;
    return key === userId ? marker + 1 : spell(key, scratch, marker + 1);
  }

  #makeRoom(bytes: number): void {
    if (bytes > this.#scratch.length) this.#scratch = Buffer.alloc(2 * bytes);
  }

  #store(bytes: number): number {
    const address = this.#arena.allocate(bytes);
    this.#arena.chunkOf(address).set(this.#scratch.subarray(0, bytes), this.#arena.offsetOf(address));
    return address;
  }

  /** Whether the first bytes of the scratch stand there. Spellings end, so none is the beginning of another. */
  #startsWith(address: number, offset: number, bytes: number): boolean {
    const chunk = this.#arena.chunkOf(address);
    const start = this.#arena.offsetOf(address) + offset;
    for (let i = 0; i < bytes; i += 1) if (chunk[start + i] !== this.#scratch[i]) return false;
    return true;
  }
}
