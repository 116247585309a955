import type { Artist } from '../artist.js';
import { mix } from '../color.js';
import { createNoise } from '../noise.js';
import { cycle, Random } from '../random.js';
import { Pen, path, rect, Sheet } from '../svg.js';

/** Winged Truchet tiles in three scales: each smaller scale swaps figure and ground. */

interface Palette {
  name: string;
  ink: string;
  paper: string;
  thread: string;
}

const PALETTES: readonly Palette[] = [
  { name: 'soot and milk', ink: '#1c1b1a', paper: '#f3eee3', thread: '#e5532d' },
  { name: 'indigo vat', ink: '#20316e', paper: '#f1ead8', thread: '#f0b429' },
  { name: 'lacquer', ink: '#9e1b22', paper: '#f6e7d2', thread: '#1e1a19' },
  { name: 'moss and butter', ink: '#23412f', paper: '#f4e3a1', thread: '#e9724c' },
  { name: 'grape soda', ink: '#3b1c5a', paper: '#f7c9d4', thread: '#39c0ba' },
  { name: 'tangerine', ink: '#e8611a', paper: '#fff1dc', thread: '#12355b' },
  { name: 'petrol', ink: '#0f4c5c', paper: '#e7f0ea', thread: '#fb8b24' },
];

type Motif = 'slash' | 'backslash' | 'cross' | 'across' | 'down' | 'dots' | 'knot' | 'tee';

interface Tile {
  x: number;
  y: number;
  size: number;
  level: number;
  motif: Motif;
}

const TEMPERS: readonly { name: string; motifs: readonly Motif[] }[] = [
  { name: 'wandering', motifs: ['slash', 'backslash'] },
  { name: 'wandering', motifs: ['slash', 'backslash', 'slash', 'backslash', 'knot', 'dots'] },
  { name: 'argumentative', motifs: ['slash', 'backslash', 'cross', 'across', 'down', 'tee'] },
  { name: 'talkative', motifs: ['slash', 'backslash', 'dots', 'cross', 'knot', 'tee', 'across', 'down'] },
  { name: 'stubborn', motifs: ['across', 'down', 'cross', 'slash', 'backslash', 'dots'] },
];

function plan(seed: string) {
  const random = new Random(`tiles ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    temper: random.pick(TEMPERS),
    flip: random.chance(0.5),
    threaded: random.chance(0.6),
    cells: random.pick([3, 4, 4, 5]),
    focus: [random.range(150, 650), random.range(150, 650)] as const,
    radial: random.chance(0.5),
  };
}

/** Marks of one tile: quarter rings around corners, bars between sides, caps on every open side. */
function figure(tile: Tile): { fat: string; bars: string } {
  const { x, y, size, motif } = tile;
  const half = size / 2;
  const fat = new Pen();
  const bars = new Pen();
  const caps: readonly (readonly [number, number])[] = [
    [half, 0],
    [size, half],
    [half, size],
    [0, half],
  ];
  for (const [dx, dy] of caps) fat.dot(x + dx, y + dy);
  const quarter = (corner: number): void => {
    const turns: readonly (readonly [number, number, number, number])[] = [
      [half, 0, 0, half],
      [size, half, half, 0],
      [half, size, size, half],
      [0, half, half, size],
    ];
    const [ax, ay, bx, by] = cycle(turns, corner);
    bars.move(x + ax, y + ay).arc(half, false, true, x + bx, y + by);
  };
  const across = (): void => void bars.move(x, y + half).line(x + size, y + half);
  const down = (): void => void bars.move(x + half, y).line(x + half, y + size);
  if (motif === 'slash') [0, 2].forEach(quarter);
  if (motif === 'backslash') [1, 3].forEach(quarter);
  if (motif === 'knot') [0, 1, 2, 3].forEach(quarter);
  if (motif === 'cross' || motif === 'across') across();
  if (motif === 'cross' || motif === 'down') down();
  if (motif === 'tee') {
    quarter(0);
    quarter(1);
  }
  return { fat: fat.toString(), bars: bars.toString() };
}

function lay(p: ReturnType<typeof plan>): Tile[] {
  const { random, cells } = p;
  const noise = createNoise(random);
  const tiles: Tile[] = [];
  const split = (x: number, y: number, size: number, level: number): void => {
    const cx = x + size / 2;
    const cy = y + size / 2;
    const wish = p.radial
      ? 1.15 - Math.hypot(cx - p.focus[0], cy - p.focus[1]) / 380 + random.range(-0.2, 0.2)
      : noise(cx / 210, cy / 210) + random.range(-0.15, 0.35);
    if (level < 2 && wish > 0.18 + level * 0.32) {
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        split(x + (dx * size) / 2, y + (dy * size) / 2, size / 2, level + 1);
      }
      return;
    }
    tiles.push({ x, y, size, level, motif: random.pick(p.temper.motifs) });
  };
  const side = 672 / cells;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) split(64 + column * side, 64 + row * side, side, 0);
  }
  return tiles.sort((a, b) => a.level - b.level);
}

function draw(seed: string): string {
  const p = plan(seed);
  const { palette } = p;
  const [figureInk, ground] = p.flip ? [palette.paper, palette.ink] : [palette.ink, palette.paper];
  const sheet = new Sheet(`tiles ${seed}`, ground);
  const tiles = lay(p);
  for (let level = 0; level < 3; level++) {
    const ink = level % 2 === 0 ? figureInk : ground;
    const back = level % 2 === 0 ? ground : figureInk;
    const here = tiles.filter((tile) => tile.level === level);
    const squares = new Pen();
    const corners = new Pen();
    for (const { x, y, size } of here) {
      squares.polygon([
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
      ]);
      for (const [dx, dy] of [
        [0, 0],
        [size, 0],
        [0, size],
        [size, size],
      ] as const)
        corners.dot(x + dx, y + dy);
    }
    const drawn = here.map(figure);
    const width = (here[0]?.size ?? 0) / 3;
    const round = { 'stroke-linecap': 'round' };
    const bars = drawn.map((f) => f.bars).join('');
    sheet.add(path(squares.toString(), { fill: back }));
    sheet.add(path(corners.toString(), { stroke: back, 'stroke-width': width * 2, ...round }));
    sheet.add(path(drawn.map((f) => f.fat).join(''), { stroke: ink, 'stroke-width': width, ...round }));
    sheet.add(path(bars, { fill: 'none', stroke: ink, 'stroke-width': width }));
    if (p.threaded) {
      sheet.add(
        path(bars, {
          fill: 'none',
          stroke: level === 1 ? mix(palette.thread, ink, 0.15) : palette.thread,
          'stroke-width': Math.max(1.4, width / 9),
          'stroke-linecap': 'round',
        }),
      );
    }
  }
  if (!p.threaded) {
    const beads = new Pen();
    for (const { x, y, size, motif } of tiles) {
      if (motif === 'dots' || (size > 100 && p.random.chance(0.5))) beads.ring(x + size / 2, y + size / 2, size / 14);
    }
    sheet.add(path(beads.toString(), { fill: palette.thread }));
  }
  sheet.add(rect(14, 14, 772, 772, { fill: 'none', stroke: figureInk, 'stroke-width': 4 }));
  return sheet.toString();
}

const FIRST = ['Cousin', 'Echo', 'Detour', 'Family', 'Rumour', 'Corridor', 'Answer', 'Hiccup', 'Knot', 'Neighbour'];
const LAST = [
  'in Three Sizes',
  'Inside Out',
  'with a Hole',
  'Taken Twice',
  'in the Other Room',
  'Passed Along',
  'on Repeat',
  'without a Door',
  'Turned Over',
  'by Halves',
];

export const ikkoTamarind: Artist = {
  address: 'tz1ikkoTamarindTiLes3Sca1esXo5Rb9Nwy',
  displayName: 'Ikko Tamarind',
  bio: 'A tiler by trade. Works in exactly two colours and a thread, and turns them inside out at every scale.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, temper, cells } = plan(seed);
    return `A ${temper.name} floor of ${cells} by ${cells} tiles in ${palette.name}; figure and ground swap at every scale.`;
  },
};
