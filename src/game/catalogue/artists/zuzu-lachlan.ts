import type { Artist } from '../artist.js';
import { mix } from '../color.js';
import { Random } from '../random.js';
import { fixed, Pen, type Point, path, Sheet } from '../svg.js';

/** One pitch of parallel bands across the whole sheet, bent until flat paper swells. */

interface Palette {
  name: string;
  paper: string;
  from: string;
  to: string;
}

const PALETTES: readonly Palette[] = [
  { name: 'black', paper: '#f7f5f0', from: '#111111', to: '#111111' },
  { name: 'reversed', paper: '#121212', from: '#f7f5f0', to: '#f7f5f0' },
  { name: 'fever', paper: '#fdf2e4', from: '#e4002b', to: '#3a0ca3' },
  { name: 'peacock', paper: '#f2f6e9', from: '#006d77', to: '#1b1464' },
  { name: 'hot wire', paper: '#170a24', from: '#ff6b35', to: '#f72585' },
  { name: 'ultramarine', paper: '#f0efe9', from: '#1f2bd4', to: '#0b1354' },
  { name: 'acid', paper: '#10201c', from: '#d4ff3a', to: '#2ee6a8' },
];

type Trick = 'lens' | 'swell' | 'rings' | 'pinch' | 'chevron' | 'twist';

interface Lens {
  x: number;
  y: number;
  r: number;
}

function plan(seed: string) {
  const random = new Random(`bands ${seed}`);
  const trick = random.pick<Trick>(['lens', 'lens', 'swell', 'rings', 'pinch', 'chevron', 'twist']);
  const lenses: Lens[] = [];
  const wanted = random.pick([1, 1, 2, 3, 4]);
  for (let tries = 0; lenses.length < wanted && tries < 120; tries++) {
    const r = wanted === 1 ? random.range(220, 300) : random.range(95, 190);
    const lens = { x: random.range(60 + r * 0.8, 740 - r * 0.8), y: random.range(60 + r * 0.8, 740 - r * 0.8), r };
    if (lenses.every((l) => Math.hypot(l.x - lens.x, l.y - lens.y) > l.r + r + 12)) lenses.push(lens);
  }
  return {
    random,
    palette: random.pick(PALETTES),
    trick,
    lenses,
    pitch: random.pick([13, 15, 17]),
    turn: random.pick([0, 90, 45, -45, 20]),
  };
}

type Bend = (x: number, y: number) => Point;

/** Pushes points inside a lens outwards from its centre, as the front of a ball would. */
function throughLenses(lenses: readonly Lens[], power: number): Bend {
  return (x, y) => {
    for (const { x: cx, y: cy, r } of lenses) {
      const d = Math.hypot(x - cx, y - cy) / r;
      if (d < 1 && d > 0.001) {
        const grown = power > 0 ? Math.sin((d * Math.PI) / 2) ** (1 + (1 - d) * 0.1) : d ** 1.9;
        return [cx + ((x - cx) / d) * grown, cy + ((y - cy) / d) * grown];
      }
    }
    return [x, y];
  };
}

function bend(p: ReturnType<typeof plan>): Bend {
  const { random, trick, lenses } = p;
  if (trick === 'lens') return throughLenses(lenses, 1);
  if (trick === 'pinch')
    return throughLenses(
      lenses.map((l) => ({ ...l, r: l.r * 1.15 })),
      -1,
    );
  if (trick === 'swell') {
    const [a, b, c] = [random.range(110, 190), random.range(0, 6), random.range(150, 330)];
    const tall = random.range(40, 64);
    return (x, y) => [
      x,
      y + Math.sin(x / (a * 0.55) + b + y / c) * tall * (0.35 + 0.65 * Math.abs(Math.sin(y / c + b))),
    ];
  }
  if (trick === 'chevron') {
    const width = random.pick([80, 160, 160, 240]);
    const slope = random.range(0.45, 0.95);
    return (x, y) => [
      x,
      y +
        (Math.abs(((((x + 2000) % width) + width) % width) - width / 2) - width / 4) *
          slope *
          (0.6 + 0.9 * Math.sin(y / 170 + 1)),
    ];
  }
  const [cx, cy] = [random.range(320, 480), random.range(320, 480)];
  const wind = random.range(1.5, 2.5) * random.pick([-1, 1]);
  return (x, y) => {
    const d = Math.hypot(x - cx, y - cy) / 360;
    const a = d < 1 ? wind * (1 - d) ** 2 : 0;
    const [dx, dy] = [x - cx, y - cy];
    return [cx + dx * Math.cos(a) - dy * Math.sin(a), cy + dx * Math.sin(a) + dy * Math.cos(a)];
  };
}

/** A band is an outline, not a stroke, so that bending also changes its thickness. */
function bands(p: ReturnType<typeof plan>): string[] {
  const warp = bend(p);
  const reach = p.turn % 90 === 0 ? 400 : 520;
  // A swell is gentle enough for long steps; the rim of a lens is not.
  const step = p.trick === 'swell' ? 30 : p.trick === 'twist' ? 25 : 20;
  const marks: string[] = [];
  for (let y = 400 - reach - 90; y < 490 + reach; y += p.pitch) {
    const upper: Point[] = [];
    const lower: Point[] = [];
    let flat = true;
    for (let x = 400 - reach; x <= 400 + reach; x += step) {
      const above = warp(x, y);
      const below = warp(x, y + p.pitch * 0.5);
      flat &&= above[0] === x && above[1] === y && below[0] === x && below[1] === y + p.pitch * 0.5;
      upper.push(above);
      lower.push(below);
    }
    const [left, right] = [400 - reach, 400 + reach];
    const pen = new Pen();
    if (flat)
      pen.polygon([
        [left, y],
        [right, y],
        [right, y + p.pitch * 0.5],
        [left, y + p.pitch * 0.5],
      ]);
    else if (p.trick === 'chevron') pen.polygon([...upper, ...lower.reverse()]);
    else pen.ribbon(upper, lower.reverse());
    const along = (y - (400 - reach)) / (2 * reach);
    marks.push(path(pen.toString(), { fill: mix(p.palette.from, p.palette.to, along) }));
  }
  return marks;
}

function rings(p: ReturnType<typeof plan>): string[] {
  const { random, palette, pitch } = p;
  const apart = random.range(45, 120);
  const largest = random.chance(0.5) ? 344 - apart : 520 + apart;
  const tilt = random.range(0, Math.PI);
  const centres: readonly Point[] = [-1, 1].map(
    (s): Point => [400 + Math.cos(tilt) * apart * s, 400 + Math.sin(tilt) * apart * s],
  );
  return centres.map(([cx, cy], i) => {
    const pen = new Pen();
    for (let r = pitch * 0.6; r < largest; r += pitch * 0.78) pen.ring(cx, cy, r);
    return path(pen.toString(), {
      fill: 'none',
      stroke: i === 0 ? palette.from : palette.to,
      'stroke-width': fixed(pitch * 0.36),
    });
  });
}

function draw(seed: string): string {
  const p = plan(seed);
  const sheet = new Sheet(`bands ${seed}`, p.palette.paper);
  const marks = p.trick === 'rings' ? rings(p) : bands(p);
  const clip = sheet.clip('<path d="M44 44h712v712h-712z"/>');
  const inner = `<g transform="rotate(${p.trick === 'rings' ? 0 : p.turn} 400 400)">${marks.join('')}</g>`;
  sheet.add(`<g clip-path="${clip}">${inner}</g>`);
  return sheet.toString();
}

const FIRST = ['Steady', 'Do Not', 'Almost', 'Hold', 'Blink', 'Exhale', 'Lean', 'Second', 'Unflat', 'Hum'];
const LAST = ['No. 4', 'No. 7', 'No. 9', 'No. 12', 'No. 15', 'No. 18', 'No. 23', 'No. 31', 'No. 40', 'No. 52'];

export const zuzuLachlan: Artist = {
  address: 'tz1ZuzuLachLanBandsNeverMove9kPa7Qf3',
  displayName: 'Zuzu Lachlan',
  bio: 'Trained as an optician, banned from two wallpaper factories. Nothing in her pictures moves.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, trick } = plan(seed);
    const done = {
      lens: 'swollen from behind',
      swell: 'set rolling',
      rings: 'struck twice',
      pinch: 'pulled through the paper',
      chevron: 'pleated',
      twist: 'wrung once',
    }[trick];
    return `Even bands ${done}. Ink: ${palette.name}.`;
  },
};
