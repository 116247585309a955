/** A set of slots, one bit for each. */
export class SlotSet {
  #bits = new Uint8Array(1024);

  add(slot: number): void {
    const at = slot >>> 3;
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(2 * at);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at] = (this.#bits[at] as number) | (1 << (slot & 7));
  }

  delete(slot: number): void {
    const at = slot >>> 3;
    if (at < this.#bits.length) this.#bits[at] = (this.#bits[at] as number) & ~(1 << (slot & 7));
  }

  has(slot: number): boolean {
    return ((this.#bits[slot >>> 3] ?? 0) & (1 << (slot & 7))) !== 0;
  }
}
