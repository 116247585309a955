import type { Artist } from '../artist.js';
import { mix, ramp, shade } from '../color.js';
import { createNoise } from '../noise.js';
import { cycle, Random } from '../random.js';
import { circle, element, group, Pen, type Point, path, Sheet } from '../svg.js';

/** Shattered glass in heavy lead: rose windows, lancets, and rounds glowing in a dark wall. */

interface Palette {
  name: string;
  wall: string;
  glass: readonly string[];
  accent: string;
}

const PALETTES: readonly Palette[] = [
  {
    name: 'vespers',
    wall: '#14121c',
    glass: ['#fff0b3', '#f6a821', '#d1342f', '#7b1e57', '#24307a', '#12608f'],
    accent: '#39b3a6',
  },
  {
    name: 'orchard',
    wall: '#141a16',
    glass: ['#fdf6c3', '#c9d94a', '#5fa043', '#1f6f5c', '#14506b', '#2b2a5c'],
    accent: '#e8553d',
  },
  {
    name: 'nativity blue',
    wall: '#0e111f',
    glass: ['#f6fbff', '#9fd8f0', '#3c8fd0', '#2454b5', '#2b2a86', '#511f75'],
    accent: '#f7b733',
  },
  {
    name: 'pomegranate',
    wall: '#1b1014',
    glass: ['#ffe9d6', '#ffb18a', '#ef5b5b', '#bd1e4b', '#6d1246', '#2f1a4a'],
    accent: '#5cc0b5',
  },
  {
    name: 'honey',
    wall: '#191510',
    glass: ['#fffbe0', '#ffdf6b', '#f5a623', '#cd6a1c', '#7d3617', '#2a4a5e'],
    accent: '#4a90c2',
  },
];

type Frame = 'rose' | 'lancet' | 'round' | 'twin';

function plan(seed: string) {
  const random = new Random(`glass ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    frame: random.pick<Frame>(['rose', 'lancet', 'round', 'twin', 'rose']),
    folds: random.pick([6, 8, 10, 12]),
  };
}

/** The region nearer to its own site than to any other, cut out of a square one bisector at a time. */
function cell(site: Point, others: readonly Point[]): Point[] {
  let region: Point[] = [
    [20, 20],
    [780, 20],
    [780, 780],
    [20, 780],
  ];
  const near = others
    .map((other) => ({ other, d: Math.hypot(other[0] - site[0], other[1] - site[1]) }))
    .filter(({ d }) => d > 0.01 && d < 260)
    .sort((a, b) => a.d - b.d);
  for (const { other, d } of near) {
    const reach = Math.max(...region.map(([x, y]) => Math.hypot(x - site[0], y - site[1])));
    if (d > 2 * reach) break;
    const nx = (other[0] - site[0]) / d;
    const ny = (other[1] - site[1]) / d;
    const side = ([x, y]: Point): number => (x - site[0]) * nx + (y - site[1]) * ny - d / 2;
    const kept: Point[] = [];
    region.forEach((point, i) => {
      const next = cycle(region, i + 1);
      const a = side(point);
      const b = side(next);
      if (a <= 0) kept.push(point);
      if (a < 0 !== b < 0) {
        const t = a / (a - b);
        kept.push([point[0] + (next[0] - point[0]) * t, point[1] + (next[1] - point[1]) * t]);
      }
    });
    region = kept;
    if (region.length < 3) return [];
  }
  return region;
}

/** Sites on rings that repeat around the centre make petals; loose sites make rubble. */
function roseSites(random: Random, folds: number): Point[] {
  const sites: Point[] = [[400, 400]];
  const rings = random.int(5, 7);
  for (let ring = 1; ring <= rings; ring++) {
    const r = (ring / rings) * 372 - random.range(4, 26);
    const copies = ring < 2 ? folds : ring < 4 ? folds : folds * 2;
    const offset = random.chance(0.5) ? 0 : Math.PI / copies;
    const spread = random.range(0, 0.32);
    for (let k = 0; k < copies; k++) {
      const a = (k / copies) * Math.PI * 2 + offset - Math.PI / 2;
      if (spread > 0.16) {
        for (const s of [-1, 1])
          sites.push([
            400 + Math.cos(a + (s * spread) / (folds / 5)) * r,
            400 + Math.sin(a + (s * spread) / (folds / 5)) * r,
          ]);
      } else sites.push([400 + Math.cos(a) * r, 400 + Math.sin(a) * r]);
    }
  }
  return sites;
}

function looseSites(random: Random, count: number): Point[] {
  const sites: Point[] = [];
  for (let tries = 0; sites.length < count && tries < count * 12; tries++) {
    const site: Point = [random.range(30, 770), random.range(30, 770)];
    if (sites.every(([x, y]) => Math.hypot(x - site[0], y - site[1]) > 26)) sites.push(site);
  }
  return sites;
}

function lancet(x: number, w: number, top: number, bottom: number): string {
  const spring = top + w * 0.85;
  const pen = new Pen().move(x, bottom).line(x, spring);
  pen
    .quad(x, top + w * 0.25, x + w / 2, top)
    .quad(x + w, top + w * 0.25, x + w, spring)
    .line(x + w, bottom)
    .close();
  return pen.toString();
}

function outline(frame: Frame): string {
  if (frame === 'lancet') return lancet(170, 460, 40, 760);
  if (frame === 'twin') return lancet(70, 305, 70, 750) + lancet(425, 305, 70, 750);
  return new Pen().ring(400, 400, 360).toString();
}

function draw(seed: string): string {
  const { random, palette, frame, folds } = plan(seed);
  const sheet = new Sheet(`glass ${seed}`, palette.wall);
  const symmetrical = frame === 'rose';
  const sites = symmetrical ? roseSites(random, folds) : looseSites(random, random.int(120, 190));
  const middle = frame === 'twin' ? random.pick([222, 577]) : 400;
  const sunX = symmetrical ? 400 : middle + random.range(-1, 1) * (frame === 'round' ? 130 : 45);
  const sunY = symmetrical ? 400 : random.range(frame === 'round' ? 230 : 300, 460);
  const reach = symmetrical ? 370 : random.range(430, 560);
  const noise = createNoise(random);
  const phase = random.range(0, 0.35);
  const stripes = symmetrical ? random.pick([0, 0.16, 0.24]) : 0;
  const shape = outline(frame);

  sheet.add(
    circle(400, 400, 560, {
      fill: sheet.glow([
        [0, cycle(palette.glass, 2), 0.5],
        [1, palette.wall, 0],
      ]),
    }),
  );
  const panes: string[] = [];
  const shines = new Pen();
  const lead = new Pen();
  for (const site of sites) {
    const region = cell(site, sites);
    if (region.length < 3) continue;
    lead.polygon(region);
    const d = Math.hypot(site[0] - sunX, site[1] - sunY) / reach;
    const ring = Math.round(d * 6);
    const drift = symmetrical
      ? (ring % 2) * stripes
      : noise(site[0] / 160, site[1] / 160) * 0.3 + random.range(-0.07, 0.07);
    const jewel = symmetrical ? ring === Math.round(phase * 12) + 1 : random.chance(0.07);
    const color = jewel ? palette.accent : ramp(palette.glass, d * 0.95 + drift);
    const own = shade(color, random.range(-0.1, 0.12));
    panes.push(path(new Pen().polygon(region).toString(), { fill: own }));
    const inner = region.map(
      ([x, y]): Point => [site[0] + (x - site[0]) * 0.62 - 2, site[1] + (y - site[1]) * 0.62 - 3],
    );
    shines.polygon(inner);
    const p = cycle(inner, 0);
    const q = cycle(inner, 1);
    shines.polygon([p, q, [(q[0] + site[0]) / 2, (q[1] + site[1]) / 2]]);
  }
  panes.push(path(shines.toString(), { fill: '#fff', 'fill-opacity': 0.13 }));
  panes.push(
    path(lead.toString(), {
      fill: 'none',
      stroke: shade(palette.wall, -0.45),
      'stroke-width': 6.5,
      'stroke-linejoin': 'round',
    }),
  );
  panes.push(path(lead.toString(), { fill: 'none', stroke: '#fff', 'stroke-opacity': 0.1, 'stroke-width': 1 }));
  if (!symmetrical) {
    panes.push(
      circle(sunX, sunY, 66, {
        fill: mix(palette.accent, cycle(palette.glass, 0), 0.25),
        stroke: shade(palette.wall, -0.45),
        'stroke-width': 8,
      }),
    );
    panes.push(circle(sunX - 8, sunY - 10, 40, { fill: '#fff', 'fill-opacity': 0.2 }));
  }
  const clip = sheet.clip(element('path', { d: shape }));
  sheet.add(group({ 'clip-path': clip }, panes));
  const stone = mix(palette.wall, '#8d8577', 0.32);
  sheet.add(path(shape, { fill: 'none', stroke: stone, 'stroke-width': 26 }));
  sheet.add(path(shape, { fill: 'none', stroke: shade(palette.wall, -0.4), 'stroke-width': 9 }));
  return sheet.toString();
}

const FIRST = [
  'Matins',
  'Vespers',
  'Lauds',
  'Compline',
  'Candlemas',
  'Michaelmas',
  'Whitsun',
  'Advent',
  'Nones',
  'Vigil',
];
const LAST = [
  'for a Beekeeper',
  'in the Flooded Nave',
  'with Pears',
  'for the Absent',
  'at the Bakery',
  'for Two Voices',
  'under Repair',
  'after Hail',
  'for a Lost Glove',
  'in July',
];

export const odileSaintFennel: Artist = {
  address: 'tz1odiLeSaintFenneLG1ass8vKc3Hn6Tzmr',
  displayName: 'Odile Saint-Fennel',
  bio: 'Breaks every sheet on purpose, then leads it back together around the light.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, frame, folds } = plan(seed);
    const window = {
      rose: `A rose window of ${folds} petals`,
      lancet: 'A tall lancet',
      round: 'A round of loose shards',
      twin: 'A pair of lancets',
    }[frame];
    return `${window}, glass and lead. Light: ${palette.name}.`;
  },
};
