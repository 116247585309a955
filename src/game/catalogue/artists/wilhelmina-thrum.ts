import type { Artist } from '../artist.js';
import { shade } from '../color.js';
import { cycle, Random } from '../random.js';
import { element, Pen, path, rect, Sheet } from '../svg.js';

/** A hanging cloth, thread by thread: mirrored diamonds and steps in wool, a rod, a fringe. */

interface Palette {
  name: string;
  wall: string;
  yarns: readonly [string, string, string, string, string];
}

const PALETTES: readonly Palette[] = [
  { name: 'madder', wall: '#eee4d3', yarns: ['#8c2f2a', '#d9a441', '#20304f', '#efe2c6', '#c4603a'] },
  { name: 'walnut', wall: '#d9cfc0', yarns: ['#4a3326', '#c8a27a', '#f1e6d2', '#7d8b6a', '#b3543d'] },
  { name: 'weld and woad', wall: '#e6ebe4', yarns: ['#1f4e6b', '#e3b23c', '#f3ecd8', '#6fa3a9', '#2d2a32'] },
  { name: 'cochineal', wall: '#2a1f2d', yarns: ['#b8174c', '#f2b5a7', '#5b2a6e', '#f7ead9', '#f08a3c'] },
  { name: 'highland', wall: '#dfe2dc', yarns: ['#2e4a3b', '#8b3a62', '#d8c99b', '#5b7f95', '#1d2a2f'] },
  { name: 'salt and pepper', wall: '#c9b9a6', yarns: ['#22201f', '#efe9df', '#8c8377', '#c7522a', '#4f4a45'] },
];

const WIDE = 64;
const LEFT = 112;
const PITCH = 9;

type Weave = 'plain' | 'twill' | 'herringbone' | 'basket';

function plan(seed: string) {
  const random = new Random(`loom ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    weave: random.pick<Weave>(['plain', 'twill', 'herringbone', 'basket']),
    motif: random.pick(['diamonds', 'steps', 'hourglass', 'waves', 'plaid'] as const),
    rows: random.int(57, 66),
  };
}

type Motif = (column: number, row: number) => number;

/** Which yarn shows at each crossing; every motif is mirrored left to right, as on a real loom. */
function pattern(p: ReturnType<typeof plan>): Motif {
  const { random, rows } = p;
  const half = WIDE / 2;
  const period = random.pick([10.66, 16, 21.33]);
  const tall = random.pick([11, 16, 21, 32]);
  const order = random.shuffle([0, 1, 2, 3, 4]);
  const bandAt = random.int(4, 8);
  const band = (row: number): number | undefined => {
    const edge = Math.min(row, rows - 1 - row);
    if (edge === bandAt || edge === bandAt + 4) return cycle(order, 1);
    if (edge > bandAt && edge < bandAt + 4) return cycle(order, 2);
    return edge < bandAt ? cycle(order, 4) : undefined;
  };
  const checks = random.range(0.3, 0.6);
  const lines = Array.from({ length: 24 }, () => random.next());
  return (column, row) => {
    const x = Math.abs(column - half + 0.5);
    const edge = band(row);
    if (edge !== undefined) {
      const tooth = Math.floor(x / 3) % 2 === 0;
      return Math.min(row, rows - 1 - row) === bandAt + 2 && tooth ? cycle(order, 3) : edge;
    }
    const y = Math.abs(((row + tall / 2) % tall) - tall / 2);
    if (p.motif === 'diamonds')
      return cycle(order, Math.floor((Math.abs(((x + period / 2) % period) - period / 2) + y) / 3.1));
    if (p.motif === 'steps')
      return cycle(order, Math.floor((Math.floor(x / 3) * 3 + Math.floor((row - rows / 2) ** 2 / 110) * 3) / 6));
    if (p.motif === 'hourglass') return cycle(order, Math.floor(Math.abs(x - Math.abs(row - rows / 2) * 0.8) / 4));
    if (p.motif === 'waves') return cycle(order, Math.floor((row + Math.sin((x / period) * Math.PI * 2) * 4.5) / 5));
    const a = (lines[Math.floor(x / 3) % 24] ?? 0) > checks ? 1 : 0;
    const b = (lines[Math.floor(Math.abs(row - rows / 2) / 3) % 24] ?? 0) > checks ? 1 : 0;
    return cycle(order, a + b * 2 + ((column + row) % 2) * (a === b ? 0 : 1));
  };
}

/** True where the crosswise yarn passes over the lengthwise one. */
function over(weave: Weave, column: number, row: number): boolean {
  if (weave === 'plain') return (column + row) % 2 === 0;
  if (weave === 'basket') return (Math.floor(column / 2) + Math.floor(row / 2)) % 2 === 0;
  if (weave === 'twill') return (column + row) % 4 < 2;
  const folded = Math.floor(column / 8) % 2 === 0 ? column : -column;
  return (((folded + row) % 4) + 4) % 4 < 2;
}

function fringe(random: Random, bottom: number): Pen {
  const pen = new Pen();
  for (let i = 0; i < WIDE; i += 2) {
    const x = LEFT + (i + 1) * PITCH;
    const end = bottom + random.range(44, 66);
    pen
      .move(x, bottom - 2)
      .cubic(x + random.range(-4, 4), bottom + 20, x + random.range(-7, 7), bottom + 30, x + random.range(-8, 8), end);
  }
  return pen;
}

function draw(seed: string): string {
  const p = plan(seed);
  const { random, palette, rows } = p;
  const sheet = new Sheet(`loom ${seed}`, palette.wall);
  const top = 98;
  const width = WIDE * PITCH;
  const bottom = top + rows * PITCH;
  const warp = shade(palette.yarns[3], -0.22);
  sheet.add(rect(LEFT + 10, top + 14, width, rows * PITCH + 8, { fill: '#000', 'fill-opacity': 0.16 }));
  sheet.add(
    path(fringe(random, bottom).toString(), {
      fill: 'none',
      stroke: warp,
      'stroke-width': 3.6,
      'stroke-linecap': 'round',
    }),
  );
  sheet.add(rect(LEFT, top - 8, width, rows * PITCH + 10, { fill: shade(palette.yarns[0], -0.55) }));

  const yarnAt = pattern(p);
  const lots = palette.yarns.map((yarn) => [shade(yarn, -0.07), yarn, shade(yarn, 0.07)]);
  const crosswise = new Map<string, Pen>();
  const lengthwise = palette.yarns.map(() => new Pen());
  for (let row = 0; row < rows; row++) {
    // Yarn from one dye lot lasts a row; the slight change of tone is what makes cloth look like cloth.
    const lot = random.int(0, 2);
    const y = top + (row + 0.5) * PITCH;
    for (let column = 0; column < WIDE; column++) {
      const x = LEFT + (column + 0.5) * PITCH;
      const yarn = yarnAt(column, row) % 5;
      if (!over(p.weave, column, row)) {
        cycle(lengthwise, yarn)
          .move(x, y - PITCH * 0.42)
          .line(x, y + PITCH * 0.42);
        continue;
      }
      const start = column;
      while (column + 1 < WIDE && over(p.weave, column + 1, row) && yarnAt(column + 1, row) % 5 === yarn) column++;
      const color = cycle(cycle(lots, yarn), lot);
      const pen = crosswise.get(color) ?? new Pen();
      crosswise.set(color, pen.move(x - PITCH * 0.3, y).line(x + (column - start + 0.3) * PITCH, y));
    }
  }
  lengthwise.forEach((pen, yarn) => {
    sheet.add(path(pen.toString(), { stroke: shade(cycle(palette.yarns, yarn), -0.16), 'stroke-width': 6.8 }));
  });
  for (const [color, pen] of crosswise) {
    const threads = sheet.define('path', { d: pen.toString(), 'stroke-linecap': 'round' }, '');
    sheet.add(element('use', { href: `#${threads}`, stroke: color, 'stroke-width': 7.7 }));
    sheet.add(
      element('use', {
        href: `#${threads}`,
        stroke: shade(color, 0.3),
        'stroke-width': 1.5,
        'stroke-opacity': 0.6,
        y: -2,
      }),
    );
  }

  const wood = '#7a5536';
  sheet.add(
    rect(LEFT - 46, top - 26, width + 92, 17, { rx: 8.5, fill: wood }),
    rect(LEFT - 46, top - 24, width + 92, 5, { rx: 2.5, fill: shade(wood, 0.25) }),
  );
  sheet.add(
    path(
      new Pen()
        .move(LEFT + 30, top - 22)
        .line(400, 22)
        .line(LEFT + width - 30, top - 22)
        .toString(),
      { fill: 'none', stroke: shade(wood, -0.3), 'stroke-width': 2.4 },
    ),
  );
  return sheet.toString();
}

const FIRST = [
  'Runner',
  'Shawl',
  'Blanket',
  'Banner',
  'Curtain',
  'Saddlecloth',
  'Apron',
  'Doorcloth',
  'Cradle Cover',
  'Tablecloth',
];
const LAST = [
  'for a Long Winter',
  'of the Third Aunt',
  'without a Wedding',
  'for the Ferry',
  'to Be Unpicked',
  'of Small Debts',
  'for an Empty Chair',
  'of the Left Hand',
  'for Company',
  'of Nine Sheep',
];

export const wilhelminaThrum: Artist = {
  address: 'tz1WiLheLminaThrumLoom78yarns2Dh6Kcg',
  displayName: 'Wilhelmina Thrum',
  bio: 'Fifth in a line of weavers, first to weave nothing but light. Unpicks every Sunday what she doubts.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, weave, motif, rows } = plan(seed);
    return `${rows} rows of ${weave} weave with ${motif}, dyed with ${palette.name}.`;
  },
};
