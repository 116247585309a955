/**
 * Seeded chance. Every drawing is a pure function of its seed, so nothing in this folder
 * may ask the clock or Math.random for anything.
 */

/** Four 32-bit words from a text (the "cyrb128" mix), enough to seed sfc32 well. */
function words(text: string): [number, number, number, number] {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [(a ^ b ^ c ^ d) >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}

/** An opaque, stable name for a seed: twelve characters that say nothing about it. */
export function opaque(text: string): string {
  const [a, b, c] = words(text);
  return [a, b, c].map((word) => word.toString(36).padStart(7, '0').slice(-4)).join('');
}

/** The element at an index that wraps around; lists here are never empty. */
export function cycle<T>(items: readonly T[], index: number): T {
  const size = items.length;
  const item = items[((Math.floor(index) % size) + size) % size];
  if (item === undefined) throw new RangeError('cycle() needs a list with elements');
  return item;
}

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: string) {
    [this.a, this.b, this.c, this.d] = words(seed);
    // The first outputs of sfc32 still resemble the seed, so they are thrown away.
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  range(min: number, max: number): number {
    return min + (max - min) * this.next();
  }

  /** A whole number from min to max, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Bell-shaped in (-1, 1), most of it near zero. */
  bell(): number {
    return ((this.next() + this.next() + this.next()) * 2) / 3 - 1;
  }

  pick<T>(items: readonly T[]): T {
    return cycle(items, this.int(0, items.length - 1));
  }

  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, order: this.next() }))
      .sort((x, y) => x.order - y.order)
      .map(({ item }) => item);
  }
}
