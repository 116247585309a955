import type { Artist } from '../artist.js';
import { mix, shade } from '../color.js';
import { Random } from '../random.js';
import { circle, Pen, type Point, path, rect, Sheet } from '../svg.js';

/** Isometric towns on floating rock: towers, stairs, arches, a tree, nobody about. */

interface Palette {
  name: string;
  sky: readonly [string, string];
  sun: string;
  walls: readonly string[];
  roof: string;
  leaf: string;
}

const PALETTES: readonly Palette[] = [
  {
    name: 'apricot noon',
    sky: ['#f7d9c4', '#f2b8a0'],
    sun: '#fff4e0',
    walls: ['#f28f6b', '#f7c59f', '#e9e0d2'],
    roof: '#3d5a80',
    leaf: '#5b8e7d',
  },
  {
    name: 'mint',
    sky: ['#d9efe5', '#9fd3c7'],
    sun: '#fffbe8',
    walls: ['#fefae0', '#f4a6a0', '#76b5b0'],
    roof: '#d1495b',
    leaf: '#386641',
  },
  {
    name: 'midnight bazaar',
    sky: ['#1f2041', '#4b3f72'],
    sun: '#ffc857',
    walls: ['#7b6fb0', '#c36f9f', '#4b5fa0'],
    roof: '#ffc857',
    leaf: '#119da4',
  },
  {
    name: 'lemon grove',
    sky: ['#fdf0c9', '#f6d27e'],
    sun: '#fff7dc',
    walls: ['#f3e6cb', '#e8953d', '#9db39a'],
    roof: '#bc4b32',
    leaf: '#5f7d3a',
  },
  {
    name: 'glacier',
    sky: ['#e6eef5', '#b3c7dd'],
    sun: '#fff2d8',
    walls: ['#f8fafc', '#98b4d4', '#e8b4b8'],
    roof: '#2b3a67',
    leaf: '#496a81',
  },
  {
    name: 'oxblood',
    sky: ['#3c1518', '#8a2b34'],
    sun: '#f2a65a',
    walls: ['#d58936', '#e9d8c0', '#a44200'],
    roof: '#1d1a26',
    leaf: '#8f9e5a',
  },
];

const N = 8;
const HALF = 42;
const RISE = 21;
const STOREY = 34;

type Shape = 'spire' | 'terraces' | 'court' | 'scatter';

function plan(seed: string) {
  const random = new Random(`town ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    shape: random.pick<Shape>(['spire', 'terraces', 'court', 'scatter']),
  };
}

function heights(shape: Shape, random: Random): number[][] {
  const px = random.range(1.5, 4);
  const py = random.range(1.5, 4);
  const turn = random.int(0, 3);
  return Array.from({ length: N }, (_, i) =>
    Array.from({ length: N }, (_, j) => {
      const edge = Math.min(i, j, N - 1 - i, N - 1 - j);
      const corner = (i === 0 || i === N - 1) && (j === 0 || j === N - 1);
      if (corner && random.chance(0.7)) return 0;
      if (shape === 'spire')
        return Math.max(1, Math.round(9.5 - Math.hypot(i - px, j - py) * 1.9 + random.range(-1.3, 1.3)));
      if (shape === 'terraces') {
        const slope = turn % 2 === 0 ? N - i : N - j;
        return Math.max(1, Math.round(slope * 0.85 + (random.chance(0.2) ? 2 : 0) - (random.chance(0.2) ? 1 : 0)));
      }
      if (shape === 'court') {
        const back = i + j < N - 2 ? 3 : 0;
        return edge === 0
          ? random.int(2, 3) + back
          : edge === 1
            ? 1 + (random.chance(0.15) ? 5 : 0)
            : random.chance(0.12)
              ? 7
              : 1;
      }
      return random.chance(0.3) ? random.int(3, 8 - Math.floor((i + j) / 4)) : 1;
    }),
  );
}

/** Screen place of a grid corner at a height in storeys. */
function place(i: number, j: number, level: number): Point {
  return [400 + (i - j) * HALF, 330 + (i + j) * RISE - level * STOREY];
}

class Mason {
  constructor(
    private readonly sheet: Sheet,
    private readonly palette: Palette,
    private readonly random: Random,
  ) {}

  face(points: readonly Point[], fill: string): void {
    this.sheet.add(path(new Pen().polygon(points).toString(), { fill, stroke: fill, 'stroke-width': 0.6 }));
  }

  column(i: number, j: number, h: number, low: number, wall: string, left: number, right: number): void {
    const light = shade(wall, 0.22);
    const dark = mix(shade(wall, -0.42), this.palette.sky[1], 0.12);
    this.face([place(i, j + 1, h), place(i + 1, j + 1, h), place(i + 1, j + 1, low), place(i, j + 1, low)], wall);
    this.face([place(i + 1, j, h), place(i + 1, j + 1, h), place(i + 1, j + 1, low), place(i + 1, j, low)], dark);
    this.face([place(i, j, h), place(i + 1, j, h), place(i + 1, j + 1, h), place(i, j + 1, h)], light);
    for (let level = Math.max(0, left); level < h; level++) this.opening(i, j, level, 'left', wall);
    for (let level = Math.max(0, right); level < h; level++) this.opening(i, j, level, 'right', wall);
  }

  /** A window, an arch, or bare wall on one storey of a visible side. */
  private opening(i: number, j: number, level: number, side: 'left' | 'right', wall: string): void {
    const roll = this.random.next();
    if (roll > 0.55) return;
    const arch = level === 0 && roll < 0.25;
    const [from, to] = arch ? [0.24, 0.76] : [0.36, 0.64];
    const [bottom, top] = arch ? [0, 0.62] : [0.28, 0.66];
    const at = (along: number, up: number): Point =>
      side === 'left' ? place(i + along, j + 1, level + up) : place(i + 1, j + 1 - along, level + up);
    const lit = this.random.chance(0.2);
    const hollow = lit ? this.palette.sun : shade(wall, side === 'left' ? -0.55 : -0.68);
    const peak = at((from + to) / 2, top + (arch ? 0.3 : 0.2));
    const pen = new Pen().move(...at(from, bottom)).line(...at(from, top));
    pen
      .quad(...at(from, top + 0.16), ...peak)
      .quad(...at(to, top + 0.16), ...at(to, top))
      .line(...at(to, bottom))
      .close();
    this.sheet.add(path(pen.toString(), { fill: hollow }));
  }

  roof(i: number, j: number, h: number): void {
    const { palette, random } = this;
    const roll = random.next();
    const [cx, cy] = place(i + 0.5, j + 0.5, h);
    if (h >= 4 && roll < 0.5) {
      const tip = place(i + 0.5, j + 0.5, h + random.range(1.1, 1.9));
      this.face([place(i, j + 1, h), place(i + 1, j + 1, h), tip], palette.roof);
      this.face([place(i + 1, j, h), place(i + 1, j + 1, h), tip], shade(palette.roof, -0.35));
      return;
    }
    if (h >= 3 && roll < 0.66) {
      const r = HALF * 0.62;
      const dome = new Pen()
        .move(cx - r, cy)
        .cubic(cx - r, cy - r * 1.35, cx + r, cy - r * 1.35, cx + r, cy)
        .arc(r * 1.2, false, true, cx - r, cy)
        .close();
      this.sheet.add(path(dome.toString(), { fill: palette.roof }));
      const shadow = new Pen()
        .move(cx + r * 0.1, cy - r)
        .cubic(cx + r * 0.8, cy - r, cx + r, cy - r * 0.5, cx + r, cy)
        .arc(r * 1.2, false, true, cx + r * 0.2, cy + r * 0.36)
        .close();
      this.sheet.add(
        path(shadow.toString(), { fill: '#000', 'fill-opacity': 0.22 }),
        circle(cx, cy - r * 1.1, 3, { fill: palette.sun }),
      );
      return;
    }
    if (h <= 2 && roll < 0.24) {
      const size = random.range(13, 21);
      this.sheet.add(
        path(
          new Pen()
            .move(cx, cy)
            .line(cx, cy - size)
            .toString(),
          { stroke: shade(palette.leaf, -0.5), 'stroke-width': 4 },
        ),
        circle(cx, cy - size * 1.5, size, { fill: palette.leaf }),
        circle(cx - size * 0.25, cy - size * 1.7, size * 0.62, { fill: shade(palette.leaf, 0.18) }),
      );
      return;
    }
    if (h <= 2 && roll < 0.34) {
      const inset = 0.16;
      this.face(
        [
          place(i + inset, j + inset, h),
          place(i + 1 - inset, j + inset, h),
          place(i + 1 - inset, j + 1 - inset, h),
          place(i + inset, j + 1 - inset, h),
        ],
        mix(palette.sky[1], '#3fa7d6', 0.6),
      );
    }
  }

  /** Steps between two neighbours whose tops differ by one storey; they make the town walkable. */
  stairs(i: number, j: number, h: number, wall: string, along: 'i' | 'j'): void {
    const steps = 5;
    for (let s = 0; s < steps; s++) {
      const a = s / steps;
      const b = (s + 1) / steps;
      const top = h + 1 - b + 1 / steps;
      const corner = (u: number, v: number, level: number): Point =>
        along === 'i' ? place(i + u, j + v, level) : place(i + v, j + u, level);
      const [near, far] = [0.2, 0.8];
      this.face(
        [corner(a, near, top), corner(b, near, top), corner(b, far, top), corner(a, far, top)],
        shade(wall, 0.4),
      );
      this.face(
        [corner(b, near, top), corner(b, far, top), corner(b, far, h), corner(b, near, h)],
        along === 'i' ? shade(wall, -0.35) : wall,
      );
      this.face(
        [corner(a, far, top), corner(b, far, top), corner(b, far, h), corner(a, far, h)],
        along === 'i' ? shade(wall, -0.05) : shade(wall, -0.3),
      );
    }
  }
}

function backdrop(sheet: Sheet, palette: Palette, random: Random): void {
  sheet.add(
    rect(0, 0, 800, 800, {
      fill: sheet.gradient([
        [0, palette.sky[0]],
        [1, palette.sky[1]],
      ]),
    }),
  );
  sheet.add(
    circle(random.range(200, 600), random.range(210, 330), random.range(150, 225), {
      fill: palette.sun,
      'fill-opacity': 0.85,
    }),
  );
  for (let i = 0; i < 5; i++) {
    const y = random.range(80, 720);
    const x = random.chance(0.5) ? random.range(40, 180) : random.range(600, 740);
    const w = random.range(60, 130);
    sheet.add(
      rect(x - w / 2, y, w, 14, { rx: 7, fill: palette.sun, 'fill-opacity': 0.6 }),
      rect(x - w / 3, y - 12, w * 0.5, 14, { rx: 7, fill: palette.sun, 'fill-opacity': 0.6 }),
    );
  }
}

function draw(seed: string): string {
  const { random, palette, shape } = plan(seed);
  const sheet = new Sheet(`town ${seed}`, palette.sky[0]);
  backdrop(sheet, palette, random);
  const town = heights(shape, random);
  const mason = new Mason(sheet, palette, random);
  const at = (i: number, j: number): number => town[i]?.[j] ?? 0;
  const rock = mix(palette.roof, palette.walls[0] ?? palette.roof, 0.35);
  const districts = Array.from({ length: 9 }, () => random.pick(palette.walls));
  for (let sum = 0; sum <= 2 * (N - 1); sum++) {
    for (let i = Math.max(0, sum - N + 1); i <= Math.min(N - 1, sum); i++) {
      const j = sum - i;
      const h = at(i, j);
      if (h === 0) continue;
      const edge = Math.min(i, j, N - 1 - i, N - 1 - j);
      mason.column(i, j, 0, -1.2 - edge * 0.9 - random.range(0, 1.4), rock, 0, 0);
      const wall =
        h > 2 && random.chance(0.3)
          ? random.pick(palette.walls)
          : (districts[Math.floor(i / 3) * 3 + Math.floor(j / 3)] ?? rock);
      mason.column(i, j, h, 0, wall, at(i, j + 1), at(i + 1, j));
      const stairsI = at(i - 1, j) === h + 1;
      const stairsJ = at(i, j - 1) === h + 1;
      if (stairsI || stairsJ) mason.stairs(i, j, h, wall, stairsI ? 'i' : 'j');
      else mason.roof(i, j, h);
    }
  }
  return sheet.toString();
}

const FIRST = ['Upper', 'Lower', 'Far', 'Old', 'New', 'Little', 'Greater', 'Port', 'Mount', 'Fair'];
const LAST = ['Ambry', 'Calla', 'Dormer', 'Ostrel', 'Pavane', 'Quince', 'Sabine', 'Tourelle', 'Vellum', 'Zephyr'];

export const casimirBelvoir: Artist = {
  address: 'tz1CasimirBeLvoirTownsAf1oat6JtGe2Wq',
  displayName: 'Casimir Belvoir',
  bio: 'An architect with no commissions and no gravity. Every stair in his towns leads somewhere, except one.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, shape } = plan(seed);
    const built = {
      spire: 'crowds up to one spire',
      terraces: 'steps down in terraces',
      court: 'keeps its courtyard to itself',
      scatter: 'is all towers and gaps',
    }[shape];
    return `A floating town that ${built}. Weather: ${palette.name}.`;
  },
};
