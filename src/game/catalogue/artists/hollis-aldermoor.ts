import type { Artist } from '../artist.js';
import { mix, ramp, shade } from '../color.js';
import { createNoise, fractal } from '../noise.js';
import { Random } from '../random.js';
import { element, Pen, type Point, path, rect, Sheet } from '../svg.js';

/** Land cut from stacked sheets of paper, each level casting its shadow on the one below. */

interface Palette {
  name: string;
  levels: readonly string[];
}

const PALETTES: readonly Palette[] = [
  { name: 'reef', levels: ['#0b3954', '#087e8b', '#5fb3b3', '#bfd7c4', '#f5e6c8', '#ff9770', '#ff5a5f'] },
  { name: 'white card', levels: ['#b9b4ab', '#cbc6bd', '#d8d3ca', '#e3dfd7', '#ece9e2', '#f4f2ed', '#fbfaf7'] },
  { name: 'mesa', levels: ['#3b1f2b', '#7a2e39', '#b5483a', '#dd7f4c', '#f0b36b', '#f7dba0', '#fdf3d6'] },
  { name: 'peat', levels: ['#1b2a2f', '#27474e', '#496f5d', '#84a07c', '#c4c39a', '#e9dfc1', '#f7f1e3'] },
  { name: 'berry', levels: ['#f9e0d9', '#f4b6b6', '#e07a9b', '#a8487f', '#6b2d6b', '#3f1d52', '#22123a'] },
  { name: 'low cloud', levels: ['#f4f1ea', '#d9e4e8', '#a9c8d6', '#6ea2bf', '#3f7799', '#23506f', '#102f47'] },
];

type Land = 'island' | 'canyon' | 'crater' | 'archipelago' | 'cove';

const GRID = 58;

function plan(seed: string) {
  const random = new Random(`levels ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    land: random.pick<Land>(['island', 'canyon', 'crater', 'archipelago', 'cove']),
    sheets: random.int(7, 11),
    lined: random.chance(0.5),
    scale: random.range(1.2, 2.1),
  };
}

/** Heights from 0 to 1 on a grid; the rim is sunk so that every contour closes inside the sheet. */
function relief(p: ReturnType<typeof plan>): number[][] {
  const { random, land, scale } = p;
  const noise = createNoise(random);
  const turn = random.range(0, Math.PI * 2);
  const bend = random.range(0.1, 0.24);
  return Array.from({ length: GRID + 1 }, (_, row) =>
    Array.from({ length: GRID + 1 }, (_, column) => {
      const x = column / GRID - 0.5;
      const y = row / GRID - 0.5;
      const d = Math.hypot(x, y) * 2;
      const rough = fractal(noise, (x + 3) * scale * 1.7, (y + 5) * scale * 1.7, 3);
      const u = x * Math.cos(turn) + y * Math.sin(turn);
      const v = y * Math.cos(turn) - x * Math.sin(turn) + Math.sin(u * 8) * bend;
      const shape = {
        island: 0.98 - d * 0.95 + rough * 0.5,
        canyon: Math.min(1, Math.abs(v) * 2.2) + rough * 0.32,
        crater: 1 - Math.abs(d - 0.62) * 1.9 + rough * 0.32,
        archipelago: 0.4 + rough * 1.1 - d * 0.12,
        cove: 0.55 + u * 1.3 + rough * 0.5,
      }[land];
      return Math.max(0, Math.min(1, shape));
    }),
  );
}

/** Marching squares, joined into closed loops around all land above the level. */
function contours(heights: readonly (readonly number[])[], level: number): Point[][] {
  const size = heights.length;
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= size || row >= size ? -0.05 : (heights[row]?.[column] ?? 0);
  const next = new Map<number, { key: number; point: Point }>();
  const edge = (c1: number, r1: number, c2: number, r2: number): { key: number; point: Point } => {
    const t = (level - at(c1, r1)) / (at(c2, r2) - at(c1, r1));
    return {
      key: ((Math.min(r1, r2) + 1) * 256 + Math.min(c1, c2) + 1) * 2 + (c1 === c2 ? 1 : 0),
      point: [c1 + (c2 - c1) * t, r1 + (r2 - r1) * t],
    };
  };
  for (let r = -1; r < size; r++) {
    for (let c = -1; c < size; c++) {
      const corners: readonly (readonly [number, number])[] = [
        [c, r],
        [c + 1, r],
        [c + 1, r + 1],
        [c, r + 1],
      ];
      const high = corners.map(([x, y]) => at(x, y) >= level);
      if (high[0] === high[1] && high[1] === high[2] && high[2] === high[3]) continue;
      // Walking clockwise, a contour enters where land begins and leaves where it ends.
      const entries: { key: number; point: Point }[] = [];
      const exits: { key: number; point: Point }[] = [];
      corners.forEach(([x, y], i) => {
        const j = (i + 1) % 4;
        const [nx, ny] = corners[j] ?? [x, y];
        if (!high[i] && high[j]) entries.push(edge(x, y, nx, ny));
        if (high[i] && !high[j]) exits.push(edge(x, y, nx, ny));
      });
      entries.forEach((entry, i) => {
        const exit = exits[i];
        if (exit) next.set(exit.key, entry);
      });
    }
  }
  const loops: Point[][] = [];
  while (next.size > 0) {
    const first = next.keys().next();
    if (first.done) break;
    let key = first.value;
    const loop: Point[] = [];
    for (let step = next.get(key); step; step = next.get(key)) {
      next.delete(key);
      loop.push(step.point);
      key = step.key;
    }
    if (loop.length > 7) loops.push(loop);
  }
  return loops;
}

function draw(seed: string): string {
  const p = plan(seed);
  const { palette, sheets, random } = p;
  const sheet = new Sheet(`levels ${seed}`, ramp(palette.levels, 0));
  const heights = relief(p);
  const margin = 62;
  const scale = (800 - 2 * margin) / GRID;
  const clip = sheet.clip(element('rect', { x: margin, y: margin, width: 800 - 2 * margin, height: 800 - 2 * margin }));
  const marks: string[] = [];
  const lowest = p.land === 'cove' || p.land === 'archipelago' ? 0.16 : 0.1;
  for (let k = 1; k <= sheets; k++) {
    const level = lowest + ((k - 1) / sheets) * (0.98 - lowest);
    const pen = new Pen();
    for (const loop of contours(heights, level))
      pen.loop(loop.map(([x, y]): Point => [margin + x * scale, margin + y * scale]));
    const d = pen.toString();
    if (d === '') continue;
    const color = ramp(palette.levels, k / sheets);
    const shape = `#${sheet.define('path', { d, 'fill-rule': 'evenodd' }, '')}`;
    marks.push(element('use', { href: shape, x: 7, y: 10, fill: '#000', 'fill-opacity': 0.1 }));
    marks.push(element('use', { href: shape, x: 3.5, y: 5, fill: '#000', 'fill-opacity': 0.2 }));
    marks.push(
      element('use', {
        href: shape,
        fill: color,
        stroke: p.lined ? mix(color, ramp(palette.levels, 1 - k / sheets), 0.6) : shade(color, 0.22),
        'stroke-width': p.lined ? 1.6 : 1.1,
      }),
    );
  }
  sheet.add(`<g clip-path="${clip}">${marks.join('')}</g>`);
  const frame = shade(ramp(palette.levels, random.pick([0.86, 1])), 0.55);
  const window = new Pen()
    .polygon([
      [0, 0],
      [800, 0],
      [800, 800],
      [0, 800],
    ])
    .polygon([
      [margin, margin],
      [800 - margin, margin],
      [800 - margin, 800 - margin],
      [margin, 800 - margin],
    ]);
  sheet.add(
    rect(margin, margin, 800 - 2 * margin, 9, { fill: '#000', 'fill-opacity': 0.22 }),
    rect(margin, margin, 6, 800 - 2 * margin, { fill: '#000', 'fill-opacity': 0.16 }),
  );
  sheet.add(path(window.toString(), { fill: frame, 'fill-rule': 'evenodd' }));
  sheet.add(
    rect(margin, margin, 800 - 2 * margin, 800 - 2 * margin, {
      fill: 'none',
      stroke: shade(frame, -0.25),
      'stroke-width': 1.2,
    }),
  );
  return sheet.toString();
}

const FIRST = [
  'Survey of',
  'Approach to',
  'Above',
  'Walking out to',
  'Flood Line,',
  'High Ground,',
  'The Far Side of',
  'Sounding',
  'Return to',
  'Below',
];
const LAST = [
  'Fern Hollow',
  'Skerry Nine',
  'Wether Edge',
  'Sallow Bay',
  'the Kettle',
  'Mardle Sound',
  'Grey Stair',
  'Cutwater',
  'the Long Step',
  'Amber Holm',
];

export const hollisAldermoor: Artist = {
  address: 'tz1HoLLisALdermoorLeve1s5qRx9Vb4Pgde',
  displayName: 'Hollis Aldermoor',
  bio: 'A surveyor with a scalpel. Builds coastlines from paper, one height at a time, lowest first.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, land, sheets } = plan(seed);
    return `${land === 'island' || land === 'archipelago' ? 'An' : 'A'} ${land} in ${sheets} sheets of paper. Stock: ${palette.name}.`;
  },
};
