import type { Random } from './random.js';

export type Noise = (x: number, y: number) => number;

/** Gradient noise in about [-1, 1], smooth, with features about one unit wide. */
export function createNoise(random: Random): Noise {
  const order = random.shuffle(Array.from({ length: 256 }, (_, i) => i));
  const table = Uint8Array.from([...order, ...order]);
  const directions = Array.from({ length: 256 }, (_, i) => (i / 256) * Math.PI * 2);
  const cosines = Float64Array.from(directions, Math.cos);
  const sines = Float64Array.from(directions, Math.sin);

  const corner = (column: number, row: number, dx: number, dy: number): number => {
    const slot = table[(table[column & 255] ?? 0) + (row & 255)] ?? 0;
    return (cosines[slot] ?? 0) * dx + (sines[slot] ?? 0) * dy;
  };

  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const dx = x - column;
    const dy = y - row;
    const u = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const v = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    const top = corner(column, row, dx, dy) * (1 - u) + corner(column + 1, row, dx - 1, dy) * u;
    const bottom = corner(column, row + 1, dx, dy - 1) * (1 - u) + corner(column + 1, row + 1, dx - 1, dy - 1) * u;
    return (top * (1 - v) + bottom * v) * 1.5;
  };
}

/** Noise with finer and fainter copies of itself added: rock, cloud, water. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 1;
  let total = 0;
  let scale = 1;
  for (let i = 0; i < octaves; i++) {
    sum += noise(x * scale + i * 17.3, y * scale - i * 9.1) * weight;
    total += weight;
    weight *= 0.5;
    scale *= 2;
  }
  return sum / total;
}
