import type { Artist } from '../artist.js';
import { mix, shade } from '../color.js';
import { cycle, Random } from '../random.js';
import { circle, Pen, type Point, path, rect, Sheet } from '../svg.js';

/** Plants that never grew: arching stems, paired leaves, impossible heads, before a pale sun or an arch. */

interface Palette {
  name: string;
  paper: string;
  disc: string;
  stem: string;
  leaves: readonly string[];
  blooms: readonly string[];
}

const PALETTES: readonly Palette[] = [
  {
    name: 'late May',
    paper: '#f5efe2',
    disc: '#f3c9a9',
    stem: '#33523f',
    leaves: ['#3f6b4f', '#6b8f5e', '#a3b18a'],
    blooms: ['#d1495b', '#edae49', '#f4f1de'],
  },
  {
    name: 'greenhouse',
    paper: '#dfe9dc',
    disc: '#f7f4e3',
    stem: '#1f3d36',
    leaves: ['#2f5d50', '#4f8a6d', '#8ab17d'],
    blooms: ['#f28482', '#f6bd60', '#84518f'],
  },
  {
    name: 'moth hour',
    paper: '#1e2a38',
    disc: '#31475e',
    stem: '#9db8a1',
    leaves: ['#5f8f7e', '#7fb3a0', '#3f6f6a'],
    blooms: ['#f7d6bf', '#e58f8f', '#f2e9b8'],
  },
  {
    name: 'dry summer',
    paper: '#f0dcc0',
    disc: '#e2a76f',
    stem: '#5c4326',
    leaves: ['#7c6a38', '#a68a4a', '#4f5d3a'],
    blooms: ['#a63d40', '#e9b872', '#6494aa'],
  },
  {
    name: 'peony tea',
    paper: '#f8e7e7',
    disc: '#f2bfc4',
    stem: '#3c4f3a',
    leaves: ['#4c6b50', '#7d9b76', '#b5c9a5'],
    blooms: ['#c9184a', '#ff8fa3', '#fff0f3'],
  },
  {
    name: 'pond',
    paper: '#d7e6ea',
    disc: '#a9cdd6',
    stem: '#24423f',
    leaves: ['#2a6f6b', '#52958b', '#b2c9ab'],
    blooms: ['#f4f1de', '#f2a65a', '#6d597a'],
  },
];

type Head = 'daisy' | 'umbel' | 'poppy' | 'spike' | 'bell' | 'globe' | 'tulip';
type Leaf = 'pinnate' | 'broad' | 'fern' | 'blade';

const HEADS: readonly Head[] = ['daisy', 'umbel', 'poppy', 'spike', 'bell', 'globe', 'tulip'];

function plan(seed: string) {
  const random = new Random(`herbal ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    stems: random.pick([1, 3, 5, 7, 9]),
    backdrop: random.pick(['disc', 'arch', 'disc', 'bare'] as const),
    heads: random.shuffle(HEADS).slice(0, 3),
  };
}

/** A pointed leaf from base to tip, with a lighter half and a vein, as botanists draw them. */
function blade(sheet: Sheet, x: number, y: number, angle: number, length: number, width: number, color: string): void {
  const at = (along: number, across: number): Point => [
    x + Math.cos(angle) * length * along - Math.sin(angle) * width * across,
    y + Math.sin(angle) * length * along + Math.cos(angle) * width * across,
  ];
  const tip = at(1, 0);
  const half = (side: number): string =>
    new Pen()
      .move(x, y)
      .cubic(...at(0.2, side), ...at(0.65, side * 0.9), ...tip)
      .quad(...at(0.5, 0), x, y)
      .close()
      .toString();
  sheet.add(path(half(1), { fill: color }), path(half(-1), { fill: shade(color, 0.16) }));
}

class Gardener {
  constructor(
    private readonly sheet: Sheet,
    private readonly palette: Palette,
    private readonly random: Random,
  ) {}

  /** Grows one plant from the ground to its head and returns nothing: the sheet keeps it. */
  grow(rootX: number, rootY: number, height: number, lean: number, head: Head, leaf: Leaf, size: number): void {
    const { random, palette, sheet } = this;
    const sway = random.range(-50, 50);
    const at = (t: number): Point => [rootX + lean * t * t + Math.sin(t * Math.PI) * sway, rootY - height * t];
    const points = Array.from({ length: 13 }, (_, i) => at(i / 12));
    sheet.add(
      path(new Pen().curve(points).toString(), {
        fill: 'none',
        stroke: palette.stem,
        'stroke-width': 2 + size * 2.4,
        'stroke-linecap': 'round',
      }),
    );
    const color = random.pick(palette.leaves);
    const pairs = Math.round((leaf === 'fern' ? 16 : leaf === 'pinnate' ? 8 : 4) * Math.max(0.6, height / 520));
    for (let k = 1; k <= pairs; k++) {
      const t = 0.08 + (k / pairs) * 0.66;
      const [x, y] = at(t);
      const [nx, ny] = at(t + 0.02);
      const forward = Math.atan2(ny - y, nx - x);
      const taper = Math.sin((1 - (k / pairs) * 0.8) * Math.PI * 0.55 + 0.2);
      for (const side of [-1, 1]) {
        if (leaf === 'broad' && (k + (side > 0 ? 1 : 0)) % 2 === 0) continue;
        const spread = leaf === 'blade' ? 0.5 : leaf === 'fern' ? 1.1 : 0.85;
        const a = forward + side * (spread + random.range(-0.12, 0.12));
        const long = { pinnate: 62, broad: 120, fern: 56, blade: 150 }[leaf] * size * taper * random.range(0.88, 1.1);
        const wide = { pinnate: 17, broad: 42, fern: 8, blade: 13 }[leaf] * size;
        blade(sheet, x, y, a, long, wide, mix(color, cycle(palette.leaves, k), 0.25));
      }
    }
    const [tx, ty] = at(1);
    const [px, py] = at(0.95);
    this.crown(head, tx, ty, Math.atan2(ty - py, tx - px), size);
  }

  private crown(head: Head, x: number, y: number, up: number, size: number): void {
    const { sheet, random, palette } = this;
    const bloom = random.pick(palette.blooms);
    const other = random.pick(palette.blooms.filter((b) => b !== bloom));
    const r = 50 * size;
    const petal = (a: number, long: number, wide: number, color: string): void =>
      blade(sheet, x, y, a, long, wide, color);
    if (head === 'daisy') {
      const n = random.int(11, 17);
      for (let k = 0; k < n; k++) petal((k / n) * Math.PI * 2, r * 1.15, r * 0.26, bloom);
      sheet.add(
        circle(x, y, r * 0.36, { fill: other }),
        circle(x - r * 0.08, y - r * 0.08, r * 0.2, { fill: shade(other, 0.25) }),
      );
    } else if (head === 'poppy') {
      for (let ring = 0; ring < 2; ring++) {
        for (let k = 0; k < 5; k++) {
          const a = (k / 5) * Math.PI * 2 + ring * 0.6;
          sheet.add(
            circle(
              x + Math.cos(a) * r * (0.62 - ring * 0.25),
              y + Math.sin(a) * r * (0.52 - ring * 0.2),
              r * (0.52 - ring * 0.12),
              { fill: shade(bloom, ring === 0 ? -0.1 + k * 0.035 : 0.1 + k * 0.03) },
            ),
          );
        }
      }
      sheet.add(circle(x, y, r * 0.24, { fill: shade(palette.stem, -0.3) }));
      const pollen = new Pen();
      for (let k = 0; k < 14; k++) pollen.dot(x + Math.cos(k * 0.449) * r * 0.36, y + Math.sin(k * 0.449) * r * 0.36);
      sheet.add(
        path(pollen.toString(), {
          stroke: shade(palette.stem, -0.3),
          'stroke-width': r * 0.08,
          'stroke-linecap': 'round',
        }),
      );
    } else if (head === 'umbel') {
      const rays = new Pen();
      const florets: string[] = [];
      const n = random.int(13, 19);
      for (let k = 0; k < n; k++) {
        const a = up + (k / (n - 1) - 0.5) * 2.3;
        const far = r * random.range(1.25, 1.6);
        const [fx, fy]: Point = [x + Math.cos(a) * far, y + Math.sin(a) * far];
        rays.move(x, y).quad(x + Math.cos(up) * far * 0.3, y + Math.sin(up) * far * 0.3, fx, fy);
        florets.push(circle(fx, fy, r * random.range(0.12, 0.2), { fill: k % 3 === 0 ? other : bloom }));
      }
      sheet.add(path(rays.toString(), { fill: 'none', stroke: palette.stem, 'stroke-width': 1.6 }), ...florets);
    } else if (head === 'spike') {
      for (let k = 15; k >= 0; k--) {
        const back = (k / 16) * r * 3 - r * 0.9;
        const wide = r * (0.06 + Math.sin((k / 16) * 2.6) * 0.32);
        for (const side of [-1, 1, 0]) {
          const down = back - (side === 0 ? r * 0.09 : 0);
          const bx = x - Math.cos(up) * down - Math.sin(up) * wide * side;
          const by = y - Math.sin(up) * down + Math.cos(up) * wide * side;
          sheet.add(
            circle(bx, by, r * (0.08 + (k / 16) * 0.13), {
              fill: shade(mix(bloom, other, (1 - k / 16) * 0.35), side * 0.09 + (k % 2) * 0.05),
            }),
          );
        }
      }
    } else if (head === 'bell') {
      for (let k = 0; k < 6; k++) {
        const side = k % 2 === 0 ? 1 : -1;
        const bx = x - Math.cos(up) * k * r * 0.5;
        const by = y - Math.sin(up) * k * r * 0.5;
        const tip: Point = [bx + side * r * (0.5 + k * 0.09), by + r * 0.2];
        sheet.add(
          path(
            new Pen()
              .move(bx, by)
              .quad(bx + side * r * 0.3, by - r * 0.25, ...tip)
              .toString(),
            { fill: 'none', stroke: palette.stem, 'stroke-width': 2 },
          ),
        );
        const w = r * (0.22 + k * 0.03);
        const cup = new Pen()
          .move(tip[0] - w * 0.4, tip[1])
          .cubic(tip[0] - w, tip[1] + w * 0.6, tip[0] - w * 0.8, tip[1] + w * 1.6, tip[0] - w * 1.2, tip[1] + w * 2.2)
          .quad(tip[0] - w * 0.5, tip[1] + w * 1.8, tip[0], tip[1] + w * 2.3)
          .quad(tip[0] + w * 0.5, tip[1] + w * 1.8, tip[0] + w * 1.2, tip[1] + w * 2.2)
          .cubic(tip[0] + w * 0.8, tip[1] + w * 1.6, tip[0] + w, tip[1] + w * 0.6, tip[0] + w * 0.4, tip[1])
          .close();
        sheet.add(path(cup.toString(), { fill: shade(bloom, -0.05 * k + 0.1) }));
      }
    } else if (head === 'globe') {
      const n = 42;
      const spokes = new Pen();
      const tips = new Pen();
      for (let k = 0; k < n; k++) {
        const a = k * 2.39996;
        const far = r * 1.15 * Math.sqrt((k + 1) / n);
        spokes.move(x, y).line(x + Math.cos(a) * far, y + Math.sin(a) * far);
        tips.dot(x + Math.cos(a) * far, y + Math.sin(a) * far);
      }
      sheet.add(
        path(spokes.toString(), { stroke: mix(bloom, palette.stem, 0.5), 'stroke-width': 1 }),
        path(tips.toString(), { stroke: bloom, 'stroke-width': r * 0.2, 'stroke-linecap': 'round' }),
        circle(x, y, r * 0.14, { fill: other }),
      );
    } else {
      for (const [turn, tone] of [
        [-0.5, -0.12],
        [0.5, -0.04],
        [-0.22, 0.05],
        [0.22, 0.12],
        [0, 0],
      ] as const)
        petal(up + turn, r * 1.75, r * 0.42, shade(bloom, tone));
    }
  }
}

function draw(seed: string): string {
  const { random, palette, stems, backdrop, heads } = plan(seed);
  const sheet = new Sheet(`herbal ${seed}`, palette.paper);
  if (backdrop === 'disc') sheet.add(circle(400, 340, 265, { fill: palette.disc }));
  if (backdrop === 'arch')
    sheet.add(
      path(new Pen().move(170, 720).line(170, 320).arc(230, false, true, 630, 320).line(630, 720).close().toString(), {
        fill: palette.disc,
      }),
    );
  if (backdrop === 'bare')
    sheet.add(
      rect(46, 46, 708, 708, { fill: 'none', stroke: palette.stem, 'stroke-width': 1.4 }),
      rect(56, 56, 688, 688, { fill: 'none', stroke: palette.stem, 'stroke-width': 0.7 }),
    );
  const gardener = new Gardener(sheet, palette, random);
  const order = random.shuffle(Array.from({ length: stems }, (_, i) => i));
  const leaves: readonly Leaf[] = random.shuffle(['pinnate', 'broad', 'fern', 'blade']);
  for (const i of order) {
    const u = stems === 1 ? 0 : (i / (stems - 1)) * 2 - 1;
    const size = stems === 1 ? 1.75 : stems === 3 ? 1.2 : stems === 5 ? 0.98 : 0.8;
    const height = (stems === 1 ? 500 : 565 - Math.abs(u) * 190) * random.range(0.84, 1.04);
    gardener.grow(
      400 + u * (stems > 5 ? 190 : 70),
      735,
      height,
      u * (stems > 5 ? 90 : 190) + random.range(-20, 20),
      cycle(heads, i),
      cycle(leaves, i % 3),
      size * random.range(0.9, 1.1),
    );
  }
  const soil = new Pen().move(180, 738).quad(400, 716, 620, 738).quad(400, 752, 180, 738).close();
  sheet.add(path(soil.toString(), { fill: palette.stem }));
  return sheet.toString();
}

const GENUS = [
  'Velutia',
  'Orrisanthe',
  'Campanora',
  'Thistlemere',
  'Lunaria',
  'Merrowort',
  'Silphine',
  'Quillea',
  'Dovesfoot',
  'Aubretta',
];
const KIND = [
  'absentia',
  'vespertina',
  'cordata',
  'perhapsis',
  'minor',
  'reticens',
  'fluvialis',
  'somnifera',
  'domestica',
  'errata',
];

export const hesterUnderbrook: Artist = {
  address: 'tz1HesterUnderbrookHerba1Wm2Ej8rVz5s',
  displayName: 'Hester Underbrook',
  bio: 'Botanist of places that do not exist. Her herbal has forty volumes and no living specimens.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(GENUS)} ${random.pick(KIND)}`;
  },
  describe(seed) {
    const { palette, stems, heads } = plan(seed);
    return stems === 1
      ? `A single ${cycle(heads, 0)}, drawn from memory. Season: ${palette.name}.`
      : `${stems} stems of ${heads.join(', ')}. Season: ${palette.name}.`;
  },
};
